"""The API's description: what each view declares, and every way in which it may say no.

The failures follow from what an operation takes and from the table of addresses, so that a new
endpoint is described completely without repeating them; ``ALSO`` has what only some can answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.urls import resolve
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework.permissions import SAFE_METHODS

from routingml_site import access, errors

ARGUMENTS = {"int": "1", "uuid": "00000000-0000-4000-8000-000000000000"}
ALSO: dict[str, tuple[HTTPStatus, ...]] = {
    "login": (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS),
    "refresh": (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN),
    "signup": (HTTPStatus.TOO_MANY_REQUESTS,),
    "change_password": (HTTPStatus.TOO_MANY_REQUESTS,),
    "draft_begin": (HTTPStatus.NOT_FOUND,),
    "models_active": (HTTPStatus.SERVICE_UNAVAILABLE,),
    "models_activate": (HTTPStatus.SERVICE_UNAVAILABLE,),
    "models_rollback": (HTTPStatus.SERVICE_UNAVAILABLE,),
    "models_cache_invalidate": (HTTPStatus.SERVICE_UNAVAILABLE,),
}
"""Operation to the failures that do not follow from its shape."""


class Schema(AutoSchema):
    """Describes an operation with its failures."""

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        """Return the declared answers and those that follow."""
        bodies = super()._get_response_bodies(direction)
        if direction == "response":
            for status in sorted(set(self._failures())):
                if str(status.value) not in bodies:
                    bodies[str(status.value)] = self._failure(status)
        return bodies

    def _failure(self, status: HTTPStatus) -> Any:
        """Describe the answer of one failure."""
        answer = OpenApiResponse(errors.ErrorEnvelope, description=status.phrase)
        return self._get_response_for_code(answer, str(status.value))  # type: ignore[no-untyped-call]  # drf-spectacular is untyped

    def _failures(self) -> Iterator[HTTPStatus]:
        """Yield the statuses of the failures that this operation may answer with."""
        parameters = self._get_parameters()
        places = {parameter["in"] for parameter in parameters}
        named = {parameter["name"] for parameter in parameters}
        yield from ALSO.get(self.get_operation_id(), ())
        yield HTTPStatus.NOT_ACCEPTABLE
        if self.method not in SAFE_METHODS:
            yield HTTPStatus.BAD_REQUEST
            yield HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            yield HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        if "query" in places:
            yield HTTPStatus.BAD_REQUEST
        if "path" in places or "page" in named:
            yield HTTPStatus.NOT_FOUND
        yield from self._refusals()

    def _refusals(self) -> Iterator[HTTPStatus]:
        """Yield the statuses that the table of addresses means."""
        rule = self._rule()
        if rule is None:
            return
        if rule.need(self.method) is not access.Door.OPEN:
            yield HTTPStatus.UNAUTHORIZED
            yield HTTPStatus.FORBIDDEN
            if self.method not in SAFE_METHODS:
                yield HTTPStatus.CONFLICT
        if rule.heavy:
            yield HTTPStatus.TOO_MANY_REQUESTS
            yield HTTPStatus.SERVICE_UNAVAILABLE

    def _rule(self) -> access.Rule | None:
        """Return what the table says about this address."""
        path = re.sub(
            r"<(?:(\w+):)?\w+>", lambda found: ARGUMENTS.get(found[1], "x"), self.path_regex
        )
        return access.rule_of(resolve("/" + path.lstrip("/")))
