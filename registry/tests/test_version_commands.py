"""Operators list, switch and go back from the command line."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from registry import selectors
from registry.services import versions
from registry.tests.factories import FIRST, SECOND, make_version, metrics_of, spoil

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("models_store")]


def run(*command: str) -> tuple[str, str]:
    """Return what a command wrote to its two streams."""
    out, err = StringIO(), StringIO()
    call_command(*command, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def cells(text: str) -> Sequence[list[str]]:
    return [line.split() for line in text.splitlines()]


def active_name() -> str:
    active = selectors.champion()
    return active.name if active else ""


def test_versions_marks_the_one_that_answers_and_shows_its_figures() -> None:
    versions.activate(make_version(FIRST), by="ana@plant.example")
    make_version(SECOND, metrics=metrics_of(None))
    heads, newest, oldest = cells(run("versions")[0])

    assert heads[:3] == ["version", "state", "exact"]
    assert newest[:4] == [SECOND, "registered", "not", "measurable"]
    assert oldest[:5] == ["*", FIRST, "active", "87.0", "%"]
    assert oldest[-1] == "ana@plant.example"


def test_versions_shows_a_version_of_which_nothing_was_measured() -> None:
    make_version(FIRST, metrics={"backtest": None, "recall": {"at_50": None}})
    _heads, row = cells(run("versions")[0])
    assert row[:2] == [FIRST, "registered"]
    assert row.count("measurable") == 6  # five figures and the recall


def test_versions_says_what_to_do_when_there_is_none() -> None:
    assert "'train' makes one" in run("versions")[0]


def test_activate_switches_and_says_what_it_replaced() -> None:
    versions.activate(make_version(FIRST), by="ana@plant.example")
    make_version(SECOND)
    out, err = run("activate", SECOND)

    assert out == f"Version {SECOND} answers now in place of {FIRST}.\n"
    assert err == ""
    assert active_name() == SECOND
    assert selectors.history()[0].by.startswith("command line")


def test_activate_notes_when_a_baseline_does_better() -> None:
    make_version(FIRST, metrics=metrics_of(0.1))
    _out, err = run("activate", FIRST)

    assert "22.0 % (copy of the nearest item) against 10.0 %" in err.replace("\u00a0", " ")


def test_activate_of_an_unknown_version_points_to_the_list() -> None:
    with pytest.raises(CommandError, match=r"no version '2026\.11\.21_9'.*'versions' lists"):
        run("activate", "2026.11.21_9")


def test_activate_of_a_spoilt_version_changes_nothing() -> None:
    make_version(FIRST)
    spoil(FIRST)

    with pytest.raises(CommandError, match="checksum is wrong"):
        run("activate", FIRST)
    assert active_name() == ""


def test_rollback_goes_back_and_says_from_what_to_what() -> None:
    for name in (FIRST, SECOND):
        versions.activate(make_version(name), by="ana@plant.example")

    assert run("rollback")[0] == f"Version {FIRST} answers again, {SECOND} not.\n"
    assert active_name() == FIRST


def test_rollback_with_nothing_before_says_so() -> None:
    with pytest.raises(CommandError, match="nothing to roll back to"):
        run("rollback")
