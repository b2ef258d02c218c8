"""Who is doing what: the request, job and person that a log line or an audit row belongs to."""

from __future__ import annotations

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
job_id: ContextVar[str] = ContextVar("job_id", default="")
actor: ContextVar[str] = ContextVar("actor", default="")


def current() -> dict[str, str]:
    """Return what is known, without the empty entries."""
    known = {"request_id": request_id.get(), "job_id": job_id.get(), "actor": actor.get()}
    return {name: value for name, value in known.items() if value}
