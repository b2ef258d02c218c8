"""Routes."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from training import api
from training.views import pages, wishes

JOB = "api/training/jobs/<int:number>"

app_name = "training"
urlpatterns: list[URLPattern | URLResolver] = [
    path("training/", pages.home, name="home"),
    path("training/jobs/<int:pk>/", pages.job, name="job"),
    path("training/jobs/<int:pk>/live/", pages.live, name="live"),
    path("training/jobs/<int:pk>/cancel/", pages.cancel, name="cancel"),
    path("training/jobs/<int:pk>/retry/", pages.retry, name="retry"),
    path("training/requests/<int:pk>/withdraw/", wishes.withdraw, name="withdraw"),
    path("api/training/start", api.StartView.as_view(), name="api_start"),
    path("api/training/queue", api.QueueView.as_view(), name="api_queue"),
    path("api/training/jobs", api.JobListView.as_view(), name="api_jobs"),
    path(JOB, api.JobView.as_view(), name="api_cancel"),
    path(f"{JOB}/status", api.StatusView.as_view(), name="api_status"),
    path(f"{JOB}/log", api.LogView.as_view(), name="api_log"),
    path(f"{JOB}/events", api.EventsView.as_view(), name="api_events"),
    path(f"{JOB}/retry", api.RetryView.as_view(), name="api_retry"),
]
