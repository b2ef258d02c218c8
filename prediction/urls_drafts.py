"""Routes of drafts and rules."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from prediction import api_batches, api_drafts, api_profiles
from prediction.views import drafts, export_jobs, exporting, rules

urlpatterns: list[URLPattern | URLResolver] = [
    path("drafts/", drafts.DraftListView.as_view(), name="draft_list"),
    path("drafts/begin/", drafts.BeginView.as_view(), name="draft_begin"),
    path("drafts/palette/", drafts.PaletteView.as_view(), name="draft_palette"),
    path("drafts/export/", exporting.ExportDraftsView.as_view(), name="draft_export"),
    path("predict/exports/<int:number>/", export_jobs.ExportJobView.as_view(), name="export_job"),
    path(
        "predict/exports/<int:number>/cancel/",
        export_jobs.CancelView.as_view(),
        name="export_cancel",
    ),
    path("predict/exports/<int:number>/file/", export_jobs.FileView.as_view(), name="export_file"),
    path("rules/", rules.RulesView.as_view(), name="rules"),
    path("output-profiles/", exporting.ProfilesView.as_view(), name="output_profiles"),
    path("drafts/<int:number>/", drafts.DraftView.as_view(), name="draft"),
    path("drafts/<int:number>/checks/", drafts.CheckView.as_view(), name="draft_checks"),
    path("drafts/<int:number>/approve/", drafts.ApproveView.as_view(), name="draft_approve"),
    path("drafts/<int:number>/reopen/", drafts.ReopenView.as_view(), name="draft_reopen"),
    path("drafts/<int:number>/restore/", drafts.RestoreView.as_view(), name="draft_restore"),
    path("api/drafts", api_drafts.DraftsView.as_view(), name="api_drafts"),
    path("api/drafts/export", api_drafts.DraftsExportView.as_view(), name="api_drafts_export"),
    path(
        "api/predict/batch/<int:number>/export",
        api_drafts.BatchExportView.as_view(),
        name="api_batch_export",
    ),
    path(
        "api/predict/exports/<int:number>",
        api_batches.ExportJobView.as_view(),
        name="api_export_job",
    ),
    path(
        "api/predict/exports/<int:number>/file",
        api_batches.ExportFileView.as_view(),
        name="api_export_file",
    ),
    path("api/drafts/staging", api_drafts.DraftsStagingView.as_view(), name="api_drafts_staging"),
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
    path(
        "api/drafts/<int:number>/export",
        api_drafts.DraftExportView.as_view(),
        name="api_draft_export",
    ),
    path("api/rules/validate", api_drafts.RulesValidateView.as_view(), name="api_rules_validate"),
    path("api/mapping-profiles", api_profiles.ProfilesView.as_view(), name="api_profiles"),
    path(
        "api/mapping-profiles/<int:number>", api_profiles.ProfileView.as_view(), name="api_profile"
    ),
    path(
        "api/mapping-profiles/<int:number>/activate",
        api_profiles.ProfileActivateView.as_view(),
        name="api_profile_activate",
    ),
    path(
        "api/mapping-profiles/<int:number>/preview",
        api_profiles.ProfilePreviewView.as_view(),
        name="api_profile_preview",
    ),
]
