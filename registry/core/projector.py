"""A version's vectors as files that TensorBoard's projector opens."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from registry.core.model import RoutingModel
from registry.core.routing import TIER_HIGH

TENSOR = "routing_candidates"
VECTORS, METADATA, CONFIG = "vectors.tsv", "metadata.tsv", "projector_config.json"
COLUMNS: Mapping[str, Sequence[str]] = {
    "ITEM_CD": (),
    "PartNm": ("PART_NM", "PartNm", "ITEM_NM"),
    "SEAL_TYPE": ("IN_SEALTYPE_CD", "MID_SEALTYPE_CD", "OUT_SEALTYPE_CD"),
    "SIMILARITY_TIER": (),
}
"""Columns of the metadata, and the attributes that each is taken from: the first that is filled."""
BATCH = 1024


def export(model: RoutingModel, folder: Path, *, sample: int | None = None, seed: int = 0) -> int:
    """Write vectors, what they stand for, and the projector's settings; return how many items.

    The tier is that of the nearest item with another vector: HIGH or LOW.

    Args:
        model: the version.
        folder: made when missing; files of the same names are written over.
        sample: at most so many items, drawn at random.
        seed: of the draw.
    """
    folder.mkdir(parents=True, exist_ok=True)
    index = model.base.index
    group = np.repeat(np.arange(len(index)), np.diff(index.start))
    places = np.arange(len(index.members))
    if sample is not None and sample < len(places):
        places = np.sort(np.random.default_rng(seed).choice(places, sample, replace=False))
    with (
        (folder / VECTORS).open("w", encoding="utf-8", newline="\n") as vectors,
        (folder / METADATA).open("w", encoding="utf-8", newline="\n") as metadata,
    ):
        metadata.write("\t".join(COLUMNS) + "\n")
        for start in range(0, len(places), BATCH):
            some = places[start : start + BATCH]
            rows = index.vectors[group[some]].astype(np.float32)
            for row in rows:
                vectors.write("\t".join(f"{value:.6g}" for value in row.tolist()) + "\n")
            tiers = _tiers(model, rows)
            for line in _lines(model, index.members[some].tolist(), tiers):
                metadata.write(line + "\n")
    _write_config(folder, len(places), index.vectors.shape[1])
    return len(places)


def _tiers(model: RoutingModel, rows: np.ndarray) -> list[str]:
    """Return the tier of each vector's nearest other one, empty where it is the only one."""
    _, cosines = model.base.index.search(rows, 2)
    if cosines.shape[1] < 2:
        return [""] * len(rows)
    return ["HIGH" if cosine >= TIER_HIGH else "LOW" for cosine in cosines[:, 1].tolist()]


def _lines(model: RoutingModel, items: Sequence[int], tiers: Sequence[str]) -> Iterator[str]:
    for row, tier in zip(items, tiers, strict=True):
        item = model.base.raw.item(row)
        told = [
            next((str(v) for name in names if (v := item.attributes.get(name))), "")
            for names in COLUMNS.values()
        ]
        told[0], told[-1] = item.code, tier
        yield "\t".join(" ".join(text.split()) for text in told)


def _write_config(folder: Path, count: int, width: int) -> None:
    """Write the settings, for TensorBoard (``.pbtxt``) and as JSON for the projector's own page."""
    names = {"tensorPath": VECTORS, "metadataPath": METADATA}
    embedding = {"tensorName": TENSOR, "tensorShape": [count, width], **names}
    (folder / CONFIG).write_text(json.dumps({"embeddings": [embedding]}, indent=1) + "\n", "utf-8")
    text = (
        f'embeddings {{\n  tensor_name: "{TENSOR}"\n  tensor_path: "{VECTORS}"\n'
        f'  metadata_path: "{METADATA}"\n}}\n'
    )
    (folder / "projector_config.pbtxt").write_text(text, "utf-8")
