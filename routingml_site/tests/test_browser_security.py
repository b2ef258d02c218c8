"""Accounts in a real browser: keys, one-time passwords, being signed out from elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AuditEvent, User
from accounts.services import people
from routingml_site.tests.test_browser import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = (
    "/predict/", "/predict/history/", "/models/", "/account/", "/account/password/",
    "/account/sign-ins/end/", "/api/docs/",
    "/admin/", "/admin/accounts/user/", "/admin/accounts/user/import/", "/admin/accounts/apikey/",
    "/admin/accounts/auditevent/", "/admin/accounts/counter/", "/admin/registry/modelversion/",
    "/admin/registry/configrevision/", "/admin/registry/mappingprofile/",
)  # fmt: skip


def test_no_page_needs_what_its_policy_forbids(ana_page: Page, ana: User) -> None:
    """The page fixture fails when the browser reports a violation."""
    for path in (*PAGES, f"/admin/accounts/user/{ana.pk}/change/"):
        answer = ana_page.goto(path)
        if not path.startswith("/admin/"):  # Django's pages ask for nothing once they are loaded
            ana_page.wait_for_load_state("networkidle")
        assert answer is not None
        assert answer.status == 200, path


def test_the_description_of_the_api_can_be_opened_and_read(ben_page: Page) -> None:
    ben_page.goto("/api/docs/")
    expect(ben_page.get_by_text("/api/predict", exact=True)).to_be_visible()


def test_ben_makes_a_key_copies_it_and_revokes_it(ben_page: Page) -> None:
    page = ben_page
    page.goto("/predict/")
    page.get_by_role("link", name="Ben · Planner").click()
    page.get_by_label("What for").fill("Night import")
    page.get_by_role("button", name="Make the key").click()
    assert page.get_by_label("API key").input_value().startswith("rml_")
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("row", name="Night import").get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("row", name="Night import")).to_contain_text("revoked")


def test_ben_forgets_his_password_and_ana_gives_him_one_for_one_time(
    page: Page, ana: User, ben: User, password: str
) -> None:
    once = people.reset_password(ben, by=ana)
    page.goto("/login/?next=/models/")
    page.get_by_label("E-mail").fill(ben.email)
    page.get_by_label("Password").fill(once)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("You signed in with a one-time password")).to_be_visible()
    page.goto("/models/")
    expect(page.get_by_role("heading")).to_have_text("Change the password")
    page.get_by_label("Current password").fill(once)
    page.get_by_label("New password", exact=True).fill("quiet rivers bend")
    page.get_by_label("New password, once more").fill("quiet rivers bend")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("Your password is changed")).to_be_visible()


def test_ben_is_refused_what_his_role_may_not_and_signed_out_by_ana(
    ben_page: Page, ana: User, ben: User, password: str
) -> None:
    page = ben_page
    page.goto("/admin/accounts/user/")
    expect(page.get_by_text("Your role may not do this.")).to_be_visible()
    assert AuditEvent.objects.filter(action="accounts.access.refused", actor=ben.email).exists()

    other = page.context.browser
    assert other is not None
    anas = other.new_context(base_url=page.url.split("/admin")[0], locale="en").new_page()
    sign_in(anas, ana, password)
    anas.goto("/admin/accounts/user/")
    anas.get_by_role("row", name=ben.email).get_by_role("checkbox").check()
    anas.locator("select[name=action]").select_option("sign_out")
    anas.locator("button[name=index]").click()
    expect(anas.get_by_text("Signed out everywhere: ben@plant.example")).to_be_visible()
    anas.context.close()

    page.goto("/models/")
    expect(page.get_by_role("heading")).to_have_text("Sign in")


def test_no_account_page_scrolls_sideways(
    ana_page: Page, scrolls_sideways: Callable[..., list[int]]
) -> None:
    for path in ("/account/", "/account/password/", "/account/sign-ins/end/"):
        ana_page.goto(path)
        assert scrolls_sideways(ana_page, 360, 1440) == [], path
