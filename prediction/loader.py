"""The active model in memory: loaded once a process, exchanged without a pause.

A request takes ``active()`` once and keeps what it got for its whole answer.  When another
version becomes active, it is loaded beside the old one, which answers until the new one is ready.
A version that cannot be loaded is logged and shown by ``status()``; the old one goes on.

A server calls ``watch()`` at its start: a thread then looks at the database twice a second, so
that a new version answers within two seconds even when nobody has asked for a while.  Elsewhere,
in commands and tests, ``active()`` itself looks, as often at most.
"""

from __future__ import annotations

import gc
import logging
import os
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DatabaseError, close_old_connections

from prediction import telemetry
from registry import selectors, store
from registry.core.artifacts import VersionIncompatible
from registry.core.errors import RoutingMLError
from registry.core.machine import collect_seldom, release_memory
from registry.selectors import ActiveVersion, NoActiveVersion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from registry.core.model import RoutingModel
    from registry.core.state import State

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
RETRY_SECONDS = 30.0
"""Pause before a version that could not be loaded is tried again: its folder may be restored."""

__all__ = ["LoadedModel", "Loader", "NoActiveVersion", "Status", "active", "status", "watch"]


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model that answers, and which version it is.

    ``identity`` changes whenever an answer may, also when an administrator has caches invalidated
    while the version stays: kept answers belong to an identity.
    """

    name: str
    identity: str
    model: RoutingModel


@dataclass(frozen=True, slots=True)
class Status:
    """What this process has loaded, what it should have, and why it has not."""

    loaded: str
    wanted: str
    error: str


@dataclass(frozen=True, slots=True)
class _Failure:
    wanted: ActiveVersion
    error: RoutingMLError
    at: float


class Loader:
    """Keeps one model in memory and exchanges it when ``look`` names another."""

    def __init__(
        self,
        build: Callable[[Mapping[str, State], str], Any],
        *,
        look: Callable[[], ActiveVersion | None] = selectors.active_version,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._build = build
        self._prepare: Callable[[LoadedModel], None] | None = None
        self._look = look
        self._clock = clock
        self._looking = threading.Lock()
        self._loading = threading.Lock()
        self._stop = threading.Event()
        self._watcher: threading.Thread | None = None
        self._looked_at = float("-inf")
        self._is_blind = False
        self._wanted: ActiveVersion | None = None
        self._loaded: tuple[ActiveVersion, LoadedModel] | None = None
        self._failure: _Failure | None = None

    def active(self) -> LoadedModel:
        """Return the model that answers now; only the first call of a process waits for it.

        Raises:
            NoActiveVersion: when no version is active.
            VersionMissing, VersionTampered, VersionIncompatible: when it cannot be loaded and no
                older one is in memory.
        """
        if not self._is_watched() and self._is_due():
            self._look_between_requests()
        loaded = self._loaded
        return loaded[1] if loaded else self._first()

    def status(self) -> Status:
        """Return what is loaded and what is wrong, without asking the database."""
        loaded, wanted, failure = self._loaded, self._wanted, self._failure
        return Status(
            loaded=loaded[1].name if loaded else "",
            wanted=wanted.name if wanted else "",
            error=failure.error.message if failure and failure.wanted == wanted else "",
        )

    def watch(self, prepare: Callable[[LoadedModel], None] | None = None) -> None:
        """Look for new versions in a thread of its own from now on.

        ``prepare`` works out what requests will need of a version, before it answers the first.
        """
        with self._looking:
            self._prepare = prepare
            if not self._is_watched():
                self._stop.clear()
                self._watcher = threading.Thread(
                    target=self._watch, name="model-loader", daemon=True
                )
                self._watcher.start()

    def stop(self) -> None:
        """End the watching."""
        self._stop.set()
        if self._watcher is not None:
            self._watcher.join()

    def _watch(self) -> None:
        while True:
            self._look_now()
            if self._wanted is not None:
                self._exchange(self._wanted)
            close_old_connections()
            if self._stop.wait(LOOK_SECONDS):
                return

    def _is_watched(self) -> bool:
        return self._watcher is not None and self._watcher.is_alive()

    def _is_due(self) -> bool:
        return self._clock() - self._looked_at >= LOOK_SECONDS

    def _look_between_requests(self) -> None:
        """Look, in one request of many, and let a thread load what is new."""
        if not self._looking.acquire(blocking=False):
            return
        try:
            self._look_now()
        finally:
            self._looking.release()
        wanted, loaded = self._wanted, self._loaded
        if wanted and loaded and wanted != loaded[0] and not self._failed_lately(wanted):
            threading.Thread(target=self._exchange, args=(wanted,), daemon=True).start()

    def _look_now(self) -> None:
        """Learn which version is wanted; a database that does not answer changes nothing."""
        self._looked_at = self._clock()
        try:
            self._wanted = self._look()
        except DatabaseError as error:
            if not self._is_blind:  # once, not twice a second
                log.warning("prediction.loader.look_failed", extra={"reason": str(error)})
            self._is_blind = True
            return
        self._is_blind = False
        if self._wanted is None:
            self._loaded = None

    def _first(self) -> LoadedModel:
        """Load while the caller waits; callers at the same time wait for the same model."""
        while True:  # again only when another version became active just now
            wanted = self._wanted or self._look()
            if wanted is None:
                raise NoActiveVersion
            self._wanted = wanted
            self._exchange(wanted)
            loaded, failure = self._loaded, self._failure
            if loaded:
                return loaded[1]
            if failure and failure.wanted == wanted:
                raise failure.error.with_traceback(None)

    def _exchange(self, wanted: ActiveVersion) -> None:
        """Load ``wanted`` and let it answer; when that fails, remember why and keep the old one."""
        with self._loading:
            outdated = wanted != self._wanted or self._failed_lately(wanted)
            if outdated or (self._loaded and self._loaded[0] == wanted):
                return
            started = self._clock()
            try:
                loaded = self._load(wanted)
            except RoutingMLError as error:
                self._failure = _Failure(wanted, error, self._clock())
                telemetry.LOADS.labels("failed").inc()
                log.error(
                    "prediction.loader.failed",
                    extra={"version": wanted.name, "code": error.code, "reason": error.message},
                )
                return
            is_exchange = self._loaded is not None
            self._loaded, self._failure = (wanted, loaded), None
            if is_exchange:
                gc.collect()  # parts of the version before hold each other
            release_memory()
        telemetry.LOADS.labels("loaded").inc()
        seconds = round(self._clock() - started, 3)
        log.info("prediction.loader.loaded", extra={"version": wanted.name, "seconds": seconds})

    def _load(self, wanted: ActiveVersion) -> LoadedModel:
        try:
            _manifest, states = store.read(wanted.name, wanted.digest)
            model = self._build(states, wanted.name)
            identity = f"{wanted.name}/{wanted.digest[:16]}/{wanted.reload_count}"
            loaded = LoadedModel(wanted.name, identity, model)
            if self._prepare:
                self._prepare(loaded)
            collect_seldom()
        except RoutingMLError:
            raise
        except Exception as error:
            # Every byte was verified, so whatever fails now was written by another release, or the
            # machine is at its limit.  The model in memory must go on answering, whatever it is.
            log.exception("prediction.loader.crashed", extra={"version": wanted.name})
            raise VersionIncompatible(
                f"Version {wanted.name} is intact but cannot be opened: {error!r}. "
                "Train a new version, or activate another.",
                version=wanted.name,
            ) from error
        return loaded

    def _failed_lately(self, wanted: ActiveVersion) -> bool:
        failure = self._failure
        return (
            failure is not None
            and failure.wanted == wanted
            and self._clock() - failure.at < RETRY_SECONDS
        )


def build_model(states: Mapping[str, State], name: str) -> RoutingModel:
    """Turn what was read from a version's folder into the model, and let it answer once.

    The first answer prepares what the later ones share, and proves that there will be any.
    """
    # Not at the top: scipy takes a while to import, and every command would wait for it.
    from registry.core.model import RoutingModel

    model = RoutingModel.from_states(states, name)
    if settings.VECTORS_URL:
        from registry.core.pgvector import PgVectorSearch

        index = model.base.index
        index.delegate(PgVectorSearch.load(settings.VECTORS_URL, index, label=name))
    known = model.item(model.item_codes[0]) if model.item_codes else None
    model.predict([known] if known else [], top_k=1)
    return model


_loader = Loader(build_model)


def active() -> LoadedModel:
    """Return the model that answers now.

    Raises:
        NoActiveVersion, VersionMissing, VersionTampered, VersionIncompatible: as ``Loader.active``.
    """
    return _loader.active()


def status() -> Status:
    """Return what this process has loaded, what it should have, and why it has not."""
    return _loader.status()


def watch(prepare: Callable[[LoadedModel], None] | None = None) -> None:
    """Look for new versions in the background from now on; for servers, at their start."""
    _loader.watch(prepare)


def reset() -> None:
    """Forget everything, as tests want it between them."""
    _loader.stop()
    _start_anew()


def _start_anew() -> None:
    global _loader
    _loader = Loader(build_model)


if hasattr(os, "register_at_fork"):
    # A lock that another thread held at that moment would never be released in the child.
    os.register_at_fork(after_in_child=_start_anew)
