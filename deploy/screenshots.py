"""Pictures of every page from a running product, into ``docs/screenshots/``.

    pip install pillow playwright
    python deploy/screenshots.py http://127.0.0.1:8000 --email ana@example.com --item CODE

The password is asked for, or read from ``SCREENSHOT_PASSWORD``.  An item is asked for, a draft is
begun and approved on the way, so point it at a demo with a worker, not at a plant.  Needs
Playwright with a Chromium, and Pillow.  Each page comes in both languages, both themes, 1440 and
390 pixels wide; ``--only`` takes some of them again.
"""

from __future__ import annotations

import argparse
import getpass
import io
import os
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PIL import Image
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.sync_api import Page

OUT = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
COLOURS = 128
"""Fewer lose the red and amber of states."""
TALLEST = 1500
"""Pixels of a page that are kept: the rest is more of the same."""
PLOTS_DRAWN = """() => document.querySelectorAll(".plot").length
  === document.querySelectorAll(".plot:has(.main-svg)").length"""
PLAIN = {
    "predict": "/predict/",
    "predict-describe": "/predict/?way=describe",
    "predict-list": "/predict/?way=list",
    "predict-file": "/predict/?way=file",
    "history": "/predict/history/",
    "drafts": "/drafts/",
    "rules": "/rules/",
    "output-profiles": "/output-profiles/",
    "training": "/training/",
    "quality": "/quality/",
    "drift": "/quality/drift",
    "data": "/quality/data",
    "quality-log": "/quality/log",
    "versions": "/models/",
    "settings": "/settings/",
    "account": "/account/",
    "admin": "/admin/",
}
LINKED = {
    "version": ("/models/", "main table a"),
    "training-job": ("/training/", "tr:has(a[href^='/models/']) a[href^='/training/jobs/']"),
    "quality-cycle": ("/quality/", "main a[href^='/quality/cycles/']"),
    "quality-item": ("/quality/", "main a[href*='/items/']"),
}
"""Pages of one thing: where the first link to such a one stands."""
Theme = Literal["light", "dark"]


@dataclass(frozen=True)
class Look:
    """One way to look at a page."""

    language: str
    theme: Theme
    width: int

    @property
    def ending(self) -> str:
        """What a picture's name ends with."""
        return f"{self.language}-{self.theme}-{self.width}.png"


def looks() -> Iterator[Look]:
    """Yield every way to look at a page."""
    themes: tuple[Theme, ...] = ("light", "dark")
    for language, theme, width in product(("en", "ko"), themes, (1440, 390)):
        yield Look(language, theme, width)


def sign_in(page: Page, email: str, password: str) -> None:
    """Sign in on the page."""
    page.goto("/login/")
    page.fill("[name=email]", email)
    page.fill("[name=password]", password)
    page.click("main [type=submit], main button")
    page.wait_for_load_state()


def made(page: Page, item: str) -> dict[str, str]:
    """Ask for an item, begin two drafts, approve one; return the addresses of what came of it."""
    page.goto("/predict/")
    page.fill("#id_code", item)
    page.check("#id_leave_out")
    page.keyboard.press("Enter")
    page.wait_for_selector(".lane")
    result = page.url
    times = page.locator(".lane-table a").first.get_attribute("href") or result
    drafts = []
    for _each in range(2):
        page.goto(result)
        page.locator("form[action$='/drafts/begin/'] button").first.click()
        page.wait_for_selector("#steps .step")
        drafts.append(page.url)
    page.fill("#reason", "As it is made at the plant")
    page.locator("form[action$='/approve/'] button").click()
    page.wait_for_load_state()
    number = drafts[1].rstrip("/").rpartition("/")[2]
    return {
        "answer": result,
        "batch": batch(page, item),
        "step-by-step": f"{result}steps/",
        "work-results": times,
        "draft": drafts[0],
        "draft-approved": drafts[1],
        "export": f"/drafts/export/?draft={number}",
    }


def linked(page: Page) -> Iterator[tuple[str, str]]:
    """Yield the pages of one thing, as far as the product has such a thing."""
    for name, (address, link) in LINKED.items():
        page.goto(address)
        if page.locator(link).count():
            yield name, page.locator(link).first.get_attribute("href") or address


def batch(page: Page, item: str) -> str:
    """Ask for a file of one item and wait until it is answered; return where it is shown."""
    page.goto("/predict/?way=file")
    sent = {"name": "items.csv", "mimeType": "text/csv", "buffer": f"ITEM_CD\n{item}\n".encode()}
    page.set_input_files("#id_file", [sent])
    page.locator("form.ask button.button-primary").click()
    page.wait_for_selector("#batch .stats", timeout=120_000)
    return page.url


def small(picture: bytes) -> Image.Image:
    """Return a picture cut to what is kept, with few colours."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    kept = image.crop((0, 0, image.width, min(image.height, TALLEST)))
    return kept.quantize(COLOURS, dither=Image.Dither.NONE)


def picture(page: Page, pages: Mapping[str, str], look: Look) -> None:
    """Take every page in one way to look at it."""
    page.emulate_media(color_scheme=look.theme)
    page.set_viewport_size({"width": look.width, "height": 900})
    for name, address in pages.items():
        page.goto(address)
        page.wait_for_function(PLOTS_DRAWN)
        small(page.screenshot(full_page=True)).save(OUT / f"{name}-{look.ending}", optimize=True)


def main() -> None:
    """Read the arguments and take the pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("--email", required=True)
    parser.add_argument("--item", required=True, help="code of an item with a routing")
    parser.add_argument("--browser", help="path of a Chromium that is installed already")
    parser.add_argument("--only", nargs="*", default=[], help="names of pages; all of them")
    given = parser.parse_args()
    password = os.environ.get("SCREENSHOT_PASSWORD") or getpass.getpass()
    OUT.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.browser)
        page = browser.new_context(base_url=given.url).new_page()
        sign_in(page, given.email, password)
        pages = dict(PLAIN) | dict(linked(page))
        if not given.only or set(given.only) - pages.keys():
            pages |= made(page, given.item)
        pages = {name: pages[name] for name in given.only or pages}
        for look in looks():
            page.context.add_cookies(
                [{"name": "django_language", "value": look.language, "url": given.url}]
            )
            picture(page, pages, look)
        browser.close()


if __name__ == "__main__":
    main()
