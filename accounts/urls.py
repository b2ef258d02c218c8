"""Routes."""

from __future__ import annotations

from django.urls import path

from accounts import api, api_people, second_factor, views

app_name = "accounts"
urlpatterns = [
    path("login/", views.sign_in, name="login"),
    path("logout/", views.sign_out, name="logout"),
    path("signup/", views.signup, name="signup"),
    path("signup/waiting/", views.waiting, name="waiting"),
    path("account/", views.account, name="account"),
    path("account/password/", views.password, name="password"),
    path("login/code/", views.code, name="code"),
    path("account/second-factor/", second_factor.show, name="second_factor"),
    path("account/second-factor/off/", second_factor.turn_off, name="second_factor_off"),
    path("account/second-factor/codes/", second_factor.renew, name="recovery_codes"),
    path("account/sign-ins/end/", views.end_others, name="end_others"),
    path("account/sign-ins/<uuid:identity>/end/", views.end_sign_in, name="end_sign_in"),
    path("account/keys/", views.create_key, name="create_key"),
    path("account/keys/<int:pk>/revoke/", views.revoke_key, name="revoke_key"),
    path("api/auth/signup", api.SignupView.as_view(), name="api_signup"),
    path("api/auth/login", api.LoginView.as_view(), name="api_login"),
    path("api/auth/refresh", api.RefreshView.as_view(), name="api_refresh"),
    path("api/auth/logout", api.LogoutView.as_view(), name="api_logout"),
    path("api/auth/me", api.MeView.as_view(), name="api_me"),
    path("api/auth/change-password", api_people.PasswordView.as_view(), name="api_password"),
    path("api/auth/keys", api_people.KeyListView.as_view(), name="api_keys"),
    path("api/auth/keys/<int:key_id>", api_people.KeyView.as_view(), name="api_key"),
    path("api/auth/users", api_people.UserListView.as_view(), name="api_users"),
    path(
        "api/auth/users/<int:user_id>/approve", api_people.ApproveView.as_view(), name="api_approve"
    ),
    path("api/auth/users/<int:user_id>/reject", api_people.RejectView.as_view(), name="api_reject"),
    path(
        "api/auth/users/<int:user_id>/reset-password",
        api_people.ResetPasswordView.as_view(),
        name="api_reset_password",
    ),
    path(
        "api/auth/users/<int:user_id>/reset-second-factor",
        api_people.ResetSecondFactorView.as_view(),
        name="api_reset_second_factor",
    ),
    path("api/audit", api_people.AuditView.as_view(), name="api_audit"),
]
