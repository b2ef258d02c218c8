"""Endpoints for one's own password and keys and, for administrators, for people and the log."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import serializers
from accounts.api import hand_over
from accounts.models import ApiKey, AuditEvent, User
from accounts.permissions import IsPerson, MayAdminister, MayAudit, person
from accounts.services import keys, passwords, people, signups


class PasswordView(APIView):
    """Change one's own password."""

    permission_classes = (IsPerson,)
    parser_classes = (JSONParser,)

    @extend_schema(
        operation_id="change_password",
        request=serializers.PasswordIn,
        responses=serializers.TokensOut,
    )
    def post(self, request: Request) -> Response:
        """Change it, end every sign-in and answer with the tokens of a fresh one."""
        given = serializers.PasswordIn(data=request.data)
        given.is_valid(raise_exception=True)
        somebody = person(request)
        in_cookies = not request.headers.get("Authorization")
        pair = passwords.change_password(
            request._request, somebody, session=in_cookies, **given.validated_data
        )
        return hand_over(somebody, pair, in_cookies=in_cookies)


class KeyListView(ListAPIView[ApiKey]):
    """One's own keys."""

    permission_classes = (IsPerson,)
    parser_classes = (JSONParser,)
    serializer_class = serializers.KeyOut
    queryset = ApiKey.objects.none()

    def get_queryset(self) -> QuerySet[ApiKey]:
        """Return the keys of whoever is asking."""
        return ApiKey.objects.filter(user=person(self.request))

    @extend_schema(operation_id="keys_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List them, newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="keys_create",
        request=serializers.KeyIn,
        responses={201: serializers.NewKeyOut},
    )
    def post(self, request: Request) -> Response:
        """Make one; its text is in this answer and nowhere else."""
        given = serializers.KeyIn(data=request.data)
        given.is_valid(raise_exception=True)
        key, text = keys.create_key(
            person(request), request=request._request, **given.validated_data
        )
        body = serializers.NewKeyOut({"key": key, "text": text}).data
        return Response(body, status=status.HTTP_201_CREATED)


class KeyView(APIView):
    """One of one's own keys."""

    permission_classes = (IsPerson,)

    @extend_schema(operation_id="keys_revoke", request=None, responses={204: None})
    def delete(self, request: Request, key_id: int) -> Response:
        """Revoke it."""
        somebody = person(request)
        key = get_object_or_404(ApiKey, pk=key_id, user=somebody)
        keys.revoke_key(key, by=somebody, request=request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class UserListView(ListAPIView[User]):
    """Everybody, those who wait first."""

    permission_classes = (MayAdminister,)
    serializer_class = serializers.UserOut
    queryset = User.objects.order_by("is_active", "-requested_at", "-id")

    @extend_schema(operation_id="users_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List them."""
        return super().get(request, *args, **kwargs)


class _DecideView(APIView):
    """Something that an administrator does with one person."""

    permission_classes = (MayAdminister,)
    parser_classes = (JSONParser,)


class ApproveView(_DecideView):
    """Let somebody in."""

    @extend_schema(
        operation_id="users_approve", request=serializers.ApproveIn, responses=serializers.UserOut
    )
    def post(self, request: Request, user_id: int) -> Response:
        """Approve a request, in a role."""
        given = serializers.ApproveIn(data=request.data)
        given.is_valid(raise_exception=True)
        somebody = get_object_or_404(User, pk=user_id)
        signups.approve_signup(
            somebody, by=person(request), request=request._request, **given.validated_data
        )
        return Response(serializers.UserOut(somebody).data)


class RejectView(_DecideView):
    """Turn somebody down."""

    @extend_schema(
        operation_id="users_reject", request=serializers.RejectIn, responses=serializers.UserOut
    )
    def post(self, request: Request, user_id: int) -> Response:
        """Refuse a request, with a reason."""
        given = serializers.RejectIn(data=request.data)
        given.is_valid(raise_exception=True)
        somebody = get_object_or_404(User, pk=user_id)
        signups.reject_signup(
            somebody, by=person(request), request=request._request, **given.validated_data
        )
        return Response(serializers.UserOut(somebody).data)


class ResetPasswordView(_DecideView):
    """Give somebody a one-time password."""

    @extend_schema(
        operation_id="users_reset_password",
        request=None,
        responses=serializers.OneTimePasswordOut,
    )
    def post(self, request: Request, user_id: int) -> Response:
        """Answer with it; it opens nothing but the change of the password."""
        somebody = get_object_or_404(User, pk=user_id)
        password = people.reset_password(somebody, by=person(request), request=request._request)
        body = {"password": password, "until": somebody.one_time_until}
        return Response(serializers.OneTimePasswordOut(body).data)


class ResetSecondFactorView(_DecideView):
    """Take the second factor of somebody who lost it away."""

    @extend_schema(
        operation_id="users_reset_second_factor", request=None, responses=serializers.UserOut
    )
    def post(self, request: Request, user_id: int) -> Response:
        """From now on the password alone is asked for, until they set one up again."""
        somebody = get_object_or_404(User, pk=user_id)
        people.reset_second_factor(somebody, by=person(request), request=request._request)
        return Response(serializers.UserOut(somebody).data)


class AuditView(ListAPIView[AuditEvent]):
    """The audit log."""

    permission_classes = (MayAudit,)
    serializer_class = serializers.AuditOut
    queryset = AuditEvent.objects.all()

    def get_queryset(self) -> QuerySet[AuditEvent]:
        """Return what was asked for."""
        given = serializers.AuditFilter(data=self.request.query_params)
        given.is_valid(raise_exception=True)
        wanted: dict[str, Any] = dict(given.validated_data)
        times = {"since": "at__gte", "until": "at__lte"}
        chosen = {times.get(name, name): value for name, value in wanted.items()}
        return super().get_queryset().filter(**chosen)

    @extend_schema(operation_id="audit_list", parameters=[serializers.AuditFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List entries, newest first."""
        return super().get(request, *args, **kwargs)
