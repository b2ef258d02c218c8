"""Routes."""

from __future__ import annotations

from django.urls import path

from accounts import api, views

app_name = "accounts"
urlpatterns = [
    path("login/", views.sign_in, name="login"),
    path("logout/", views.sign_out, name="logout"),
    path("signup/", views.signup, name="signup"),
    path("signup/waiting/", views.waiting, name="waiting"),
    path("api/auth/signup", api.SignupView.as_view(), name="api_signup"),
    path("api/auth/login", api.LoginView.as_view(), name="api_login"),
    path("api/auth/refresh", api.RefreshView.as_view(), name="api_refresh"),
    path("api/auth/logout", api.LogoutView.as_view(), name="api_logout"),
    path("api/auth/me", api.MeView.as_view(), name="api_me"),
]
