"""WSGI entry: what a server imports, so the place where the active model begins to be watched."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from routingml_site import threads

threads.limit()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "routingml_site.settings")
application = get_wsgi_application()

from prediction import loader  # noqa: E402 -- its models need the line above
from prediction.services import known_items, palette  # noqa: E402 -- Django has to be set up first


def prepare(loaded: loader.LoadedModel) -> None:
    """Work out what pages need of a version before it answers."""
    known_items.prepare(loaded)
    palette.prepare(loaded)


loader.watch(prepare=prepare)
