"""Answers kept for a while: the same item asked again costs a lookup, not a prediction.

An entry is found by the version that answered, the content of the item and the options of the
question, so a new version or a changed attribute is never served an old answer.  The cache is
bounded in entries and in time, drops what was used longest ago, and may be shared by threads.
"""

from __future__ import annotations

import hashlib
import math
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from registry.core.routing import Item

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Options:
    """What else an answer depends on beside the item and the version."""

    top_k: int = 5
    leave_out: bool = False
    explain: bool = True
    feature_weights: Mapping[str, float] = field(default_factory=dict)


def key_of(version: str, item: Item, options: Options) -> bytes:
    """Return a digest of everything an answer depends on.

    Missing values (None, NaN, blank) are left out and text is stripped, so that two ways of saying
    the same item meet; the order of the attributes does not matter.
    """
    told = sorted((name, _canonical(value)) for name, value in item.attributes.items())
    content = [pair for pair in told if pair[1]]
    weights = sorted(options.feature_weights.items())
    question = (options.top_k, options.leave_out, options.explain, weights)
    text = repr((version, item.code, content, question))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _canonical(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return value.strip() and f"s{value.strip()}"
    return f"v{value}"


class AnswerCache(Generic[Value]):
    """A bounded, thread-safe store of answers, least recently used first to go."""

    def __init__(self, size: int, seconds: float, clock: Callable[[], float]) -> None:
        self.size = size
        self.seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: OrderedDict[bytes, tuple[float, Value]] = OrderedDict()

    def __len__(self) -> int:
        with self._lock:
            return len(self._entries)

    def get(self, key: bytes) -> Value | None:
        """Return the value kept under ``key``, or None when there is none or it is too old."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or self.size <= 0:
                return None
            until, value = entry
            if self._clock() >= until:
                del self._entries[key]
                return None
            self._entries.move_to_end(key)
            return value

    def put(self, key: bytes, value: Value) -> None:
        """Keep ``value``; the least recently used one goes when there is no room."""
        if self.size <= 0 or self.seconds <= 0:
            return
        with self._lock:
            self._entries[key] = (self._clock() + self.seconds, value)
            self._entries.move_to_end(key)
            while len(self._entries) > self.size:
                self._entries.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
