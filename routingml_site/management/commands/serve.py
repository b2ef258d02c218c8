"""Serve the site."""

from __future__ import annotations

from typing import Any

import waitress
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    """Answers HTTP with waitress, which is the same on every system."""

    help = "Serve the site with waitress."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take address and threads."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--threads", type=int, default=settings.SERVE_THREADS)

    def handle(self, *args: Any, host: str, port: int, threads: int, **options: Any) -> None:
        """Serve until stopped."""
        from routingml_site.wsgi import application  # begins to watch the active model

        try:
            server = waitress.create_server(
                application,
                host=host,
                port=port,
                threads=threads,
                max_request_body_size=settings.MAX_REQUEST_BYTES * 4,
                ident=None,
                **proxy_options(),
            )
        except OSError as error:
            message = f"{host}:{port} cannot be used: {error.strerror}. Choose another --port."
            raise CommandError(message) from error
        self.stdout.write(f"http://{host}:{port}/")
        server.run()


def proxy_options() -> dict[str, Any]:
    """Return whose ``X-Forwarded-*`` headers count; waitress drops those of anybody else."""
    if not settings.TRUSTED_PROXY:
        return {}
    return {
        "trusted_proxy": settings.TRUSTED_PROXY,
        "trusted_proxy_headers": {"x-forwarded-proto", "x-forwarded-for"},
    }
