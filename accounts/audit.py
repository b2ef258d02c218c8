"""Writes down who did what, as a chain.  Call it inside the transaction that does the thing.

Each entry's hash is keyed (with a key derived from ``SECRET_KEY``) and covers the entry and the
hash of the one before.  So somebody who can write to the database, and does not have the key, can
neither change an entry nor take one out without ``verify`` noticing.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import AuditEvent, AuditHead, User

if TYPE_CHECKING:
    from django.http import HttpRequest
    from rest_framework.request import Request

SYSTEM = "system"
"""The actor of what happens by itself: a schedule, a command without a person."""
SALT = "accounts.audit"
_answering: ContextVar[HttpRequest | None] = ContextVar("answering", default=None)


@contextmanager
def answering(request: HttpRequest) -> Iterator[None]:
    """Let what is written down meanwhile name this request and where it came from."""
    token = _answering.set(request)
    try:
        yield
    finally:
        _answering.reset(token)


def record(
    *,
    action: str,
    by: User | str | None,
    target: str,
    before: Any = None,
    after: Any = None,
    request: HttpRequest | Request | None = None,
) -> AuditEvent:
    """Add one entry; ``action`` is a dotted constant such as ``registry.version.activated``.

    Where it comes from is that of ``request``, or of the request that is being answered.
    Entries are added one after the other: the end of the chain is held until the transaction ends.
    """
    request = request or _answering.get()
    event = AuditEvent(
        at=timezone.now(),
        action=action,
        actor=_text(by or SYSTEM),
        api_key=getattr(by, "api_key", ""),
        target=_text(target),
        before=_plain(before),
        after=_plain(after),
        address=None if request is None else address_of(request),
        request_id="" if request is None else str(getattr(request, "request_id", "")),
    )
    with transaction.atomic():
        head = _hold_head()
        event.number = head.number = head.number + 1
        event.previous = head.hash
        event.hash = head.hash = entry_hash(event, _keys()[0])
        event.save(force_insert=True)
        head.save()
    return event


def verify() -> Iterator[str]:
    """Read the whole chain and yield what is wrong with it; nothing when it is whole."""
    number, previous, keys = 0, "", _keys()
    for event in AuditEvent.objects.order_by("number").iterator():
        if event.number != number + 1:
            yield f"entries {number + 1} to {event.number - 1} are missing"
        elif event.previous != previous:
            yield f"entry {event.number} does not follow the one before"
        if not any(hmac.compare_digest(event.hash, entry_hash(event, key)) for key in keys):
            when = f"{timezone.localtime(event.at):%Y-%m-%d %H:%M}"
            yield f"entry {event.number} ({event.action}, {when}) was changed"
        number, previous = event.number, event.hash
    head = AuditHead.objects.filter(pk=1).first() or AuditHead()
    if (head.number, head.hash) != (number, previous):
        yield f"the chain ends at entry {number}, but entry {head.number} was written"


def head() -> tuple[int, str]:
    """Return number and hash of the newest entry, to be kept elsewhere."""
    row = AuditHead.objects.filter(pk=1).first() or AuditHead()
    return row.number, row.hash


def hash_at(number: int) -> str:
    """Return the hash of one entry, empty when there is no such entry."""
    found = AuditEvent.objects.filter(number=number).values_list("hash", flat=True).first()
    return found or ""


def entry_hash(event: AuditEvent, key: bytes) -> str:
    """Return the hash that an entry must carry."""
    content = [
        event.number,
        event.at.timestamp(),
        event.action,
        event.actor,
        event.target,
        _canonical(event.before),
        _canonical(event.after),
        event.address,
        event.request_id,
        event.previous,
    ]
    if key_used := getattr(event, "api_key", ""):  # not there in entries before there were keys
        content.append(key_used)
    text = json.dumps(content, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, text.encode("ascii"), hashlib.sha256).hexdigest()


def address_of(request: HttpRequest | Request) -> str | None:
    """Return the network address that a request came from, if it is one."""
    text = str(request.META.get("REMOTE_ADDR", "")).partition("%")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)


def chain_existing(events: type[AuditEvent], heads: type[AuditHead], alias: str) -> None:
    """Chain the entries that were written before there was a chain: for the migration alone."""
    number, previous, key = 0, "", _keys()[0]
    for event in events._base_manager.using(alias).order_by("at", "id").iterator():
        number += 1
        event.number, event.previous = number, previous
        event.hash = previous = entry_hash(event, key)
        events._base_manager.using(alias).filter(pk=event.pk).update(
            number=number, previous=event.previous, hash=event.hash
        )
    heads._base_manager.using(alias).create(pk=1, number=number, hash=previous)


def _hold_head() -> AuditHead:
    """Return the end of the chain, locked; SQLite has locked the database already."""
    AuditHead.objects.get_or_create(pk=1)
    return AuditHead.objects.select_for_update().get(pk=1)


def _keys() -> list[bytes]:
    """Return the key that is used, then those that ``SECRET_KEY`` gave before it was changed."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [salted_hmac(SALT, "chain", secret, algorithm="sha256").digest() for secret in secrets]


def _text(value: object) -> str:
    """Return what fits a column of the log, without the one character databases refuse."""
    return str(value).replace("\x00", "\N{REPLACEMENT CHARACTER}")[:254]


def _plain(value: Any) -> Any:
    """Return a value as it will come back from the database."""
    return json.loads(json.dumps(value, default=str).replace("\\u0000", "\\ufffd"))


def _canonical(value: Any) -> Any:
    """Return a value in the one way that every database gives back: 1.0 and 1 are the same."""
    if isinstance(value, dict):
        return {name: _canonical(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_canonical(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
