"""What a monitor learns from the registry: which version answers, and how often it was switched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import DatabaseError
from prometheus_client import REGISTRY, Counter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from registry import selectors

if TYPE_CHECKING:
    from collections.abc import Iterable

ACTIVATIONS = Counter("routingml_version_switches", "Versions gone live, by how", ("kind",))


class ActiveVersionCollector(Collector):
    """Asks the database at the moment of reading, so that every process tells the same."""

    def describe(self) -> Iterable[Metric]:
        """Name the metric without asking the database."""
        return [self._family()]

    def collect(self) -> Iterable[Metric]:
        """Return 1 for the active version; nothing when there is none."""
        family = self._family()
        try:
            active = selectors.active_version()
        except DatabaseError:  # the other figures are still worth reading; readiness tells of this
            active = None
        if active:
            family.add_metric([active.name], 1)
        return [family]

    def _family(self) -> GaugeMetricFamily:
        return GaugeMetricFamily(
            "routingml_active_version", "The version that answers", labels=["version"]
        )


REGISTRY.register(ActiveVersionCollector())
