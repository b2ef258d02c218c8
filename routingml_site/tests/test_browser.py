"""The frame and the account pages in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page: Page, person: User, password: str) -> None:
    page.goto("/login/")
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.wait_for_load_state()


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_cleo_asks_waits_is_approved_and_signs_in(page: Page, ana: User, password: str) -> None:
    page.goto("/signup/")
    page.get_by_label("E-mail").fill("cleo@plant.example")
    page.get_by_label("Name").fill("Cleo")
    page.get_by_label("Password").fill("quiet rivers bend")
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_role("heading")).to_have_text("Your request is with an administrator")

    sign_in(page, ana, password)
    page.get_by_role("link", name="Administration").click()
    page.get_by_role("link", name="People", exact=True).first.click()
    page.get_by_role("row", name="cleo@plant.example").get_by_role("checkbox").check()
    page.locator("select[name=action]").select_option("approve")
    page.locator("button[name=index]").click()
    page.get_by_label("Role").select_option("engineer")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved: cleo@plant.example")).to_be_visible()
    page.get_by_role("link", name="Back to the product").click()
    page.get_by_role("button", name="Sign out").click()

    cleo = User.objects.get(email="cleo@plant.example")
    sign_in(page, cleo, "quiet rivers bend")
    expect(page.get_by_text("Cleo · Engineer")).to_be_visible()
    expect(page.get_by_role("link", name="Administration")).to_have_count(0)


def test_the_theme_follows_the_system_until_one_is_chosen(page: Page) -> None:
    page.goto("/login/")
    light = background(page)
    page.emulate_media(color_scheme="dark")
    dark = background(page)
    assert light != dark
    page.get_by_role("button", name="Light").click()
    assert background(page) == light
    page.get_by_role("button", name="Auto").click()
    assert background(page) == dark


def test_the_keyboard_opens_and_closes_the_keys(ben_page: Page) -> None:
    ben_page.goto("/predict/")
    ben_page.locator("main").focus()
    ben_page.keyboard.press("?")
    expect(ben_page.get_by_role("dialog", name="Keys")).to_be_visible()
    ben_page.keyboard.press("Escape")
    expect(ben_page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_no_page_scrolls_sideways(
    page: Page, ana: User, password: str, scrolls_sideways: Callable[..., list[int]]
) -> None:
    for path in ("/login/", "/signup/", "/signup/waiting/", "/nowhere"):
        page.goto(path)
        assert scrolls_sideways(page, 360, 900, 1440) == [], path
    sign_in(page, ana, password)
    for path in ("/predict/", "/models/"):
        page.goto(path)
        assert scrolls_sideways(page, 360, 900, 1440) == [], path
