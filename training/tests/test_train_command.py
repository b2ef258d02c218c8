"""``train``: a version from the configured ERP, in the foreground, or a reason in one line."""

from __future__ import annotations

import io
import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from rich.console import Console

from registry.core.progress import DETAIL
from registry.job_words import has_shape
from registry.models import ModelVersion
from registry.services import config, versions
from registry.tests.factories import make_version
from training.management.commands import train
from training.services import runs
from training.services.runs import RunResult

if TYPE_CHECKING:
    from pathlib import Path

    from accounts.models import User
    from registry.core.model import RoutingModel
    from routingml_site.plant import Plant
    from training.core.specs import TrainingSpec

pytestmark = pytest.mark.django_db

ITEMS = 120


@pytest.fixture(autouse=True)
def small_settings(monkeypatch: pytest.MonkeyPatch, tiny_spec: TrainingSpec) -> None:
    """Let the command train as quickly as it can: how good it learns is no matter here."""
    quick = replace(tiny_spec, folds_below=1, network=replace(tiny_spec.network, max_epochs=4))
    monkeypatch.setattr(train, "TrainingSpec", lambda: quick)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the ERP that was loaded first is kept for the tests that follow."""
    return tmp_path_factory.mktemp("kept") / "erp.sqlite3"


@pytest.fixture
def loaded(
    data_dir: Path, models_store: Path, tiny_plant: Plant, tmp_path: Path, eva: User, kept: Path
) -> Path:
    """An ERP with 120 items of the tiny plant, and an empty models_store, which is returned.

    Only the quickest way to learn times competes with the present one.
    """
    config.change_iter_training(values={"training": {"candidates": ["baseline"]}}, by=eva)
    if not kept.exists():
        load(tiny_plant, tmp_path / "files")
        shutil.copy(data_dir / "erp.sqlite3", kept)
    shutil.copy(kept, data_dir / "erp.sqlite3")
    return models_store


def load(plant: Plant, folder: Path) -> None:
    """Load the first items of a plant."""
    folder.mkdir()
    codes = plant.item_info["ITEM_CD"][:ITEMS]
    for name in ("item_info", "routing", "work_order_results"):
        table = getattr(plant, name)
        table[table["ITEM_CD"].isin(codes)].to_csv(folder / f"{name}.csv", index=False)
    call_command("load_erp", str(folder), stdout=io.StringIO())


def trained(*options: str) -> str:
    """Run the command and return what it prints."""
    out = io.StringIO()
    call_command("train", *options, stdout=out)
    return out.getvalue()


def written(store: Path) -> list[str]:
    return sorted(path.name for path in (store / "versions").glob("*"))


def test_a_training_registers_a_version_that_waits_to_be_activated(loaded: Path) -> None:
    said = trained("--name", "2026.11.21_7")
    version = ModelVersion.objects.get()
    assert (version.name, version.is_active) == ("2026.11.21_7", False)
    assert written(loaded) == ["2026.11.21_7"]
    assert "2026.11.21_7: registered, not active" in said


def test_a_training_shows_and_keeps_its_backtest_beside_every_baseline(loaded: Path) -> None:
    said = trained()
    tested = ModelVersion.objects.get().metrics["backtest"]
    assert tested["items"] == pytest.approx(0.2 * ITEMS, abs=5)
    assert set(tested["baselines"]) == set(train.LABELS)
    lines = said.splitlines()
    for label in ("this version", *train.LABELS.values()):  # each in a line of its own, uncut
        (line,) = [line for line in lines if line.startswith(label)]
        assert len(line.removeprefix(label).split()) == len(train.FIGURES)
    (heads,) = [line for line in lines if "WAPE" in line and "0." not in line]
    assert heads.rstrip().split("  ")[-1].strip() == train.FIGURES[-1][1]
    assert "…" not in said and max(map(len, lines)) <= 80
    assert 0 <= tested["model"]["exact_match"] <= tested["model"]["hit_at_5"] <= 1


def test_figures_that_could_not_be_measured_are_shown_as_such(tiny_model: RoutingModel) -> None:
    out = io.StringIO()
    nothing = dict.fromkeys(("routed_items", "operations", "work_results"))
    tested = {"items": 12, "model": {"exact_match": None}, "baselines": {}, "beaten_by": []}
    metrics = {"dataset": nothing, "duration_seconds": None, "peak_memory_mb": None}
    result = RunResult("2026.11.21_7", None, metrics | {"backtest": tested}, tiny_model)
    train.show(Console(file=out, width=80), result)
    assert "Learned from ? routed items" in out.getvalue()
    assert ["this", "version", *"------"] in [line.split() for line in out.getvalue().splitlines()]


def test_a_dry_run_leaves_nothing_behind(loaded: Path) -> None:
    said = trained("--dry-run", "--no-backtest")
    assert "nothing was written" in said
    assert not ModelVersion.objects.exists()
    assert written(loaded) == []
    assert not any((loaded / "staging").glob("*"))


def test_a_version_can_go_live_at_once(loaded: Path) -> None:
    assert "is active" in trained("--activate", "--no-backtest", "--sample", "60")
    version = ModelVersion.objects.get()
    assert (version.is_active, version.activated_by) == (True, train.BY)


def test_what_a_sample_has_learned_from_is_counted_not_the_plant(
    loaded: Path, tiny_plant: Plant
) -> None:
    said = " ".join(trained("--dry-run", "--no-backtest", "--sample", "60").split())
    told = re.search(r"from 60 routed items, ([\d,]+) operations and ([\d,]+) work results", said)
    assert told
    operations, results = (int(count.replace(",", "")) for count in told.groups())
    codes = set(tiny_plant.item_info["ITEM_CD"][:ITEMS])
    assert 60 < operations < 0.8 * tiny_plant.routing["ITEM_CD"].isin(codes).sum()
    assert 60 < results < 0.8 * tiny_plant.work_order_results["ITEM_CD"].isin(codes).sum()


@pytest.mark.usefixtures("active_version")
def test_a_taken_name_is_refused_before_anything_is_read() -> None:
    taken = ModelVersion.objects.get().name
    with pytest.raises(CommandError, match=f"already a version {taken}"):
        trained("--name", taken)


@pytest.mark.usefixtures("data_dir", "models_store")
def test_an_empty_erp_is_said_in_one_line() -> None:
    with pytest.raises(CommandError, match="load_erp") as refusal:
        trained()
    assert "\n" not in str(refusal.value)
    assert not ModelVersion.objects.exists()


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--sample", "0"), "from 1"),
        (("--seed=-1",), "from 0"),
        (("--name", "best"), "YYYY.MM.DD_build"),
    ],
)
def test_an_option_that_cannot_be_is_refused(options: tuple[str, ...], word: str) -> None:
    with pytest.raises(CommandError, match=word):
        trained(*options)


def test_candidates_are_compared_and_the_table_is_printed(loaded: Path) -> None:
    said = trained("--candidates", "baseline,mlp", "--no-backtest", "--name", "2026.11.21_7")
    assert "folds of" in said
    for name in ("baseline", "mlp", "boosting", "the present way"):
        assert name in said
    told = ModelVersion.objects.get().metrics["candidates"]
    assert set(told["results"]) == {"baseline", "mlp", "boosting"}
    assert told["chosen"] in told["results"]


def test_an_unknown_candidate_is_refused_before_anything_is_read() -> None:
    with pytest.raises(CommandError, match="no candidate 'forest'"):
        trained("--candidates", "forest")


def test_candidates_are_not_for_an_increment() -> None:
    with pytest.raises(CommandError, match="--candidates"):
        trained("--incremental", "--candidates", "mlp")


def test_a_later_training_says_whether_it_beats_the_active_version(loaded: Path) -> None:
    trained("--name", "2026.11.21_7", "--activate")
    said = trained("--name", "2026.11.21_8")
    assert "not better than 2026.11.21_7" in " ".join(said.split())
    older, newer = ModelVersion.objects.order_by("name")
    beside = newer.metrics["comparison"]
    assert beside["champion"] == older.name
    assert beside["verdict"]["items"] == newer.metrics["backtest"]["items"]
    assert beside["overall"]["trim_mae"] == pytest.approx(beside["overall"]["trim_mae_before"])
    assert beside["ways"] == {"new": 0, "kept": beside["verdict"]["items"], "stood_in": 0}
    assert set(newer.metrics["candidates"]["results"]) == {"baseline", "boosting"}, "by settings"
    assert "per_item" not in newer.metrics["backtest"]


@pytest.mark.usefixtures("active_version")
def test_for_an_active_version_that_has_kept_no_figures_a_stand_in_is_asked(
    loaded: Path,
) -> None:
    trained("--name", "2026.11.21_8", "--candidates", "boosting")
    beside = ModelVersion.objects.get(name="2026.11.21_8").metrics["comparison"]
    assert beside["ways"] == {"new": 0, "kept": 0, "stood_in": beside["verdict"]["items"]}
    assert beside["overall"]["trim_mae_before"] > 0
    assert "too_few_items" not in beside["verdict"]["reasons"]


@pytest.mark.usefixtures("loaded")
def test_a_name_that_somebody_takes_during_a_training_costs_it_nothing(
    tiny_spec: TrainingSpec,
) -> None:
    class Faster:
        def report(self, share: float, step: str) -> None:
            """Let another process register the first version of the day."""
            if step == "measuring the search":
                make_version(versions.next_name())

    made = runs.execute(spec=tiny_spec, progress=Faster(), sample=60, with_backtest=False)
    assert made.name.endswith("_2")
    assert ModelVersion.objects.count() == 2


class Heard:
    """Keeps the steps."""

    def __init__(self) -> None:
        self.steps: set[str] = set()

    def report(self, share: float, step: str) -> None:
        """Remember it."""
        self.steps.add(step)


@pytest.mark.usefixtures("loaded")
def test_every_step_of_a_training_can_be_read_in_korean(tiny_spec: TrainingSpec) -> None:
    heard = Heard()
    runs.execute(spec=tiny_spec, progress=heard, candidates=["baseline"])
    parts = {part for step in heard.steps for part in step.split(DETAIL)}
    assert len(parts) > 30
    assert [part for part in parts if not has_shape(part) and not part.endswith("%")] == []
