from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from routingml_site.plant import Plant

Jobs = tuple[str, ...]
SIZES = [
    "OUTDIAMETER",
    "INDIAMETER",
    "OUTTHICKNESS",
    "IN_SEALSIZE",
    "MID_SEALSIZE",
    "OUT_SEALSIZE",
]
COATED = ["PL04", "PL01"]
COATINGS = "T.?C.?.?COAT|HVOF|WC.COAT|코팅|CHROME|크롬|HCR|CR도금"


def routings(table: pd.DataFrame) -> pd.Series:
    """Return the operations of each item's first routing."""
    first = table[table["ROUT_NO"] == "01"].drop_duplicates(["ITEM_CD", "PROC_SEQ"])
    return first.sort_values(["ITEM_CD", "PROC_SEQ"]).groupby("ITEM_CD")["JOB_CD"].agg(tuple)


@pytest.fixture(scope="module")
def known(plant: Plant) -> pd.DataFrame:
    """The routed items with their routing."""
    items = plant.item_info.assign(main=plant.item_info["ITEM_CD"].map(routings(plant.routing)))
    return items.dropna(subset="main").reset_index(drop=True)


def exact(plant: Plant, proposed: Iterable[Jobs]) -> float:
    """Return the share of new items whose proposed routing is one of their valid ones."""
    truth = plant.new_truth.groupby(["ITEM_CD", "ROUT_NO"])["JOB_CD"].agg(tuple)
    valid = truth.groupby("ITEM_CD").agg(set).loc[plant.new_items["ITEM_CD"]]
    return float(np.mean([jobs in right for jobs, right in zip(proposed, valid, strict=True)]))


def test_copying_the_one_hot_nearest_item_fails(plant: Plant, known: pd.DataFrame) -> None:
    texts = [n for n in known if n not in (*SIZES, "ITEM_CD", "main")]
    encoder, scaler = OneHotEncoder(handle_unknown="ignore"), StandardScaler()
    table = sparse.hstack(
        [
            encoder.fit_transform(known[texts].fillna("").astype(str)),
            scaler.fit_transform(known[SIZES].fillna(0)),
        ]
    )
    asked = sparse.hstack(
        [
            encoder.transform(plant.new_items[texts].fillna("").astype(str)),
            scaler.transform(plant.new_items[SIZES].fillna(0)),
        ]
    )
    search = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(table.tocsr())
    nearest = search.kneighbors(asked.tocsr(), return_distance=False).ravel()
    copied = exact(plant, known["main"].iloc[nearest])
    assert 0.08 < copied < 0.30


def test_the_commonest_routing_of_the_part_type_fails(plant: Plant, known: pd.DataFrame) -> None:
    best = known.groupby("PART_TYPE")["main"].agg(lambda jobs: jobs.value_counts().index[0])
    whole = known["main"].value_counts().index[0]
    proposed = [best.get(part, whole) for part in plant.new_items["PART_TYPE"]]
    assert 0.08 < exact(plant, proposed) < 0.32


def test_routings_differ_a_lot_but_not_each_from_all(known: pd.DataFrame) -> None:
    counts = known["main"].value_counts(normalize=True)
    assert 150 < len(counts) < 400
    assert counts.iloc[0] < 0.1
    assert known["main"].map(len).mean() == pytest.approx(7.2, abs=0.5)


def test_a_coating_is_asked_for_in_the_text_and_nowhere_else(plant: Plant) -> None:
    """A planner reads the coating off the specification; the model has to as well."""
    coated = set(plant.new_truth.loc[plant.new_truth["JOB_CD"].isin(COATED), "ITEM_CD"])
    turned = plant.new_items["PartNm"].isin(["GLAND", "SLEEVE", "RETAINER", "COLLAR", "DRIVE RING"])
    items = plant.new_items[turned]
    spoken = items["ITEM_SPEC"].str.upper().str.contains(COATINGS, na=False)
    needed = items["ITEM_CD"].isin(coated)
    assert needed.sum() > 3
    assert (spoken == needed).mean() > 0.97


def test_size_decides_the_lathe_together_with_the_material(plant: Plant) -> None:
    """The same diameter goes to a larger lathe when the material is tough."""
    items = plant.item_info.set_index("ITEM_CD")
    turned = plant.routing[plant.routing["JOB_CD"].isin(["LT01", "LT02", "LT03"])]
    rows = turned.drop_duplicates("ITEM_CD").set_index("ITEM_CD")[["JOB_CD"]].join(items)
    rows = rows[rows["ITEM_GRP1"].isin(["M1", "M2"]) & (rows["PartNm"] != "SLEEVE")]
    size = rows["OUTDIAMETER"].where(rows["OUTDIAMETER_UNIT"] == "MM")
    described = rows["MATERIAL_DESC"].str.upper()
    tough = described.str.contains("DUPLEX|HASTELLOY|INCONEL|TITANIUM|MONEL|ALLOY", na=False)
    plain = described.str.contains("STAINLESS|STEEL|BRONZE", na=False)
    between = size.between(68, 82)
    larger = rows["JOB_CD"] != "LT01"
    assert larger[between & tough].mean() > 0.6
    assert larger[between & plain & ~tough].mean() < 0.4
