"""A draft in a real Chromium: edited by mouse and keyboard, saved as one works."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from prediction.models import Channel, Draft, RoutingRule
from prediction.services import drafts, predictions, rules

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from accounts.models import User

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("answering"),
]


@pytest.fixture
def draft(code: str, ben: User) -> Draft:
    rules.ship()
    answer = predictions.predict(codes=[code], leave_out=True, channel=Channel.PAGE, by=str(ben))
    assert answer.request is not None
    return drafts.begin(request=answer.request, by=ben)


@pytest.fixture
def editor(ben_page: Page, draft: Draft) -> Page:
    """Ben's editor, open on his draft."""
    ben_page.goto(draft.get_absolute_url())
    ben_page.wait_for_selector(".scripted")
    return ben_page


def shown(page: Page) -> list[str]:
    return page.locator("#steps .step .code").all_inner_texts()


def stored(draft: Draft) -> list[str]:
    return [step.job for step in drafts.get(draft.pk).to_steps()]


def wait_saved(page: Page, revision: int) -> None:
    page.wait_for_function(
        "n => document.getElementById('saved').innerText.endsWith(' ' + n)", arg=revision
    )


def wait_stored(page: Page, draft: Draft, jobs: list[str]) -> None:
    for _try in range(1200):
        if stored(draft) == jobs:
            return
        page.wait_for_timeout(50)
    assert stored(draft) == jobs


def test_the_keyboard_moves_removes_and_undoes(editor: Page, draft: Draft) -> None:
    before = stored(draft)
    first = editor.locator("#step-0")
    first.focus()
    editor.keyboard.press("Alt+ArrowDown")
    wait_saved(editor, 2)
    moved = [before[1], before[0], *before[2:]]
    assert shown(editor) == stored(draft) == moved
    assert editor.evaluate("document.activeElement.id") == "step-1"
    editor.keyboard.press("Delete")
    wait_saved(editor, 3)
    assert stored(draft) == [before[1], *before[2:]]
    editor.keyboard.press("Control+z")
    editor.keyboard.press("Control+z")
    assert shown(editor) == before
    wait_stored(editor, draft, before)
    editor.keyboard.press("Control+y")
    assert shown(editor) == moved
    wait_stored(editor, draft, moved)


def test_an_operation_is_dragged_to_another_place(editor: Page, draft: Draft) -> None:
    before = stored(draft)
    start = editor.locator("#step-0 .step-grip").bounding_box()
    end = editor.locator(f"#step-{len(before) - 1}").bounding_box()
    assert start and end
    editor.mouse.move(start["x"] + 5, start["y"] + 5)
    editor.mouse.down()
    for part in range(1, 13):
        y = start["y"] + (end["y"] + end["height"] - start["y"]) * part / 12
        editor.mouse.move(start["x"] + 5, y)
        editor.wait_for_timeout(30)
    editor.mouse.up()
    wait_saved(editor, 2)
    assert stored(draft) == [*before[1:], before[0]]


def test_a_time_against_a_rule_is_told_at_the_operation_and_goes_with_undo(
    editor: Page, draft: Draft
) -> None:
    time = editor.locator("#step-0 [data-field=run_minutes]")
    time.fill("-2")
    time.press("Tab")
    badge = editor.locator("#step-0 .badge-error")
    badge.wait_for()
    assert "run time is -2 min; at least 0 min is allowed." in badge.inner_text()
    editor.get_by_text("Rules forbid this routing").wait_for()
    editor.click("[data-undo]")
    badge.wait_for(state="detached")


def test_the_palette_inserts_where_it_was_asked(editor: Page, draft: Draft) -> None:
    before = stored(draft)
    editor.select_option("#at", "1")
    job = editor.locator("#palette .palette-item .code").nth(2).inner_text()
    editor.fill("#job", job)
    editor.wait_for_function(
        "job => document.querySelector('#palette .code').innerText === job", arg=job
    )
    editor.click("button[value=insert]")
    wait_saved(editor, 2)
    assert stored(draft) == [before[0], job, *before[1:]]


def test_nobody_is_overwritten_and_nothing_of_ones_own_is_lost(
    editor: Page, draft: Draft, eva: User
) -> None:
    before = stored(draft)
    drafts.save(draft=draft, steps=draft.to_steps()[1:], revision=1, by=eva)
    editor.locator("#step-0").focus()
    editor.keyboard.press("Alt+ArrowDown")
    told = editor.locator("#not-saved")
    told.wait_for()
    assert "eva@plant.example saved this draft" in told.inner_text()
    assert stored(draft) == before[1:]
    editor.click("[data-keep]")
    wait_saved(editor, 3)
    assert stored(draft) == [before[1], before[0], *before[2:]]


def test_who_was_signed_out_signs_in_elsewhere_and_loses_nothing(
    editor: Page, draft: Draft, ben: User, password: str
) -> None:
    before = stored(draft)
    editor.context.clear_cookies(name="sessionid")
    editor.locator("#step-0").focus()
    editor.keyboard.press("Alt+ArrowDown")
    told = editor.locator("#not-saved")
    told.wait_for()
    assert "You have been signed out." in told.inner_text()
    assert not editor.locator("[data-keep]").is_visible()
    with editor.expect_popup() as opened:
        editor.get_by_role("link", name="Sign in in a new tab").click()
    opened.value.get_by_label("E-mail").fill(ben.email)
    opened.value.get_by_label("Password").fill(password)
    opened.value.get_by_role("button", name="Sign in").click()
    opened.value.get_by_role("button", name="Sign out").wait_for()
    editor.click("[data-again]")
    wait_saved(editor, 2)
    assert stored(draft) == [before[1], before[0], *before[2:]]


def describe(page: Page, record: dict[str, Any]) -> None:
    """Describe an item on the page and ask for its routing."""
    page.goto("/predict/?way=describe")
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    page.fill("[name=ITEM_CD]", "NEW-1")
    for name, value in record.items():
        field = page.locator(f"main input[name='{name}']")
        if name != "ITEM_CD" and field.count():
            field.fill(str(value))
    page.get_by_role("button", name="Propose a routing").click()
    page.wait_for_selector(".lane-best")


def compare_and_ask_why(page: Page) -> None:
    """Hold two candidates against each other, lay a neighbour beside, read why."""
    assert page.locator(".lane").count() > 1
    assert page.locator(".lane").nth(1).locator(".op-added, .op-missing").count()
    name = page.locator("#similar-2 b").inner_text()
    page.click("#similar-2")
    page.locator("#beside h3", has_text=name).wait_for()
    page.locator("#beside summary").first.click()
    assert page.locator("#beside table").first.is_visible()
    assert page.locator(".why p").count() == 3
    result = page.url
    page.locator(".lane-best .lane-table a").first.click()
    page.get_by_role("heading", name="Where the minutes of").wait_for()
    page.goto(result)


def test_the_story_from_a_described_item_to_the_file(
    page: Page, ben: User, password: str, records: list[dict[str, Any]], tmp_path: Path
) -> None:
    """Ask, see why, edit, break a rule, see it, undo, approve, export, find it all in the file."""
    rules.ship()
    page.goto("/login/")
    page.get_by_label("E-mail").fill(ben.email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()
    describe(page, records[0])
    compare_and_ask_why(page)
    page.locator("form[action$='/drafts/begin/'] button").first.click()
    page.wait_for_selector(".scripted #step-1")
    begun = Draft.objects.get()
    first, second, *_rest = stored(begun)
    order = {"before": first, "after": second}
    rules.save(row=RoutingRule(name="Our order", kind="order", document=order), by="ana")
    page.focus("#step-0")
    page.keyboard.press("Alt+ArrowDown")
    told = page.locator("#checks .badge-warning", has_text="Our order")
    told.wait_for()
    assert f"{first} must come before {second}; it comes after it." in told.inner_text()
    page.keyboard.press("Control+z")
    told.wait_for(state="detached")
    page.fill("#step-0 [data-field=setup_minutes]", "12.25")
    page.keyboard.press("Tab")
    page.get_by_text("1 time changed").wait_for()
    page.fill("#reason", "Measured at the machine")
    on_screen = shown(page)
    page.click("button:text-is('Approve')")
    page.click("text=Export …")
    with page.expect_download() as download:
        page.click("text=Download")
    path = tmp_path / "routing.csv"
    download.value.save_as(path)
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    assert [row["dbo_BI_ROUTING_VIEW_JOB_CD"] for row in rows] == on_screen
    assert (rows[0]["ITEM_CD"], rows[0]["SETUP_TIME"]) == ("NEW-1", "12.25")


def test_no_page_of_drafts_needs_sideways_scrolling(
    editor: Page, draft: Draft, scrolls_sideways: Callable[..., list[int]]
) -> None:
    approved = f"/drafts/export/?draft={draft.pk}"
    RoutingRule.objects.all().delete()
    pages = ("/drafts/", "/rules/", "/output-profiles/", approved)
    for address in (draft.get_absolute_url(), *pages):
        if address == approved:
            drafts.approve(draft=draft, revision=1, by="ben")
        editor.goto(address)
        assert scrolls_sideways(editor, 360, 390, 900, 1440) == [], address
