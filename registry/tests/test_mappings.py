"""Mapping profiles as rows: revisions, the active one, the shipped ones, and their admin pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import AuditEvent
from registry.core.erp import ErpUnreachable
from registry.models import MappingProfile
from registry.models.mappings import RevisionIsFixed
from registry.services import mappings

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

    from accounts.models import User

pytestmark = pytest.mark.django_db


def seal_document() -> dict[str, Any]:
    return dict(json.loads((mappings.SHIPPED / "seal_plant.json").read_text(encoding="utf-8")))


def other_document(view: str = "dbo.ITEMS") -> dict[str, Any]:
    document = seal_document()
    document["items"]["view"] = view
    return document


def test_the_seal_plant_is_read_before_anybody_chose_a_profile() -> None:
    profile = mappings.active_profile()
    assert str(profile) == "seal_plant r1"
    assert profile.to_columns().items.view == "BI_ITEM_INFO_VIEW"
    assert mappings.active_profile() == profile


def test_two_processes_that_read_the_plant_for_the_first_time_agree(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    activate = mappings.activate_profile

    def a_moment_later(*, profile: MappingProfile) -> None:
        monkeypatch.undo()
        activate(profile=profile)
        raise mappings.ProfileConflict("Another profile was activated at the same moment")

    monkeypatch.setattr(mappings, "activate_profile", a_moment_later)
    assert str(mappings.active_profile()) == "seal_plant r1"


@pytest.mark.parametrize("name", ["seal_plant", "adventureworks"])
def test_every_shipped_profile_can_be_used_and_is_kept_as_it_is(name: str) -> None:
    profile = mappings.named(name)
    assert profile.to_columns().validate() == []
    shipped = (mappings.SHIPPED / f"{name}.json").read_text(encoding="utf-8")
    assert profile.document == json.loads(shipped)


def test_a_change_is_a_new_revision_and_the_old_one_stays() -> None:
    first = mappings.save_profile(name="plant", document=seal_document(), by="Eva")
    second = mappings.save_profile(name="plant", document=other_document(), by="Eva")
    assert (first.revision, second.revision) == (1, 2)
    assert MappingProfile.objects.get(pk=first.pk).document == seal_document()


def test_saving_what_is_there_already_adds_no_revision() -> None:
    first = mappings.save_profile(name="plant", document=seal_document())
    assert mappings.save_profile(name="plant", document=seal_document()) == first
    assert MappingProfile.objects.count() == 1


def test_a_stored_revision_can_not_be_edited() -> None:
    profile = mappings.save_profile(name="plant", document=seal_document())
    profile.document = other_document()
    with pytest.raises(RevisionIsFixed, match="save a new revision"):
        profile.save()


def test_a_profile_that_can_not_be_used_is_refused_with_every_reason() -> None:
    document = seal_document()
    document["results"]["columns"][0]["source"] = "WORKER_ID"
    document["routings"]["view"] = " "
    with pytest.raises(mappings.BadProfile) as refusal:
        mappings.save_profile(name="plant", document=document)
    assert "results: WORKER_ID: is personal data" in refusal.value.message
    assert "routings: view is blank" in refusal.value.message
    assert not MappingProfile.objects.exists()


def test_activating_a_profile_ends_the_one_before_and_is_written_down(eva: User) -> None:
    before = mappings.active_profile()
    after = mappings.save_profile(name="plant", document=other_document(), by=eva)
    mappings.activate_profile(profile=after, by=eva)
    assert mappings.active_profile() == after
    assert MappingProfile.objects.filter(is_active=True).count() == 1
    event = AuditEvent.objects.filter(action="registry.mapping.activated").latest("pk")
    assert (event.actor, event.before, event.after) == (str(eva), str(before), str(after))


def test_the_database_itself_refuses_two_active_profiles() -> None:
    mappings.active_profile()
    other = mappings.save_profile(name="plant", document=other_document())
    with pytest.raises(IntegrityError), transaction.atomic():
        MappingProfile.objects.filter(pk=other.pk).update(is_active=True)


def test_by_name_the_active_revision_comes_before_a_newer_one_nobody_activated() -> None:
    first = mappings.save_profile(name="plant", document=seal_document())
    newer = mappings.save_profile(name="plant", document=other_document())
    assert mappings.named("plant") == newer
    mappings.activate_profile(profile=first)
    assert mappings.named("plant") == first


def test_an_unknown_profile_is_answered_with_those_there_are() -> None:
    mappings.save_profile(name="plant", document=seal_document())
    with pytest.raises(mappings.UnknownProfile, match="adventureworks, plant, seal_plant"):
        mappings.named("nowhere")


def test_a_source_that_is_not_there_says_what_to_do(data_dir: Path) -> None:
    with pytest.raises(ErpUnreachable, match="load_erp"):
        mappings.test_source()


def test_ana_makes_a_new_revision_in_admin_starting_from_the_old_one(ana_browser: Client) -> None:
    first = mappings.active_profile()
    add = reverse("admin:registry_mappingprofile_add")
    form = ana_browser.get(f"{add}?from={first.pk}").content.decode()
    assert "BI_ITEM_INFO_VIEW" in form
    assert "외주" in form
    data = {"name": first.name, "document": json.dumps(other_document())}
    ana_browser.post(add, data)
    second = MappingProfile.objects.get(name=first.name, revision=2)
    assert second.document == other_document()
    assert second.created_by == "ana@plant.example"
    assert mappings.active_profile() == first


def test_admin_says_in_words_what_is_wrong_with_a_document(ana_browser: Client) -> None:
    document = other_document(view="")
    data = {"name": "plant", "document": json.dumps(document)}
    page = ana_browser.post(reverse("admin:registry_mappingprofile_add"), data).content.decode()
    assert "items: view is blank" in page
    assert not MappingProfile.objects.filter(name="plant").exists()


def test_ana_activates_a_profile_after_a_second_look(ana_browser: Client) -> None:
    mappings.active_profile()
    other = mappings.save_profile(name="plant", document=other_document())
    url = reverse("admin:registry_mappingprofile_activate", args=[other.pk])
    assert "plant r1 instead of seal_plant r1" in ana_browser.get(url).content.decode()
    assert mappings.active_profile() != other
    ana_browser.post(url)
    assert mappings.active_profile() == other


def test_a_stored_revision_offers_nothing_to_edit_or_delete(ana_browser: Client) -> None:
    profile = mappings.active_profile()
    page = ana_browser.get(reverse("admin:registry_mappingprofile_change", args=[profile.pk]))
    text = page.content.decode()
    assert "MACH_WORKED_HOURS" in text
    assert "<textarea" not in text
    delete = reverse("admin:registry_mappingprofile_delete", args=[profile.pk])
    assert ana_browser.get(delete).status_code == 403


def test_ben_the_planner_can_not_activate_a_profile(ben_browser: Client) -> None:
    active = mappings.active_profile()
    other = mappings.save_profile(name="plant", document=other_document())
    answer = ben_browser.post(reverse("admin:registry_mappingprofile_activate", args=[other.pk]))
    assert answer.status_code in {302, 403}  # to the sign-in page of those who may, or refused
    assert mappings.active_profile() == active
