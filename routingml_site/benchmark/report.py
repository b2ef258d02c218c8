"""What a benchmark says: tables on the terminal, one JSON file, and the difference to another."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from registry.core.errors import BadInput
from routingml_site.benchmark.figures import FIGURES, Figure, Value, Verdict, declared
from routingml_site.benchmark.plants import SAMPLE
from routingml_site.benchmark.running import FORMAT
from training.management.commands.train import LABELS

COMPARED = (
    ("exact_match", "exact"), ("hit_at_5", "within 5"), ("sequence_similarity", "similarity"),
    ("process_match", "process match"), ("wape", "time WAPE"),
)  # fmt: skip
STYLES = {Verdict.REACHED: "green", Verdict.MISSED: "red", Verdict.NOT_MEASURABLE: "yellow"}


class NoBenchmark(BadInput):
    """A file is not the JSON of a benchmark."""

    code = "no_benchmark"


def default_path(result: Mapping[str, Any], folder: Path) -> Path:
    """Return where a benchmark is kept when nobody says where: by plant and time."""
    plant = result["plant"]
    finished = datetime.fromisoformat(result["finished_at"])
    size = [f"{plant['items']}-{plant['seed']}"] if plant["plant"] == SAMPLE else []
    return folder / f"{'-'.join([plant['plant'], *size, f'{finished:%Y%m%d-%H%M%S}'])}.json"


def save(result: Mapping[str, Any], path: Path) -> None:
    """Write a benchmark as JSON.

    Raises:
        BadInput: when the file cannot be written.
    """
    text = json.dumps(result, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}.") from error


def load(path: Path) -> dict[str, Any]:
    """Read an earlier benchmark.

    Raises:
        NoBenchmark: when the file is none.
    """
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NoBenchmark(f"{path} cannot be read as a benchmark's JSON: {error}.") from error
    if not isinstance(result, dict) or result.get("format") != FORMAT:
        raise NoBenchmark(f"{path} is not a benchmark of this format ({FORMAT}).")
    return result


def show(console: Console, result: Mapping[str, Any]) -> None:
    """Print figures and goals, then the model beside the baselines, at each size."""
    console.print(figures_table(result))
    plant = result["plant"]
    asked = f"{plant['asked']:,} new items"
    everything = f"{asked}, learned from {result['dataset']['routed_items']:,} routed items"
    console.print(comparison_table(everything, result["quality"]))
    for size, scores in result["small"].items():
        console.print(comparison_table(f"{asked}, learned from {size} routed items", scores))
    if result["searches"]:
        console.print(searches_table(asked, result["searches"]))
    if plant["left_out"]:
        console.print(f"{plant['left_out']:,} new items left out: unreadable, or without a truth.")


def figures_table(result: Mapping[str, Any]) -> Table:
    """Return what was measured beside the goals."""
    is_sample = result["plant"]["plant"] == SAMPLE
    table = _table(_title(result), "measured", "goal", "")
    for figure in declared(result["dataset"]["routed_items"]):
        value = result["figures"].get(figure.name)
        verdict = figure.verdict(value, is_sample=is_sample)
        said = verdict.value
        if verdict is Verdict.NOT_MEASURABLE and result["options"].get(figure.option) is False:
            said = f"{said} ({figure.option} asks for it)"
        goal = figure.goal(is_sample=is_sample)
        table.add_row(figure.label, figure.shown(value), goal, said, style=STYLES.get(verdict))
    return table


def comparison_table(title: str, scores: Mapping[str, Any]) -> Table:
    """Return the model beside the baselines on the same items."""
    table = _table(title, *(label for _, label in COMPARED))
    for name, figures in {"model": scores["model"], **scores["baselines"]}.items():
        cells = [figures.get(figure) for figure, _ in COMPARED]
        shown = ["-" if cell is None else f"{cell:.3f}" for cell in cells]
        label = "the model" if name == "model" else LABELS.get(name, name)
        table.add_row(label, *shown, style="bold" if name == "model" else None)
    return table


def searches_table(asked: str, searched: Mapping[str, Mapping[str, float]]) -> Table:
    """Return the product's search beside others."""
    columns = ("build", "p50", "p95", "recall@50", "worst", "right copies")
    table = _table(f"Finding the 50 nearest of {asked}, one thread", *columns)
    for name, told in searched.items():
        table.add_row(
            name,
            f"{told['build_seconds']:,.1f} s",
            f"{told['query_p50_ms']:.2f} ms",
            f"{told['query_p95_ms']:.2f} ms",
            *(f"{told[key]:.3f}" for key in ("recall_mean", "recall_minimum", "right_copies")),
        )
    return table


def difference_table(result: Mapping[str, Any], other: Mapping[str, Any]) -> Table:
    """Return each declared figure in both benchmarks and what changed."""
    table = _table("Against an earlier benchmark", "now", "then", "difference")
    for figure in FIGURES:
        now, then = (each["figures"].get(figure.name) for each in (result, other))
        table.add_row(
            figure.label, figure.shown(now), figure.shown(then), _change(figure, now, then)
        )
    return table


def differing_conditions(result: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Return what else than the code differs between two benchmarks, so that nobody is misled."""
    found = []
    for part in ("plant", "spec", "machine", "libraries"):
        names = sorted({*result[part], *other.get(part, {})} - {"load_before"})
        changed = [n for n in names if result[part].get(n) != other.get(part, {}).get(n)]
        found += [f"{part}: {name}" for name in changed]
    return found


def _change(figure: Figure, now: Value, then: Value) -> str:
    if now is None or then is None:
        return "-"
    if figure.unit == "yes":
        return "" if now == then else "changed"
    return f"{now - then:+,.{figure.digits}f}"


def _title(result: Mapping[str, Any]) -> str:
    plant = result["plant"]
    about = ", ".join(f"{name} {value}" for name, value in plant.items() if name != "left_out")
    return f"Benchmark: {about}"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    table.add_column("")
    names: Sequence[str] = columns
    for name in names:
        table.add_column(name, justify="right", no_wrap=bool(name), min_width=len(name))
    return table
