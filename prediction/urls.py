"""Routes."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from prediction import api, api_batches
from prediction.views import batches, evidence, stepping
from prediction.views import predictions as pages

app_name = "prediction"
urlpatterns: list[URLPattern | URLResolver] = [
    path("predict/", pages.AskView.as_view(), name="predict"),
    path("predict/items/", pages.ItemSearchView.as_view(), name="items"),
    path("predict/history/", pages.HistoryView.as_view(), name="history"),
    path("predict/batches/<int:number>/", batches.BatchView.as_view(), name="batch"),
    path("predict/batches/<int:number>/item/", batches.ItemView.as_view(), name="batch_item"),
    path("predict/batches/<int:number>/cancel/", batches.CancelView.as_view(), name="batch_cancel"),
    path("predict/batches/<int:number>/file/", batches.FileView.as_view(), name="batch_file"),
    path("predict/<int:pk>/", pages.ResultView.as_view(), name="result"),
    path("predict/<int:pk>/steps/", stepping.StepsView.as_view(), name="steps"),
    path("predict/<int:pk>/times/", evidence.TimesView.as_view(), name="times"),
    path("predict/<int:pk>/export/", pages.ExportView.as_view(), name="export"),
    path("api/predict", api.PredictView.as_view(), name="api_predict"),
    path("api/predict/batch", api_batches.BatchesView.as_view(), name="api_batches"),
    path("api/predict/batch/<int:number>", api_batches.BatchView.as_view(), name="api_batch"),
    path(
        "api/predict/batch/<int:number>/file",
        api_batches.FileView.as_view(),
        name="api_batch_file",
    ),
    path("api/predict/next", api.NextView.as_view(), name="api_next"),
    path("api/similarity/search", api.SimilarView.as_view(), name="api_similar"),
    path("api/groups/recommendations", api.GroupsView.as_view(), name="api_groups"),
    path("api/time/summary", api.TimeView.as_view(), name="api_time"),
    path("", include("prediction.urls_drafts")),
]
