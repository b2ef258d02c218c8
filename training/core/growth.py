"""A version with more items, without learning anything anew.

Items that came into the ERP after a training get vectors from the version's own encoder, and their
routings and work results join what its answers quote.  Features, networks, trees and calibration
stay: a new way of making things is not learned this way.  So an item that is like nothing known is
added and named, and one with an operation that the version has never seen is left out and named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from scipy import sparse

from registry.core.base import Base
from registry.core.cleaning import clean_items
from registry.core.errors import RoutingMLError
from registry.core.index import NeighbourIndex
from registry.core.items import RawItems
from registry.core.library import Joined, RoutingLibrary, code_of_job
from registry.core.model import RoutingModel
from registry.core.routing import TIER_HIGH
from registry.core.times import BATCH, KINDS, TimeModel
from training.core.dataset import TrainingSet

SHARES = {"minimum": 0.0, "p05": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95}
"""Quantiles that describe how like the version the new items are."""


class SchemaDiffers(RoutingMLError):
    """The items are not described by what the version looks at."""

    code = "schema_differs"


class Reason(StrEnum):
    """Why an item asks for a full training."""

    UNLIKE = "unlike"
    UNKNOWN_OPERATION = "unknown_operation"


@dataclass(frozen=True, slots=True)
class Flagged:
    """An item for which adding is not enough; ``told`` is the similarity, or the operations."""

    code: str
    reason: Reason
    told: str

    @property
    def added(self) -> bool:
        """Whether the item is in the version all the same."""
        return self.reason is Reason.UNLIKE


@dataclass(frozen=True)
class Grown:
    """A model with more items, and what there is to say about them.

    Attributes:
        model: the model itself where nothing was added.
        added: items that were added.
        routed_since: those of them that the version knew without a routing.
        joined_groups: those whose vector a known item has.
        similarity: quantiles of the cosine of each to its nearest known item.
        flagged: items that ask for a full training.
    """

    model: RoutingModel
    added: int = 0
    routed_since: int = 0
    joined_groups: int = 0
    similarity: Mapping[str, float] = field(default_factory=dict)
    flagged: Sequence[Flagged] = ()

    def count(self, reason: Reason) -> int:
        """Return how many items are flagged for a reason."""
        return sum(one.reason is reason for one in self.flagged)


def extend(model: RoutingModel, data: TrainingSet, *, seed: int) -> Grown:
    """Add the routed items of a training set to a model, which is left as it is.

    Args:
        model: a trained model.
        data: items with routings, none of which has a routing in the model.
        seed: of the index, where it grows past the size for exact search.

    Raises:
        SchemaDiffers: when the items are described by other attributes.
    """
    base = model.base
    if data.attributes != base.encoder.attributes:
        raise SchemaDiffers(
            "The new items are described by other attributes than those the version looks at. "
            "Train a version in full."
        )
    strange = unknown_operations(base.library, data.library)
    rows = np.array([row for row in data.library.routed.tolist() if row not in strange], np.int64)
    flagged = [
        Flagged(data.raw.codes[row], Reason.UNKNOWN_OPERATION, ", ".join(codes))
        for row, codes in strange.items()
    ]
    if not len(rows):
        return Grown(model, flagged=tuple(flagged))
    return _extended(model, data.take(rows), flagged, seed)


def unknown_operations(known: RoutingLibrary, new: RoutingLibrary) -> dict[int, list[str]]:
    """Return the rows of new items with operations that a library does not know, and which."""
    codes = {code_of_job(code) for code in known.names["jobs"]}
    strange = np.array([code_of_job(code) not in codes for code in new.names["jobs"]], dtype=bool)
    found: dict[int, set[str]] = {}
    for place in np.flatnonzero(strange[new.arrays["operation_job"]]).tolist():
        row = int(new.routing_item[new.operation_routing[place]])
        job = int(new.arrays["operation_job"][place])
        found.setdefault(row, set()).add(new.names["jobs"][job])
    return {row: sorted(found[row]) for row in sorted(found)}


def _extended(
    model: RoutingModel, data: TrainingSet, flagged: Sequence[Flagged], seed: int
) -> Grown:
    base = model.base
    clean = clean_items(data.raw, data.attributes)
    features = base.encoder.assembler.transform(clean)
    vectors, _ = base.encoder.embedding.transform(features)
    rows = _places(base.raw, data.raw)
    cosines = base.index.search(vectors, 1)[1][:, 0].clip(max=1.0)
    joined = base.library.joined(data.library, rows)
    index = base.index.with_items(vectors, rows, seed=seed)
    grown = replace(
        base,
        raw=base.raw.joined(data.raw, rows),
        library=joined.library,
        index=index,
        group=base.group.with_items(clean, joined.library, rows),
        plain=base.plain.with_items(base.encoder.assembler.evened(features), rows),
        residual=_residual(base, joined, features, rows),
    )
    unlike = [
        Flagged(data.raw.codes[place], Reason.UNLIKE, f"{cosines[place]:.3f}")
        for place in np.flatnonzero(cosines < TIER_HIGH).tolist()
    ]
    return Grown(
        RoutingModel(grown, model.ranker, model.confidence, model.intervals, profile=model.profile),
        added=len(rows),
        routed_since=int((rows < len(base.raw)).sum()),
        joined_groups=_in_known_groups(base.index, index, rows),
        similarity={name: float(np.quantile(cosines, at)) for name, at in SHARES.items()},
        flagged=(*flagged, *unlike),
    )


def _places(known: RawItems, new: RawItems) -> np.ndarray:
    """Return the row of each new item: its own where it has one, else after the last."""
    rows = [known.book.row(code) for code in new.codes]
    following = iter(range(len(known), len(known) + len(rows)))
    return np.array([next(following) if row is None else row for row in rows], dtype=np.int64)


def _residual(
    base: Base, joined: Joined, features: sparse.csr_matrix, rows: np.ndarray
) -> np.ndarray:
    """Return log(actual / estimate) of every operation of the joined library."""
    library, before = joined.library, base.residual.shape[1]
    new = np.flatnonzero(joined.operations >= before)
    place = np.full(len(library), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    item = place[library.routing_item[library.operation_routing[new]]]
    job = library.arrays["operation_job"][new].astype(np.int64)
    actual = np.stack([library.arrays[f"operation_log_{kind}"][new] for kind in KINDS])
    residual = np.empty((len(KINDS), len(joined.operations)), dtype=np.float32)
    old = joined.operations < before
    residual[:, old] = base.residual[:, joined.operations[old]]
    residual[:, new] = actual - _estimates(base.times, features, item, job)
    return residual


def _estimates(
    times: TimeModel, features: sparse.csr_matrix, item: np.ndarray, job: np.ndarray
) -> np.ndarray:
    """Return the time model's log minutes, some operations at once."""
    parts = [np.empty((len(KINDS), 0))]
    for begin in range(0, len(item), BATCH):
        some = item[begin : begin + BATCH]  # operations stand item by item
        first, last = int(some.min()), int(some.max()) + 1
        part = features[first:last]
        parts.append(times.predict(part, some - first, job[begin : begin + BATCH]))
    return np.concatenate(parts, axis=1)


def _in_known_groups(known: NeighbourIndex, grown: NeighbourIndex, rows: np.ndarray) -> int:
    """Return how many of the added items stand in a group that was there before."""
    members = grown.members[: grown.start[len(known)]]
    return int(np.isin(members, rows).sum())
