"""The record of who did what."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory

from accounts import audit
from accounts.models import AppendOnly, AuditEvent, User


def test_an_entry_says_who_did_what_from_where_and_with_which_request(ana: User) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="10.1.2.3")
    request.request_id = "abc"  # type: ignore[attr-defined]  # as RequestMiddleware gives it

    audit.record(
        action="x.done", by=ana, target="thing", before={"a": 1}, after={"a": 2}, request=request
    )

    entry = AuditEvent.objects.get()
    assert (entry.actor, entry.action, entry.target) == ("ana@plant.example", "x.done", "thing")
    assert (entry.before, entry.after) == ({"a": 1}, {"a": 2})
    assert (entry.address, entry.request_id) == ("10.1.2.3", "abc")


def test_an_entry_of_a_service_that_knows_no_request_still_says_from_where(ana: User) -> None:
    with audit.answering(RequestFactory().get("/", REMOTE_ADDR="10.1.2.3")):
        assert audit.record(action="x.done", by=ana, target="thing").address == "10.1.2.3"
    assert audit.record(action="x.done", by=ana, target="thing").address is None


def test_what_happens_by_itself_is_written_as_the_system(db: None) -> None:
    assert audit.record(action="x.done", by=None, target="thing").actor == "system"


def test_an_entry_outlives_the_person_it_speaks_of(ben: User) -> None:
    audit.record(action="x.done", by=ben, target="thing")
    ben.delete()
    assert AuditEvent.objects.get().actor == "ben@plant.example"


def test_entries_are_never_changed_nor_deleted(ana: User) -> None:
    entry = audit.record(action="x.done", by=ana, target="thing")
    entry.actor = "somebody else"
    for attempt in (
        entry.save,
        entry.delete,
        AuditEvent.objects.all().delete,
        lambda: AuditEvent.objects.update(actor="somebody else"),
    ):
        with pytest.raises(AppendOnly):
            attempt()
    assert AuditEvent.objects.get().actor == "ana@plant.example"


def tamper(statement: str) -> None:
    """Change the log behind the product's back, as somebody with the database's password would."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def three_entries(ana: User) -> None:
    for number in range(3):
        audit.record(action="x.done", by=ana, target=f"thing {number}", after={"a": number / 2})


def test_an_untouched_log_verifies_and_says_where_it_ends(
    three_entries: None, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("verify_audit")
    assert capsys.readouterr().out.startswith("3 entries, none changed.")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE accounts_auditevent SET actor = 'nobody' WHERE number = 2", "entry 2 .* changed"),
        ("UPDATE accounts_auditevent SET api_key = 'x' WHERE number = 2", "entry 2 .* changed"),
        ("UPDATE accounts_auditevent SET hash = previous WHERE number = 2", "entry 2 .* changed"),
        ("DELETE FROM accounts_auditevent WHERE number = 2", "entries 2 to 2 are missing"),
        ("DELETE FROM accounts_auditevent WHERE number = 3", "ends at entry 2, but entry 3"),
    ],
)
def test_what_somebody_did_to_the_log_shows(three_entries: None, statement: str, said: str) -> None:
    tamper(statement)
    with pytest.raises(CommandError, match=said):
        call_command("verify_audit")


def test_an_end_that_was_kept_elsewhere_gives_a_log_away_that_was_written_anew(
    three_entries: None,
) -> None:
    number, newest = audit.head()
    call_command("verify_audit", kept=f"{number}:{newest}")
    with pytest.raises(CommandError, match="entry 3 is not the one that was kept"):
        call_command("verify_audit", kept=f"{number}:{'0' * 64}")
    with pytest.raises(CommandError, match="expected NUMBER:HASH"):
        call_command("verify_audit", kept="three")


def test_without_the_key_nobody_can_forge_the_chain(three_entries: None, settings: Any) -> None:
    settings.SECRET_KEY = "another key" * 5
    assert len(list(audit.verify())) == 3


def test_a_changed_secret_key_still_verifies_what_the_old_one_wrote(
    three_entries: None, settings: Any, ana: User
) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key" * 5
    audit.record(action="x.done", by=ana, target="thing")
    assert list(audit.verify()) == []


@pytest.mark.parametrize(
    "value", [{"a": 1.0, "b": [1e22, None]}, "nul \x00 inside", {"가": "<b>"}, date(2026, 1, 2)]
)
def test_whatever_is_written_reads_back_to_the_same_hash(db: None, value: Any) -> None:
    audit.record(action="x.done", by="x\x00", target="y" * 300, before=value, after=value)
    assert list(audit.verify()) == []


def test_entries_are_added_through_the_chain_or_not_at_all(db: None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEvent.objects.create(action="x.done", actor="x", target="y")
    with pytest.raises(AppendOnly):
        AuditEvent.objects.bulk_create([AuditEvent(action="x.done")])


@pytest.mark.parametrize(
    ("given", "kept"),
    [("::ffff:10.1.2.3", "10.1.2.3"), ("fe80::1%eth0", "fe80::1"), ("", None), ("unix:", None)],
)
def test_an_address_is_kept_in_one_form_or_not(given: str, kept: str | None) -> None:
    assert audit.address_of(RequestFactory().get("/", REMOTE_ADDR=given)) == kept
