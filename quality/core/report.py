"""A cycle as a report: JSON for programs, CSV for spreadsheets, Markdown for a manager."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from registry.spreadsheets import harmless

FIGURES = (
    "items", "operations", "sample_count", "exact_match", "hit_at_3", "hit_at_5",
    "sequence_similarity", "process_match", "mae", "trim_mae", "rmse", "wape", "mape_median",
    "bias", "interval_coverage", "interval_width", "outsourcing_success", "cv", "abstention",
    "drafts", "adoption", "edit_distance", "retimed",
)  # fmt: skip
WITH_INTERVAL = frozenset(
    {"exact_match", "process_match", "mae", "trim_mae", "rmse", "wape", "bias", "interval_coverage"}
)
SHARES = frozenset(
    {"exact_match", "hit_at_3", "hit_at_5", "sequence_similarity", "process_match", "wape",
     "mape_median", "bias", "interval_coverage", "outsourcing_success", "abstention",
     "adoption"}
)  # fmt: skip
MINUTES = frozenset({"mae", "trim_mae", "rmse"})
WORST = 10
WORDS = {
    "exact_match": "Routings exactly right",
    "process_match": "Operations right",
    "trim_mae": "Error of run times (without the largest and smallest tenth)",
    "mae": "Mean error of run times",
    "wape": "Error of all minutes",
    "bias": "Too long (+) or too short (-)",
    "interval_coverage": "Times inside their interval",
    "cv": "How noisy the plant itself is",
    "adoption": "Of each proposal, kept by planners",
    "edit_distance": "Operations that planners changed in a proposal",
}


def as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows of the same columns under their names; no text becomes a formula."""
    out = io.StringIO()
    if rows:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(rows[0])
        for row in rows:
            writer.writerow([_cell(value) for value in row.values()])
    return out.getvalue()


def summary_row(about: Mapping[str, Any], metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Return a cycle as one row, of the same columns whatever could be measured."""
    ends = metrics.get("intervals") or {}
    row = dict(about)
    for name in FIGURES:
        row[name] = metrics.get(name)
        if name in WITH_INTERVAL:
            row[f"{name}_low"], row[f"{name}_high"] = ends.get(name) or (None, None)
    return row


def markdown(
    about: Mapping[str, Any],
    metrics: Mapping[str, Any],
    alerts: Sequence[str],
    worst: Sequence[Mapping[str, Any]],
) -> str:
    """Return a page that a manager can read."""
    lines = [f"# Quality of the routings, {about['started_at'][:10]}", ""]
    if about["state"] != "finished":
        lines += [f"**{about['state'].replace('_', ' ')}**: {about['reason']}", ""]
        return "\n".join(lines)
    lines += [
        f"Version {about['model_version']}; {about['measured']} of {about['population']} routed "
        f"items were predicted as if they were new and compared with what the shop did "
        f"({about['failed']} could not be).",
        "",
        "## Alerts",
        "",
        *([f"- {text}" for text in alerts] or ["None."]),
        "",
        "## Figures",
        "",
        "| figure | value | 90 % interval |",
        "|---|---:|---:|",
    ]
    ends = metrics.get("intervals") or {}
    for name, word in WORDS.items():
        low_high = ends.get(name)
        reach = " - ".join(_written(name, end) for end in low_high) if low_high else ""
        lines.append(f"| {word} | {_written(name, metrics.get(name))} | {reach} |")
    lines += ["", "## Where it was most wrong", "", "| item | error | proposed | in force |",
              "|---|---:|---|---|"]  # fmt: skip
    for row in worst[:WORST]:
        error = _written("mae", row["mean_error"])
        lines.append(f"| {row['item']} | {error} | {row['predicted']} | {row['actual']} |")
    return "\n".join([*lines, ""])


def _written(name: str, value: float | None) -> str:
    if value is None:
        return "not measurable"
    if name in SHARES:
        return f"{value * 100:.1f} %"
    return f"{value:.2f} min" if name in MINUTES else f"{value:.2f}"


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return harmless(value)
    return "" if value is None else value
