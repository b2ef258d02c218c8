"""The pages of drafts without a script: the form alone edits, and nothing typed is lost."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from prediction.models import Draft, RoutingRule
from prediction.services import drafts, palette
from prediction.tests.test_pages import ask, text_of

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User

pytestmark = pytest.mark.usefixtures("answering")


class FormReader(HTMLParser):
    """Reads what a browser would send of the form ``editor``."""

    def __init__(self) -> None:
        super().__init__()
        self.sends: dict[str, str] = {}
        self._inside, self._select, self._template = False, "", 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._template += tag == "template"
        if tag == "form":
            self._inside = given.get("id") == "editor"
        if not self._inside or self._template:
            return
        if tag == "input":
            self.sends[given["name"]] = given.get("value", "")
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select:
            chosen = "selected" in given or self._select not in self.sends
            self.sends[self._select] = given["value"] if chosen else self.sends[self._select]

    def handle_endtag(self, tag: str) -> None:
        self._template -= tag == "template"
        self._inside = self._inside and tag != "form"
        self._select = "" if tag == "select" else self._select


def form_of(page: Any) -> dict[str, str]:
    reader = FormReader()
    reader.feed(page.content.decode())
    return reader.sends


def jobs(draft: Draft) -> list[str]:
    return [step.job for step in drafts.get(draft.pk).to_steps()]


def press(browser: Client, draft: Draft, button: str, **typed: str) -> Any:
    """Load the page, type, press a button."""
    address = draft.get_absolute_url()
    sent = form_of(browser.get(address)) | typed | {"do": button}
    return browser.post(address, sent, follow=True)


def test_every_candidate_of_an_answer_can_be_edited(ben_browser: Client, code: str) -> None:
    page = ask(ben_browser, way="code", code=code, leave_out="on")
    candidates = page.context["prediction"].candidates
    assert len(candidates) > 1
    for candidate in candidates:
        assert f'name="rank" value="{candidate.rank}"' in page.content.decode()
        sent = {"request": page.context["row"].pk, "place": 0, "rank": candidate.rank}
        ben_browser.post("/drafts/begin/", sent)
        assert jobs(Draft.objects.latest("pk")) == list(candidate.jobs)


def test_a_routing_built_step_by_step_becomes_a_draft(ben_browser: Client, code: str) -> None:
    row = ask(ben_browser, way="code", code=code, leave_out="on").context["row"]
    address, chosen = f"/predict/{row.pk}/steps/", ""
    for _step in range(2):
        chosen = ben_browser.get(address, {"chosen": chosen}).context["choices"][0].chosen
    done = ben_browser.get(address, {"chosen": chosen, "done": "1"})
    assert f'name="chosen" value="{chosen}"' in done.content.decode()
    ben_browser.post("/drafts/begin/", {"request": row.pk, "place": 0, "chosen": chosen})
    assert jobs(Draft.objects.get()) == chosen.split("+")
    refused = ben_browser.post("/drafts/begin/", {"request": row.pk, "place": 0, "chosen": "+"})
    assert "Choose at least one operation first." in text_of(refused)


def test_a_reader_is_not_offered_to_edit(
    ben_browser: Client, client: Client, otto: User, code: str
) -> None:
    row = ask(ben_browser, way="code", code=code, leave_out="on").context["row"]
    client.force_login(otto)
    assert "/drafts/begin/" not in client.get(row.get_absolute_url()).content.decode()


def test_buttons_move_split_and_remove(ben_browser: Client, draft: Draft) -> None:
    first, second, *rest = jobs(draft)
    press(ben_browser, draft, "down:0")
    assert jobs(draft) == [second, first, *rest]
    press(ben_browser, draft, "up:1")
    assert jobs(draft) == [first, second, *rest]
    press(ben_browser, draft, "split:0")
    assert jobs(draft) == [first, first, second, *rest]
    press(ben_browser, draft, "remove:1")
    assert jobs(draft) == [first, second, *rest]


def test_an_operation_of_the_plant_comes_with_its_usual_resource_and_time(
    ben_browser: Client, draft: Draft
) -> None:
    usual = palette.operations()[0].step
    press(ben_browser, draft, "insert", job=usual.job.lower(), at="0")
    step = drafts.get(draft.pk).to_steps()[0]
    assert (step.job, step.resource, step.run_minutes) == (
        usual.job,
        usual.resource,
        usual.run_minutes,
    )
    assert step.origin is None
    page = press(ben_browser, draft, "insert", job="no-such-thing")
    assert (page.status_code, len(jobs(draft))) == (409, len(draft.operations) + 1)
    assert "The plant has no operation “no-such-thing”" in text_of(page)
    press(ben_browser, draft, "replace:1", job=usual.job)
    assert jobs(draft)[1] == usual.job


def test_what_is_typed_is_kept_and_the_proposed_time_is_shown(
    ben_browser: Client, draft: Draft
) -> None:
    typed = {"setup_minutes-0": "12.5", "run_minutes-0": "", "who-0": "NEW-1"}
    page = text_of(press(ben_browser, draft, "save", **typed))
    step = drafts.get(draft.pk).to_steps()[0]
    assert (step.setup_minutes, step.run_minutes) == (12.5, None)
    assert "NEW-1" in (step.resource, step.partner)
    assert "proposed" in page and "1 time changed" in page


def test_a_time_that_is_no_number_is_refused(ben_browser: Client, draft: Draft) -> None:
    page = press(ben_browser, draft, "save", **{"run_minutes-0": "soon"})
    assert "“soon” is no number of minutes" in text_of(page)
    assert drafts.get(draft.pk).revision == 1


def test_a_conflict_keeps_what_was_typed_and_offers_both_ways(
    ben_browser: Client, draft: Draft, eva: User
) -> None:
    address = draft.get_absolute_url()
    mine = form_of(ben_browser.get(address)) | {"do": "save", "run_minutes-0": "77.5"}
    drafts.save(draft=draft, steps=draft.to_steps()[1:], revision=1, by=eva)
    page = ben_browser.post(address, mine)
    assert page.status_code == 409
    assert "eva@plant.example saved this draft" in text_of(page)
    assert drafts.get(draft.pk).saved_by == "eva@plant.example"
    again = form_of(page)
    assert (again["run_minutes-0"], again["revision"]) == ("77.50", "2")
    ben_browser.post(address, again | {"do": "save"})
    assert drafts.get(draft.pk).to_steps()[0].run_minutes == 77.5


def test_a_violation_stands_beside_the_operation_and_blocks(
    ben_browser: Client, draft: Draft
) -> None:
    page = press(ben_browser, draft, "save", **{"run_minutes-0": "-3"})
    assert text_of(page).count("run time is -3 min; at least 0 min is allowed.") == 2
    address = f"{draft.get_absolute_url()}approve/"
    refused = ben_browser.post(address, {"revision": 2, "reason": "Trust me"})
    assert (refused.status_code, drafts.get(draft.pk).state) == (409, "open")
    assert "cannot be approved" in text_of(refused)
    assert 'value="Trust me"' in refused.content.decode()


def test_an_approved_draft_is_read_only_until_it_is_opened_again(
    ben_browser: Client, draft: Draft
) -> None:
    RoutingRule.objects.all().delete()
    address = draft.get_absolute_url()
    page = text_of(ben_browser.post(f"{address}approve/", {"revision": 1}, follow=True))
    assert "Approved by ben@plant.example" in page
    before = jobs(draft)
    assert press(ben_browser, draft, "remove:0").status_code == 409
    assert jobs(draft) == before
    ben_browser.post(f"{address}reopen/")
    press(ben_browser, draft, "remove:0")
    assert jobs(draft) == before[1:]


def test_an_earlier_revision_comes_back_as_a_new_one(ben_browser: Client, draft: Draft) -> None:
    before = jobs(draft)
    press(ben_browser, draft, "remove:0")
    ben_browser.post(f"{draft.get_absolute_url()}restore/", {"number": 1, "revision": 2})
    assert (jobs(draft), drafts.get(draft.pk).revision) == (before, 3)


def test_the_list_shows_drafts_and_narrows(ben_browser: Client, draft: Draft) -> None:
    assert draft.item in text_of(ben_browser.get("/drafts/"))
    assert draft.item in text_of(ben_browser.get("/drafts/?mine=1&state=open"))
    assert "There is no draft here" in text_of(ben_browser.get("/drafts/?state=approved"))


def test_an_auditor_reads_a_draft_without_buttons(otto: User, client: Client, draft: Draft) -> None:
    client.force_login(otto)
    page = client.get(draft.get_absolute_url())
    assert draft.item in text_of(page)
    assert "data-do=" not in page.content.decode()


def test_the_palette_finds_operations_by_code_and_name(ben_browser: Client) -> None:
    usual = palette.operations()[0].step
    for typed in (usual.job.lower(), usual.job_name):
        assert usual.job in text_of(ben_browser.get("/drafts/palette/", {"job": typed}))
    assert "no operation like this" in text_of(ben_browser.get("/drafts/palette/?job=%00x"))
