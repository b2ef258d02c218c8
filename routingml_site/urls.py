"""Every address of the site: each app brings its own pages and its own ``api/`` routes."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from django_q.models import Failure, OrmQ, Schedule, Success
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts import views
from routingml_site import errors, health, home, preferences, telemetry

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error

admin.site.site_header = admin.site.site_title = settings.BRAND
admin.site.unregister(Group)  # roles say who may do what; groups mean nothing here
for _queue in (Schedule, Success, Failure, OrmQ):  # a schedule there could call anything
    if admin.site.is_registered(_queue):  # OrmQ is not, where Redis is the broker
        admin.site.unregister(_queue)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("favicon.ico", home.icon, name="icon"),
    path("theme/", preferences.set_theme, name="set_theme"),
    path("language/", include("django.conf.urls.i18n")),
    path("api/health", health.LiveView.as_view(), name="health"),
    path("api/health/ready", health.ReadyView.as_view(), name="health_ready"),
    path("api/metrics", telemetry.MetricsView.as_view(), name="metrics"),
    path("api/metrics/json", telemetry.MetricsJsonView.as_view(), name="metrics_json"),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path(
        "admin/login/",
        RedirectView.as_view(pattern_name="accounts:login", query_string=True),
        name="admin_login",
    ),
    path("admin/logout/", views.sign_out, name="admin_logout"),
    path(
        "admin/password_change/",
        RedirectView.as_view(pattern_name="accounts:password"),
        name="admin_password",
    ),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("prediction.urls")),
    path("", include("training.urls")),
    path("", include("registry.urls")),
    path("", include("quality.urls")),
]
