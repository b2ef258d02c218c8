"""``predict`` on the command line."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from prediction import loader
from prediction.core.export import COLUMNS
from prediction.models import PredictionRequest
from prediction.services import batches, predictions
from registry.models import ModelVersion

if TYPE_CHECKING:
    from pathlib import Path

    from registry.core.manifest import Manifest
    from registry.core.model import RoutingModel
    from routingml_site.plant import Plant

pytestmark = pytest.mark.usefixtures("answering")
WRITE = """
import sys
from pathlib import Path

import pandas as pd

from registry.core.items import items_of_frame
from prediction.core.export import COLUMNS, rows
from prediction.core.writers import CsvWriter
from registry.core import artifacts
from registry.core.model import RoutingModel

_, states = artifacts.read(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))
items = items_of_frame(pd.read_csv(sys.argv[3], dtype=str))
writer = CsvWriter(Path(sys.argv[4]), COLUMNS)
for prediction in RoutingModel.from_states(states).predict(items):
    for row in rows(prediction):
        writer.write(row)
writer.close()
"""


def predict(*arguments: object, **options: Any) -> tuple[str, str]:
    """Run the command and return what it printed, and what it complained about."""
    out, complaints = io.StringIO(), io.StringIO()
    words = [str(argument) for argument in arguments]
    call_command("predict", *words, stdout=out, stderr=complaints, **options)
    return out.getvalue(), complaints.getvalue()


def records_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def new_items(tiny_plant: Plant, tmp_path: Path) -> Path:
    path = tmp_path / "new_items.csv"
    tiny_plant.new_items.to_csv(path, index=False)
    return path


def test_a_known_item_is_printed_as_a_table(code: str) -> None:
    printed, complaints = predict("--codes", code)
    assert code in printed and "sure" in printed
    assert "Run min a piece" in printed and "80 % intervals" in printed
    assert "answered by version 2026.11.21_1" in printed
    assert complaints == ""


def test_many_items_take_a_line_each(tiny_model: RoutingModel) -> None:
    codes = list(tiny_model.item_codes[:8])
    printed, _ = predict("--codes", ",".join(codes))
    assert all(sum(code in line for line in printed.splitlines()) == 1 for code in codes)
    assert "→" in printed


def test_an_unknown_code_is_named_and_the_others_are_answered(code: str) -> None:
    printed, complaints = predict("--codes", f"NO-SUCH-ITEM, {code}")
    assert code in printed
    assert complaints.startswith("NO-SUCH-ITEM: Item NO-SUCH-ITEM is not known")


def test_two_runs_on_the_same_version_write_the_same_bytes(new_items: Path, tmp_path: Path) -> None:
    written = []
    for run in ("first", "second"):
        predictions.forget()
        loader.reset()
        predict("--items", new_items, "--output", tmp_path / f"{run}.csv")
        written.append((tmp_path / f"{run}.csv").read_bytes())
    assert written[0] == written[1]
    assert written[0].count(b"\n") > 100


def test_another_process_with_other_hashes_writes_the_same_bytes(
    tiny_version: tuple[Path, Manifest], new_items: Path, tmp_path: Path
) -> None:
    folder, _manifest = tiny_version
    key, written = settings.MODEL_SIGNING_KEY.hex(), []
    for seed in ("1", "2"):
        path = tmp_path / f"{seed}.csv"
        words = [sys.executable, "-c", WRITE, str(folder), key, str(new_items), str(path)]
        subprocess.run(words, env=os.environ | {"PYTHONHASHSEED": seed}, check=True)
        written.append(path.read_bytes())
    assert written[0] == written[1]
    assert written[0].count(b"\n") > 100


def test_when_nothing_can_be_answered_the_command_fails_in_one_line() -> None:
    with pytest.raises(CommandError) as failure:
        predict("--codes", "NO-SUCH-ITEM")
    assert "NO-SUCH-ITEM is not known" in str(failure.value)
    assert "\n" not in str(failure.value)


def test_a_file_of_items_becomes_a_csv_in_the_export_layout(
    new_items: Path, tmp_path: Path, tiny_plant: Plant
) -> None:
    printed, complaints = predict("--items", new_items, "--output", tmp_path / "out.csv")
    table = records_of(tmp_path / "out.csv")
    assert list(table[0]) == [column.name for column in COLUMNS]
    assert list(dict.fromkeys(row["ITEM_CD"] for row in table)) == list(
        tiny_plant.new_items["ITEM_CD"]
    )
    assert f"40 items, {len(table):,} operations written to" in printed
    assert complaints == "" and not (tmp_path / "out.csv.errors.csv").exists()


def test_candidates_are_as_many_as_asked_for(new_items: Path, tmp_path: Path) -> None:
    predict("--items", new_items, "--output", tmp_path / "out.csv", "--top-k", "2")
    assert {row["RANK"] for row in records_of(tmp_path / "out.csv")} == {"1", "2"}


def test_rows_that_cannot_be_answered_are_in_the_errors_file(
    tiny_plant: Plant, tmp_path: Path
) -> None:
    table = tiny_plant.new_items.head(4)
    first, _, third, _ = table["ITEM_CD"]
    again = table.assign(ITEM_CD=[first, "", third, first])
    again.to_csv(tmp_path / "some.csv", index=False)
    _, complaints = predict("--items", tmp_path / "some.csv", "--output", tmp_path / "out.csv")
    errors = records_of(tmp_path / "out.csv.errors.csv")
    assert [error["ITEM_CD"] for error in errors] == ["row 3", first]
    assert [error["CODE"] for error in errors] == ["row_unreadable", "asked_twice"]
    assert "2 not answered: see" in complaints


def test_a_file_is_answered_in_batches_by_one_version(
    new_items: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH", 15)
    predict("--items", new_items, "--output", tmp_path / "out.csv")
    kept = PredictionRequest.objects.order_by("pk")
    assert [row.item_count for row in kept] == [15, 15, 10]
    assert {row.channel for row in kept} == {"command"}


def test_the_ending_or_the_option_says_the_format(new_items: Path, tmp_path: Path) -> None:
    predict("--items", new_items, "--output", tmp_path / "out.parquet")
    rows = pq.read_table(tmp_path / "out.parquet").num_rows
    predict("--items", new_items, "--output", tmp_path / "out.txt", "--format", "json")
    assert len(json.loads((tmp_path / "out.txt").read_text(encoding="utf-8"))) == rows


def test_a_format_without_a_file_goes_to_the_pipe(code: str) -> None:
    printed, complaints = predict("--codes", f"{code},NO-SUCH-ITEM", "--format", "csv")
    assert printed.startswith("ITEM_CD,CANDIDATE_ID,")
    assert {row["ITEM_CD"] for row in csv.DictReader(io.StringIO(printed))} == {code}
    assert "NO-SUCH-ITEM" in complaints


def test_leave_out_answers_without_the_item_s_own_routing(
    tiny_model: RoutingModel, code: str
) -> None:
    printed, _ = predict("--codes", code, "--leave-out", "--format", "json")
    references = {row["REFERENCE_ITEM_CD"] for row in json.loads(printed)}
    assert code not in references


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--codes", "A", "--top-k", "0"], "choose a number from 1 to"),
        (["--codes", " , "], "Name at least one item code"),
        (["--codes", "A", "--format", "xlsx"], "give --output FILE"),
        (["--codes", "A", "--output", "out.doc"], "csv, json, xml, xlsx, parquet"),
        (["--items", "nowhere.csv"], "nowhere.csv is not a file"),
        ([], "one of the arguments --codes --items is required"),
        (["--codes", "A", "--items", "B"], "not allowed with"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_in_words(
    arguments: list[str], complaint: str
) -> None:
    with pytest.raises(CommandError, match=complaint):
        predict(*arguments)


def test_a_file_without_the_item_column_is_refused(tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("COLOUR,SIZE\nred,7\n")
    with pytest.raises(CommandError, match="mandatory column ITEM_CD is missing"):
        predict("--items", tmp_path / "odd.csv")


def test_a_truncated_parquet_file_is_refused_and_nothing_is_written(
    tiny_plant: Plant, tmp_path: Path
) -> None:
    tiny_plant.new_items.to_parquet(tmp_path / "cut.parquet")
    whole = (tmp_path / "cut.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CommandError, match="damaged"):
        predict("--items", tmp_path / "cut.parquet", "--output", tmp_path / "out.csv")
    assert [path.name for path in tmp_path.glob("*out*")] == []


def test_a_cp949_file_is_read(tiny_plant: Plant, tmp_path: Path) -> None:
    tiny_plant.new_items.head(3).to_csv(tmp_path / "old.csv", index=False, encoding="cp949")
    printed, _ = predict("--items", tmp_path / "old.csv", "--output", tmp_path / "out.csv")
    assert printed.startswith("3 items, ")


def test_without_an_active_version_the_command_says_what_to_do() -> None:
    ModelVersion.objects.update(state="retired")
    loader.reset()
    with pytest.raises(CommandError, match=r"No model version is active\. Train one"):
        predict("--codes", "A")
