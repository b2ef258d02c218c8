"""What a newcomer relies on when typing ``make demo``; the whole of it runs in CI."""

from __future__ import annotations

import csv
import io
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Role, User
from routingml_site.management.commands import demo
from routingml_site.plant import Plant, write_plant

if TYPE_CHECKING:
    from registry.models import ModelVersion

pytestmark = pytest.mark.django_db


def test_three_people_can_sign_in_with_the_passwords_that_are_printed(tmp_path: Path) -> None:
    people = demo.accounts(tmp_path / "accounts.csv")
    assert [role for _, role, _ in people] == ["Administrator", "Engineer", "Planner"]
    for email, _, password in people:
        assert User.objects.get(email=email).check_password(password)
    assert User.objects.get(email="ana@example.com").role == Role.ADMINISTRATOR


def test_a_second_call_prints_the_same_passwords_and_makes_nobody_twice(tmp_path: Path) -> None:
    first = demo.accounts(tmp_path / "accounts.csv")
    assert demo.accounts(tmp_path / "accounts.csv") == first
    assert User.objects.count() == 3


def test_only_the_owner_may_read_the_kept_passwords(tmp_path: Path) -> None:
    demo.accounts(tmp_path / "accounts.csv")
    assert stat.S_IMODE((tmp_path / "accounts.csv").stat().st_mode) == 0o600


def test_a_password_that_was_changed_is_not_printed(tmp_path: Path) -> None:
    demo.accounts(tmp_path / "accounts.csv")
    ben = User.objects.get(email="ben@example.com")
    ben.set_password("something else entirely")
    ben.save()
    assert demo.accounts(tmp_path / "accounts.csv")[2][2] == "(changed since)"


def test_the_first_item_is_a_file_of_one_row(tmp_path: Path, tiny_plant: Plant) -> None:
    write_plant(tiny_plant, tmp_path, "csv")
    with demo.first_item(tmp_path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["ITEM_CD"] for row in rows] == [tiny_plant.new_items["ITEM_CD"].iloc[0]]


def test_a_version_that_is_active_already_is_kept(
    active_version: ModelVersion, data_dir: Path, tiny_plant: Plant
) -> None:
    folder = data_dir / "demo"
    folder.mkdir()
    write_plant(tiny_plant, folder, "csv")
    said = io.StringIO()
    call_command("demo", no_serve=True, stdout=said)
    text = said.getvalue()
    assert "A version is active already" in text
    assert str(tiny_plant.new_items["ITEM_CD"].iloc[0]) in text
    assert f"answered by version {active_version.name}" in text


def test_a_plant_too_small_to_learn_from_is_refused() -> None:
    with pytest.raises(CommandError, match="--items takes a number from 50"):
        call_command("demo", no_serve=True, items=3)
