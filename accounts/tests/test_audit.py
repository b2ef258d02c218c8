"""The record of who did what."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from accounts import audit
from accounts.models import AppendOnly, AuditEvent, User


def test_an_entry_says_who_did_what_from_where_and_with_which_request(ana: User) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="10.1.2.3")
    request.request_id = "abc"  # type: ignore[attr-defined]

    audit.record(
        action="x.done", by=ana, target="thing", before={"a": 1}, after={"a": 2}, request=request
    )

    entry = AuditEvent.objects.get()
    assert (entry.actor, entry.action, entry.target) == ("ana@plant.example", "x.done", "thing")
    assert (entry.before, entry.after) == ({"a": 1}, {"a": 2})
    assert (entry.address, entry.request_id) == ("10.1.2.3", "abc")


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
