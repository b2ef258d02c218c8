"""The main job on a fresh machine, from nothing to a routing for an item that has none."""

from __future__ import annotations

import csv
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Role, User
from registry import selectors

ITEMS, NEW_ITEMS, SEED = 3000, 200, 7
SMALLEST = 50
PEOPLE = (
    ("ana@example.com", "Ana", Role.ADMINISTRATOR),
    ("eva@example.com", "Eva", Role.ENGINEER),
    ("ben@example.com", "Ben", Role.PLANNER),
)


class Command(BaseCommand):
    """Sets up databases, sample plant, accounts and a version, then serves."""

    help = (
        "Set up the embedded databases, make a sample plant, three accounts and one trained and "
        "activated version, print a proposed routing for a new item, then serve on "
        "127.0.0.1:8000 with the worker. What is there already is kept, so a second call starts "
        "at once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--no-serve", action="store_true", help="stop before serving")
        parser.add_argument(
            "--items", type=int, help=f"items of the sample plant, {ITEMS:,} by default"
        )
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what is not done yet, then serve."""
        items: int | None = options["items"]
        if items is not None and items < SMALLEST:
            raise CommandError(f"--items takes a number from {SMALLEST}.")
        folder = settings.DATA_DIR / "demo"
        self._say("1. Databases")
        call_command("migrate", verbosity=0)
        call_command("setup_schedules", verbosity=0)
        if items is None and selectors.champion() is not None:
            self._say("2.-4. A version is active already; --items N makes a new plant and version")
        else:
            self._make_version(folder, items or ITEMS)
        self._say("5. A routing for an item that has none")
        if (folder / "new_items.csv").exists():
            call_command("predict", items=first_item(folder), top_k=3, stdout=self.stdout)
        self._say("6. Accounts")
        for email, role, password in accounts(folder / "accounts.csv"):
            self.stdout.write(f"   {email:<18} {role:<14} {password}")
        if options["no_serve"]:
            self._say("Ready. Start the server with: make serve")
            return
        self._serve(options["port"])

    def _make_version(self, folder: Path, items: int) -> None:
        self._say(f"2. A sample plant of {items:,} items in {folder}")
        call_command("make_plant", str(folder), items=items, new=NEW_ITEMS, seed=SEED, verbosity=0)
        self._say("3. Into the embedded ERP")
        call_command("load_erp", str(folder), profile="seal_plant", stdout=self.stdout)
        self._say("4. Training, measuring, activating")
        self.stdout.flush()
        # A process of its own gives its memory back before the server starts.
        quick = ("--candidates", "boosting")  # what competes with it takes longer than all the rest
        done = subprocess.run([*manage(), "train", "--activate", *quick], check=False)  # noqa: S603 -- our own command line
        if done.returncode:
            raise CommandError("The training failed; its reason stands above.")

    def _serve(self, port: int) -> None:
        self._say(f"7. Serving on http://127.0.0.1:{port}/ with the worker; Ctrl-C stops both")
        worker = subprocess.Popen([*manage(), "worker"])  # noqa: S603 -- our own command line
        try:
            call_command("serve", host="127.0.0.1", port=port, stdout=self.stdout)
        except KeyboardInterrupt:
            pass
        finally:
            worker.terminate()
            worker.wait()

    def _say(self, line: str) -> None:
        self.stdout.write(self.style.MIGRATE_HEADING(line))


def manage() -> list[str]:
    """Return the command that runs a management command in a process of its own."""
    return [sys.executable, str(settings.BASE_DIR / "manage.py")]


def first_item(folder: Path) -> Path:
    """Write the first of the plant's new items to a file of its own and return it."""
    target = folder / "first_item.csv"
    with (folder / "new_items.csv").open(encoding="utf-8-sig", newline="") as source:
        rows = [row for _, row in zip(range(2), csv.reader(source), strict=False)]
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return target


def accounts(kept: Path) -> list[tuple[str, str, str]]:
    """Make the accounts that are missing and return e-mail, role and password of each.

    Passwords are drawn once and kept in a file that only its owner may read, so that a second call
    can print them again.
    """
    known: dict[str, str] = {}
    if kept.exists():
        with kept.open(encoding="utf-8", newline="") as file:
            known = dict(csv.reader(file))
    people = []
    for email, name, role in PEOPLE:
        password = known.setdefault(email, secrets.token_urlsafe(12))
        user = User.objects.filter(email=email).first()
        if user is None:
            User.objects.create_user(email, password, role=role, name=name, by="demo")
        elif not user.check_password(password):
            password = "(changed since)"  # noqa: S105 - a remark in its place
        people.append((email, role.label, password))
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.touch(mode=0o600)
    with kept.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(known.items())
    return [(email, str(role), password) for email, role, password in people]
