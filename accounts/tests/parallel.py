"""A program: many at once against one database; prints what happened as JSON.

Run by ``test_parallel.py`` in a process of its own, with ``DATABASE_URL`` naming a database that it
may fill: threads of a test would share one connection or one locked table.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

TRIES, AT_ONCE = 50, 10
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "routingml_site.settings")


def main() -> dict[str, Any]:
    """Try wrong passwords and write audit entries, all at once."""
    import django
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["testserver"]
    from accounts import audit
    from accounts.models import AuditEvent, User

    if "DATABASE_URL" in os.environ:  # a server's is empty; a file is a copy of a migrated one
        call_command("migrate", verbosity=0)
    User.objects.create_user("ben@plant.example", "a long enough passphrase")

    def guess(number: int) -> str:
        given = {"email": "ben@plant.example", "password": f"wrong guess {number}"}
        answer = Client().post("/api/auth/login", given, content_type="application/json")
        connection.close()
        return str(answer.json()["error"]["code"])

    def write(number: int) -> None:
        audit.record(action="x.done", by="ana", target=str(number), after={"share": number / 3})
        connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        codes = Counter(pool.map(guess, range(TRIES)))
        list(pool.map(write, range(TRIES)))
    return {
        "codes": codes,
        "written": AuditEvent.objects.filter(action="x.done").count(),
        "wrong": list(audit.verify()),
    }


if __name__ == "__main__":
    print(json.dumps(main()))  # noqa: T201 -- read by the test
