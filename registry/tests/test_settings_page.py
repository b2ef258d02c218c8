"""Settings by page, by program and by file: who may, what is refused, what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile

from registry import selectors
from registry.forms import SettingsForm
from registry.iter_training import SETTINGS
from registry.models import ConfigRevision
from registry.services import config, config_files

if TYPE_CHECKING:
    from django.test import Client
    from rest_framework.test import APIClient

    from accounts.models import User

pytestmark = pytest.mark.django_db
API = "/api/config/iter_training"


def typed(**changed: Any) -> dict[str, Any]:
    """Return what the page would send when some fields are changed."""
    form = SettingsForm(selectors.iter_values(), locked=False)
    data = {name: form[name].initial for name in SETTINGS}
    flags = [name for name, each in SETTINGS.items() if each.kind.widget == "flag"]
    sent = {name: value for name, value in data.items() if name not in flags}
    sent |= {name: "on" for name in flags if data[name]}
    revision = selectors.config_revision()
    sent["revision"] = revision.number if revision else 0
    return sent | {name.replace("__", "."): value for name, value in changed.items()}


def test_eva_changes_settings_on_the_page(eva_browser: Client) -> None:
    page = eva_browser.get("/settings/").content.decode()
    assert "Items in a sample" in page
    assert "everything is at its default" in page

    change = typed(sampling__sample_size="1,200", training__candidates=["mlp", "baseline"])
    answer = eva_browser.post("/settings/", change | {"comment": "larger"}, follow=True)

    assert "Saved as revision 1" in answer.content.decode()
    stored = ConfigRevision.objects.get()
    assert stored.values == {
        "sampling.sample_size": 1200,
        "training.candidates": ["baseline", "mlp"],
    }
    assert stored.comment == "larger"


def test_a_box_that_is_no_longer_ticked_is_off(eva_browser: Client) -> None:
    sent = typed()
    del sent["schedule.daily_cycle"]
    eva_browser.post("/settings/", sent)
    assert config.iter_training().schedule.daily_cycle is False
    assert config.iter_training().schedule.monthly_training is True


def test_each_wrong_field_has_its_message_and_what_was_typed_stays(eva_browser: Client) -> None:
    sent = typed(sampling__sample_size="lots", thresholds__process_match="2")
    answer = eva_browser.post("/settings/", sent)
    page = answer.content.decode()

    assert answer.status_code == 422
    assert "Give a whole number from 1 to 100,000." in page
    assert "Give a number from 0 to 1." in page
    assert 'value="lots"' in page
    assert not ConfigRevision.objects.exists()


def test_saving_without_a_change_adds_no_revision(eva_browser: Client) -> None:
    answer = eva_browser.post("/settings/", typed(), follow=True)
    assert "Nothing is changed." in answer.content.decode()
    assert not ConfigRevision.objects.exists()


def test_who_was_slower_is_told(eva_browser: Client, ana: User) -> None:
    sent = typed(sampling__seed="1")
    config.change_iter_training(values={"sampling": {"seed": 2}}, by=ana)
    assert "in the meantime" in eva_browser.post("/settings/", sent).content.decode()
    assert config.iter_training().sampling.seed == 2


def test_otto_reads_settings_and_changes_none(otto: User, client: Client) -> None:
    client.force_login(otto)
    page = client.get("/settings/").content.decode()
    assert "Engineers change settings" in page
    assert "Save as a new revision" not in page
    assert client.post("/settings/", typed(sampling__seed="1")).status_code == 403
    assert client.post("/settings/restore/0").status_code == 403


def test_what_is_exported_can_be_changed_and_imported(eva_browser: Client) -> None:
    tree = yaml.safe_load(eva_browser.get("/settings/export").content)
    assert tree["thresholds"]["trim_mae"] == 3.5
    tree["thresholds"]["trim_mae"] = 2.5
    file = SimpleUploadedFile("plant.yaml", yaml.safe_dump(tree).encode())

    answer = eva_browser.post("/settings/import", {"file": file}, follow=True)

    assert "Saved as revision 1" in answer.content.decode()
    assert ConfigRevision.objects.get().values == {"thresholds.trim_mae": 2.5}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("sampling: [", "no YAML"),
        ("just words", "no sections"),
        ("", "no sections"),
        ("!!python/object/apply:os.getcwd []", "no YAML"),
        ("x: " + "[" * 5000, "no YAML"),
        ("#" * 200_000, "too large"),
        ("sampling:\n  seed: many", "sampling.seed: Give a whole number"),
        ("a: &a [x]\nsampling: {seed: *a}", "There is no section"),
    ],
)
def test_a_bad_file_changes_nothing_and_says_why(eva_browser: Client, text: str, why: str) -> None:
    file = SimpleUploadedFile("bad.yaml", text.encode() or b" ")
    answer = eva_browser.post("/settings/import", {"file": file}, follow=True)

    assert why in answer.content.decode()
    assert not ConfigRevision.objects.exists()


def test_eva_restores_a_revision_on_the_page(eva_browser: Client, eva: User) -> None:
    config.change_iter_training(values={"sampling": {"seed": 1}}, by=eva)
    config.change_iter_training(values={"sampling": {"seed": 2}}, by=eva)

    eva_browser.post("/settings/restore/1")
    assert config.iter_training().sampling.seed == 1
    assert eva_browser.post("/settings/restore/99").status_code == 404


def test_programs_read_and_change_settings(eva_api: APIClient) -> None:
    body = eva_api.get(API).json()
    assert body["sections"]["sampling"]["sample_size"] == 500
    assert {"name", "value", "default", "expects", "help"} == body["settings"][0].keys()

    changed = eva_api.patch(API, {"values": {"sampling": {"sample_size": 9}}, "based_on": 0})
    assert (changed.json()["revision"], changed.json()["sections"]["sampling"]["sample_size"]) == (
        1,
        9,
    )
    late = eva_api.patch(API, {"values": {"sampling": {"sample_size": 8}}, "based_on": 0})
    assert late.status_code == 409
    assert eva_api.post("/api/config/history/0/restore").json()["revision"] == 2
    assert eva_api.post("/api/config/history/77/restore").status_code == 404


def test_a_program_is_told_field_by_field(eva_api: APIClient) -> None:
    answer = eva_api.patch(API, {"values": {"sampling": {"seed": -1}, "queue": {"retries": 99}}})

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "invalid_settings"
    assert error["extra"]["fields"].keys() == {"sampling.seed", "queue.retries"}


def test_only_administrators_reload_and_only_engineers_change(
    ana_api: APIClient, ben_api: APIClient, eva_api: APIClient
) -> None:
    assert ana_api.post(f"{API}/reload").status_code == 200
    assert eva_api.post(f"{API}/reload").status_code == 403
    assert ben_api.get(API).status_code == 200
    assert ben_api.patch(API, {"values": {}}).status_code == 403


def test_an_export_names_every_setting() -> None:
    tree = yaml.safe_load(config_files.export())
    names = {f"{section}.{field}" for section, fields in tree.items() for field in fields}
    assert names == SETTINGS.keys()
