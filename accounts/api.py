"""Account endpoints for programs and scripts."""

from __future__ import annotations

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import JSONParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import tokens
from accounts.authentication import enforce_csrf
from accounts.models import User
from accounts.permissions import IsPerson, IsSignedIn, person
from accounts.serializers import LoginIn, MessageOut, PersonOut, RefreshIn, SignupIn, TokensOut
from accounts.services import sessions, signups


class _Open(APIView):
    """An endpoint for those who are not signed in; JSON only, which no foreign form can send."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes = (JSONParser,)


class SignupView(_Open):
    """Ask for an account."""

    @extend_schema(operation_id="signup", auth=[], request=SignupIn, responses={202: MessageOut})
    def post(self, request: Request) -> Response:
        """Take the request; the answer is the same whether the address has an account or not."""
        asked = SignupIn(data=request.data)
        asked.is_valid(raise_exception=True)
        signups.request_signup(**asked.validated_data, request=request._request)
        message = _("Thank you. An administrator will look at your request.")
        return Response({"message": message}, status=status.HTTP_202_ACCEPTED)


class LoginView(_Open):
    """Sign in."""

    @extend_schema(operation_id="login", auth=[], request=LoginIn, responses=TokensOut)
    def post(self, request: Request) -> Response:
        """Open a sign-in; the tokens go into cookies or, for programs, into the answer."""
        given = LoginIn(data=request.data)
        given.is_valid(raise_exception=True)
        fields = given.validated_data
        user, pair = sessions.sign_in(
            request._request,
            email=fields["email"],
            password=fields["password"],
            code=fields["code"],
            session=fields["use"] == "cookie",
        )
        return hand_over(user, pair, in_cookies=fields["use"] == "cookie")


class RefreshView(_Open):
    """Stay signed in."""

    @extend_schema(operation_id="refresh", auth=[], request=RefreshIn, responses=TokensOut)
    def post(self, request: Request) -> Response:
        """Exchange a refresh token, which is then used up, for the next pair."""
        given = RefreshIn(data=request.data)
        given.is_valid(raise_exception=True)
        refresh, in_cookies = _refresh_token(request, given.validated_data["refresh"])
        user, pair = tokens.follow(refresh, request._request)
        return hand_over(user, pair, in_cookies=in_cookies)


class LogoutView(APIView):
    """Sign out."""

    permission_classes = (IsPerson,)
    parser_classes = (JSONParser,)

    @extend_schema(operation_id="logout", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """End this sign-in: its tokens and its session."""
        sessions.sign_out(request._request, by=person(request), token=str(request.auth or ""))
        response = Response(status=status.HTTP_204_NO_CONTENT)
        tokens.clear_cookies(response)
        return response


class MeView(APIView):
    """Who am I?"""

    permission_classes = (IsSignedIn,)

    @extend_schema(operation_id="me", responses=PersonOut)
    def get(self, request: Request) -> Response:
        """Return the person who is asking."""
        return Response(PersonOut(person(request)).data)


def _refresh_token(request: Request, given: str) -> tuple[str, bool]:
    """Return the refresh token and whether it came in a cookie, for which CSRF is enforced."""
    if given:
        return given, False
    enforce_csrf(request)
    return request.COOKIES.get(tokens.REFRESH_COOKIE, ""), True


def hand_over(user: User, pair: tokens.Pair, *, in_cookies: bool) -> Response:
    """Answer with the tokens, or with cookies that hold them."""
    visible = ("", "") if in_cookies else (pair.access, pair.refresh)
    body = {"user": user, "access": visible[0], "refresh": visible[1]}
    response = Response(TokensOut(body).data)
    if in_cookies:
        tokens.set_cookies(response, pair)
    return response
