"""Routes of drafts and rules."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from prediction import api_drafts

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/drafts", api_drafts.DraftsView.as_view(), name="api_drafts"),
    path("api/drafts/<int:number>", api_drafts.DraftView.as_view(), name="api_draft"),
    path(
        "api/drafts/<int:number>/validate",
        api_drafts.DraftValidateView.as_view(),
        name="api_draft_validate",
    ),
    path(
        "api/drafts/<int:number>/approve",
        api_drafts.DraftApproveView.as_view(),
        name="api_draft_approve",
    ),
    path("api/rules/validate", api_drafts.RulesValidateView.as_view(), name="api_rules_validate"),
]
