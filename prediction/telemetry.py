"""What the app counts for Prometheus."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

ITEMS = Counter(
    "routingml_prediction_items_total",
    "Items asked for, by what became of them and where the question came from",
    ["outcome", "channel"],
)
CACHE = Counter("routingml_prediction_cache_total", "Look-ups in the cache of answers", ["outcome"])
LOADS = Counter(
    "routingml_model_loads_total", "Versions brought into memory, or not, by outcome", ["outcome"]
)
SECONDS = Histogram(
    "routingml_prediction_seconds",
    "Seconds a request took, looking up, predicting and storing included",
    ["channel"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)


def count_request(
    *, channel: str, seconds: float, answered: int, abstained: int, errors: int
) -> None:
    """Count one request and its items."""
    SECONDS.labels(channel).observe(seconds)
    ITEMS.labels("answered", channel).inc(answered)
    ITEMS.labels("abstained", channel).inc(abstained)
    ITEMS.labels("error", channel).inc(errors)


def count_lookups(*, hits: int, misses: int) -> None:
    """Count look-ups in the cache of answers."""
    CACHE.labels("hit").inc(hits)
    CACHE.labels("miss").inc(misses)
