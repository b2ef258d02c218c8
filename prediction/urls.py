"""Routes."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "prediction"
urlpatterns: list[URLPattern | URLResolver] = []
