"""Routes."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from registry import api, views, views_settings

app_name = "registry"
urlpatterns: list[URLPattern | URLResolver] = [
    path("models/", views.version_list, name="version_list"),
    path("models/<str:name>/", views.version_detail, name="version_detail"),
    path("api/models", api.VersionListView.as_view(), name="api_versions"),
    path("api/models/active", api.ActiveVersionView.as_view(), name="api_active"),
    path("api/models/history", api.HistoryView.as_view(), name="api_history"),
    path("api/models/rollback", api.RollBackView.as_view(), name="api_rollback"),
    path("api/models/cache/invalidate", api.InvalidateView.as_view(), name="api_invalidate"),
    path("api/models/<str:version>", api.VersionView.as_view(), name="api_version"),
    path("api/models/<str:version>/activate", api.ActivateView.as_view(), name="api_activate"),
    path("api/config/runtime", api.ConfigView.as_view(), name="api_config"),
    path("api/config/iter_training", api.IterTrainingView.as_view(), name="api_iter_training"),
    path(
        "api/config/iter_training/reload", api.ReloadView.as_view(), name="api_iter_training_reload"
    ),
    path(
        "api/config/history/<int:number>/restore",
        api.RestoreView.as_view(),
        name="api_config_restore",
    ),
    path("settings/", views_settings.settings_page, name="settings"),
    path("settings/export", views_settings.export, name="settings_export"),
    path("settings/import", views_settings.load, name="settings_import"),
    path("settings/restore/<int:number>", views_settings.restore, name="settings_restore"),
    path("api/config/history", api.ConfigHistoryView.as_view(), name="api_config_history"),
]
