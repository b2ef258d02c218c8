"""Routes."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from prediction import api
from prediction.views import predictions as pages

app_name = "prediction"
urlpatterns: list[URLPattern | URLResolver] = [
    path("predict/", pages.AskView.as_view(), name="predict"),
    path("predict/items/", pages.ItemSearchView.as_view(), name="items"),
    path("predict/history/", pages.HistoryView.as_view(), name="history"),
    path("predict/<int:pk>/", pages.ResultView.as_view(), name="result"),
    path("predict/<int:pk>/export/", pages.ExportView.as_view(), name="export"),
    path("api/predict", api.PredictView.as_view(), name="api_predict"),
    path("api/similarity/search", api.SimilarView.as_view(), name="api_similar"),
    path("api/time/summary", api.TimeView.as_view(), name="api_time"),
    path("", include("prediction.urls_drafts")),
]
