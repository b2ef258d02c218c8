"""Why an answer is what it is: what made the neighbours near, and what would change the routing.

An attribute counts by how much likeness to the neighbours is lost when it is blanked.  What would
flip an operation is found by asking the network about the item with one attribute taken from a
neighbour.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from registry.core.encoder import Encoded, Encoder
from registry.core.items import RawItems
from registry.core.routing import AttributeWeight, Candidate, CandidateSource, Flip, Item, Neighbour

ASKED_NEIGHBOURS = 10
SHOWN_ATTRIBUTES = 8
FLIPPED_ATTRIBUTES = 6
OTHER_VALUES = 2
SHOWN_FLIPS = 6
SURE = 0.7
"""Log-odds an operation must pass on both sides of a flip: a coin toss is no finding."""


def attribute_weights(
    encoder: Encoder, encoded: Encoded, row: int, item: Item, neighbours: np.ndarray
) -> tuple[AttributeWeight, ...]:
    """Return the attributes by the likeness to the neighbours that is lost without each.

    Args:
        encoder: what encoded the item.
        encoded: the asked items.
        row: which of them.
        item: the same, as asked.
        neighbours: (k, 128) vectors of the nearest groups.
    """
    names = [name for name in encoder.names if has_value(encoded, name, row)]
    if not names or not len(neighbours):
        return ()
    near = neighbours[:ASKED_NEIGHBOURS]
    vectors, _ = encoder.embedding.from_first_layer(encoder.without_each(encoded, row, names))
    lost = float((near @ encoded.vectors[row]).mean()) - (vectors @ near.T).mean(axis=1)
    order = np.argsort(-lost, kind="stable")[:SHOWN_ATTRIBUTES]
    return tuple(
        AttributeWeight(names[i], str(item.attributes.get(names[i], "")), float(lost[i]))
        for i in order.tolist()
        if lost[i] > 1e-4
    )


def has_value(encoded: Encoded, name: str, row: int) -> bool:
    """Return whether an encoded item has an attribute."""
    text = encoded.clean.texts.get(name)
    if text is not None:
        return bool(text.codes[row] >= 0)
    return bool(np.isfinite(encoded.clean.numbers[name][row]))


def flips(
    encoder: Encoder,
    encoded: Encoded,
    row: int,
    item: Item,
    jobs: Sequence[int],
    weights: Sequence[AttributeWeight],
    raw: RawItems,
    rows: Sequence[int],
    codes: Sequence[str],
) -> tuple[Flip, ...]:
    """Return single attribute changes that add or remove an operation.

    Args:
        encoder: what encoded the item.
        encoded: the asked items.
        row: which of them.
        item: the same, as asked.
        jobs: operation numbers of the best candidate.
        weights: the attributes that count most; these are changed.
        raw: the known items, whose values are tried.
        rows: rows of the neighbours.
        codes: operation codes.
    """
    changes = [
        (weight, other)
        for weight in weights[:FLIPPED_ATTRIBUTES]
        for other in _other_values(raw, rows, weight)
    ]
    if not changes:
        return ()
    others = [(weight.attribute, other) for weight, other in changes]
    after = encoder.changed(encoded, row, item, others).log_odds[:, : len(codes)]
    before = encoded.log_odds[row, : len(codes)]
    present = np.zeros(len(codes), dtype=bool)
    present[list(jobs)] = True
    added = ~present & (before < 0) & (after > SURE)
    removed = present & (before > 0) & (after < -SURE)
    found: list[Flip] = []
    for (weight, other), plus, minus in zip(changes, added, removed, strict=True):
        for job in np.flatnonzero(plus | minus).tolist():
            found.append(
                Flip(weight.attribute, weight.value, str(other), codes[job], bool(plus[job]))
            )
    return tuple(found[:SHOWN_FLIPS])


def _other_values(raw: RawItems, rows: Sequence[int], weight: AttributeWeight) -> list[object]:
    column = raw.columns.get(weight.attribute)
    if column is None:
        return []
    found: dict[str, object] = {}
    codes = column.codes[np.asarray(rows, dtype=np.int64)]
    for code in dict.fromkeys(codes.tolist()):  # neighbours have most in common
        if code >= 0:
            value = column.values[code]
            if str(value) != weight.value:
                found.setdefault(str(value), value)
        if len(found) == OTHER_VALUES:
            break
    return list(found.values())


def sentences(
    best: Candidate, neighbours: Sequence[Neighbour], weights: Sequence[AttributeWeight]
) -> tuple[str, ...]:
    """Return the few sentences a planner reads first."""
    said = []
    if best.source is CandidateSource.COMPOSED:
        said.append(
            "No known item has exactly this routing; each of its steps has followed the one before "
            "it on items that were made."
        )
    elif neighbours:
        same = sum(n.differs_in == 0 for n in neighbours)
        said.append(
            f"{same} of the {len(neighbours)} most similar items are made this way; the nearest "
            f"is {neighbours[0].item} ({neighbours[0].similarity:.0%} alike)."
        )
    if weights:
        named = ", ".join(f"{w.attribute} ({w.value[:40]})" for w in weights[:3])
        said.append(f"What makes these items similar, most telling first: {named}.")
    samples = sum(operation.run.sample_count for operation in best.operations)
    if samples:
        said.append(f"The times rest on {samples} work results of similar items.")
    elif any(operation.run.minutes is not None for operation in best.operations):
        said.append("No similar item has work results: the times are estimates of the model.")
    unknown = [operation.job for operation in best.operations if operation.run.minutes is None]
    if unknown:
        said.append(f"No work result and no standard tells the run time of {', '.join(unknown)}.")
    return tuple(said)
