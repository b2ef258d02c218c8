"""``train --incremental``: what came into the ERP since joins the active version, as a new one."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.urls import reverse

from registry import store
from registry.core.model import RoutingModel
from registry.models import ModelVersion
from registry.services import mappings
from training.core import growth

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

    from routingml_site.plant import Plant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("active_version")]

TABLES = ("item_info", "routing", "work_order_results")
VERSION, NAME = "2026.11.21_1", "2026.11.22_1"
"""The tiny version, which is active, and the one that is made."""
TWINS = [f"NEW-{number}" for number in range(5)]


class Erp:
    """The ERP that the active version was trained from, into which items can come."""

    def __init__(self, plant: Plant, folder: Path) -> None:
        self.folder = folder
        self.tables: dict[str, pd.DataFrame] = {name: getattr(plant, name) for name in TABLES}
        self.routed: list[str] = self.tables["routing"]["ITEM_CD"].unique().tolist()

    def load(self) -> None:
        """Replace what the ERP has."""
        self.folder.mkdir(exist_ok=True)
        for name, table in self.tables.items():
            table.to_csv(self.folder / f"{name}.csv", index=False)
        call_command("load_erp", str(self.folder), stdout=io.StringIO())

    def add(self, *codes: str, tables: tuple[str, ...] = TABLES, **changed: dict[str, Any]) -> None:
        """Let items come that are copies of the first routed ones; some cells may be others."""
        copied = dict(zip(self.routed, codes, strict=False))
        for name in tables:
            table = self.tables[name]
            copies = table[table["ITEM_CD"].isin(copied)]
            copies = copies.assign(ITEM_CD=copies["ITEM_CD"].map(copied), **changed.get(name, {}))
            self.tables[name] = pd.concat([table, copies], ignore_index=True)


@pytest.fixture
def erp(data_dir: Path, tiny_plant: Plant, tmp_path: Path) -> Erp:
    """The ERP as it was when the active version was trained."""
    return Erp(tiny_plant, tmp_path / "files")


def added(erp: Erp, *options: str) -> str:
    """Load the ERP, run the command and return what it prints."""
    erp.load()
    out = io.StringIO()
    call_command("train", "--incremental", *options, stdout=out)
    return " ".join(out.getvalue().split())


def listed(name: str = NAME) -> dict[str, dict[str, str]]:
    """Return the items that ask for a full training, by code."""
    path = settings.DATA_DIR / "increments" / name / "needs_full_training.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return {row["ITEM_CD"]: row for row in csv.DictReader(stream)}


def opened() -> RoutingModel:
    """Return the version that was made."""
    version = ModelVersion.objects.get(name=NAME)
    return RoutingModel.from_states(store.read(NAME, version.manifest_digest)[1], NAME)


def test_new_items_join_a_version_that_names_the_one_it_comes_from(erp: Erp) -> None:
    erp.add(*TWINS)
    said = added(erp, "--name", NAME)
    assert f"Added 5 items to {VERSION}" in said
    assert f"{NAME}: registered, not active; incremental, from {VERSION}, +5 items" in said

    version = ModelVersion.objects.get(name=NAME)
    told = version.metrics["incremental"]
    assert (told["full_version"], told["based_on"], told["added"]) == (VERSION, VERSION, 5)
    assert told["joined_groups"] == 5  # twins: a known item has the vector of each
    assert version.metrics["dataset"]["items"] == len(erp.tables["item_info"])
    assert version.metrics["recall"]["at_50"] == 1.0
    details = store.manifest(NAME).details
    assert (details["full_version"], details["added"]) == (VERSION, 5)


def test_answers_rest_on_the_items_that_joined(erp: Erp) -> None:
    erp.add(*TWINS)
    added(erp, "--name", NAME)
    model = opened()
    asked = model.item(TWINS[0])
    assert asked is not None
    (answer,) = model.predict([asked])
    near = {neighbour.item for neighbour in answer.neighbours if neighbour.similarity > 0.999}
    assert {TWINS[0], erp.routed[0]} <= near


def test_an_increment_upon_an_increment_still_names_the_full_version(erp: Erp) -> None:
    erp.add(*TWINS[:2])
    added(erp, "--activate", "--name", "2026.11.22_1")
    erp.add("LATER-1", "LATER-2", "LATER-3")
    assert "Added 3 items to 2026.11.22_1" in added(erp, "--name", "2026.11.22_2")
    told = ModelVersion.objects.get(name="2026.11.22_2").metrics["incremental"]
    assert (told["full_version"], told["based_on"]) == (VERSION, "2026.11.22_1")
    assert (told["added"], told["added_since_full"]) == (3, 5)


def test_where_it_comes_from_is_shown_in_the_list_and_on_its_page(
    erp: Erp, ben_browser: Client
) -> None:
    erp.add(*TWINS)
    added(erp, "--name", NAME)
    out = io.StringIO()
    call_command("versions", stdout=out)
    first, second = out.getvalue().splitlines()[1:]
    assert first.endswith(f"incremental, from {VERSION}, +5 items")
    assert "incremental" not in second
    page = ben_browser.get(reverse("registry:version_detail", args=[NAME])).content.decode()
    assert f"incremental, from {VERSION}, +5 items" in page


def test_nothing_new_makes_no_version_and_says_so(erp: Erp) -> None:
    assert f"Nothing to add: {VERSION} stays as it is." in added(erp)
    assert [version.name for version in ModelVersion.objects.all()] == [VERSION]


def test_items_without_a_routing_wait_until_they_have_one(erp: Erp) -> None:
    waiting = len(erp.tables["item_info"]) - len(erp.routed)
    erp.add("WAIT-1", "WAIT-2", tables=("item_info",))
    said = added(erp)
    assert "Nothing to add" in said
    assert f"{waiting + 2} items have no routing yet." in said

    erp.add("WAIT-1", "WAIT-2", tables=("routing", "work_order_results"))
    assert f"{waiting} items have no routing yet." in added(erp, "--name", NAME)
    assert ModelVersion.objects.get(name=NAME).metrics["dataset"]["items"] == len(
        erp.tables["item_info"]
    )


def test_operations_never_seen_are_left_out_and_listed(erp: Erp) -> None:
    erp.add("LASER-1", routing={"JOB_CD": "LZ99"})
    erp.routed.pop(0)
    erp.add("PLAIN-1")
    said = added(erp, "--name", NAME)
    assert "Added 1 items" in said
    assert "1 items have an operation that this version has never seen. They were left out" in said
    assert listed() == {
        "LASER-1": {
            "ITEM_CD": "LASER-1", "reason": "unknown_operation", "told": "LZ99", "added": "N",
        }
    }  # fmt: skip
    assert opened().knows("PLAIN-1")
    assert not opened().knows("LASER-1")


def test_only_operations_never_seen_make_no_version_but_a_list(erp: Erp) -> None:
    erp.add("LASER-1", routing={"JOB_CD": "LZ99"})
    assert "Nothing to add" in added(erp, "--name", NAME)
    assert list(listed()) == ["LASER-1"]
    assert ModelVersion.objects.count() == 1


def test_items_like_nothing_known_are_added_and_listed(
    erp: Erp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growth, "TIER_HIGH", 0.98)  # to a tiny network most things are alike
    erp.add("ODD-1", item_info={"PART_TYPE": "BOLT", "ITEM_MATERIAL": "XX", "OUTDIAMETER": 9000.0})
    said = added(erp, "--name", NAME)
    assert "1 items are like nothing that this version knows. They were added" in said
    row = listed()["ODD-1"]
    assert (row["reason"], row["added"]) == ("unlike", "Y")
    assert 0 < float(row["told"]) < 0.98


def test_a_changed_mapping_profile_is_refused(erp: Erp) -> None:
    document = mappings.active_profile().document
    shorter = document | {"items": document["items"] | {
        "columns": document["items"]["columns"][:-1]
    }}  # fmt: skip
    changed = mappings.save_profile(name="plant", document=shorter)
    mappings.activate_profile(profile=changed)
    erp.add(*TWINS)
    with pytest.raises(CommandError, match=r"another mapping profile.*train a version in full"):
        added(erp)
    assert ModelVersion.objects.count() == 1


def test_a_dry_run_writes_nothing(erp: Erp, models_store: Path) -> None:
    erp.add(*TWINS)
    erp.routed.pop(0)
    erp.add("LASER-1", routing={"JOB_CD": "LZ99"})
    said = added(erp, "--dry-run", "--name", NAME)
    assert "Added 5 items" in said
    assert "nothing was written" in said
    assert [path.name for path in (models_store / "versions").iterdir()] == [VERSION]
    assert not any((models_store / "staging").iterdir())
    assert not (settings.DATA_DIR / "increments").exists()


def test_a_sample_of_an_increment_is_refused(erp: Erp) -> None:
    with pytest.raises(CommandError, match="--sample is for a full training"):
        added(erp, "--sample", "3")
