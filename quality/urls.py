"""Routes."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from quality import api
from quality.views import pages, plant

CYCLE = "api/quality/cycles/<int:number>"

app_name = "quality"
urlpatterns: list[URLPattern | URLResolver] = [
    path("quality/", pages.dashboard, name="dashboard"),
    path("quality/start", pages.start, name="start"),
    path("quality/running", pages.running, name="running"),
    path("quality/cycles.csv", pages.export, name="export"),
    path("quality/alerts/<int:pk>/acknowledge", pages.acknowledge, name="acknowledge"),
    path("quality/cycles/<int:pk>", pages.cycle, name="cycle"),
    path("quality/cycles/<int:pk>/items/<int:result>", pages.item, name="item"),
    path("quality/drift", plant.drift_page, name="drift"),
    path("quality/drift/reset", plant.drift_reset, name="drift_reset"),
    path("quality/data", plant.data_page, name="data"),
    path("quality/log", plant.log_page, name="log"),
    path("quality/log/download", plant.log_download, name="log_download"),
    path("api/quality/cycles", api.CycleListView.as_view(), name="api_cycles"),
    path(CYCLE, api.CycleView.as_view(), name="api_cycle"),
    path(f"{CYCLE}/report.json", api.JsonReportView.as_view(), name="api_report_json"),
    path(f"{CYCLE}/report.csv", api.CsvReportView.as_view(), name="api_report_csv"),
    path(f"{CYCLE}/report.md", api.MarkdownReportView.as_view(), name="api_report_md"),
    path("api/quality/alerts", api.AlertListView.as_view(), name="api_alerts"),
    path(
        "api/quality/alerts/<int:number>/acknowledge",
        api.AcknowledgeView.as_view(),
        name="api_acknowledge",
    ),
    path("api/quality/nulls", api.NullsView.as_view(), name="api_nulls"),
    path("api/drift/status", api.DriftStatusView.as_view(), name="api_drift_status"),
    path("api/drift/summary", api.DriftSummaryView.as_view(), name="api_drift_summary"),
    path("api/drift/reset", api.DriftResetView.as_view(), name="api_drift_reset"),
]
