"""JSON bodies as programs really send them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser


class BodyTooLarge(APIException):
    """The body is larger than ``MAX_REQUEST_BYTES``."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "body_too_large"


class ItemJsonParser(JSONParser):
    """Takes NaN and Infinity as values, and refuses bodies too large or nested too deeply."""

    strict = False

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the body's value.

        Raises:
            BodyTooLarge: more bytes than the setting ``DATA_UPLOAD_MAX_MEMORY_SIZE``.
            ParseError: the body is not JSON.
        """
        request = (parser_context or {}).get("request")
        size = int(request.META.get("CONTENT_LENGTH") or 0) if request else 0
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if size > most:
            raise BodyTooLarge(_("The body has %(size)d bytes: at most %(most)d.")
                               % {"size": size, "most": most})
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError(_("The body is nested too deeply.")) from None
