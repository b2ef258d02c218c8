"""A real Chromium for tests: pages on a running server, somebody's session in them.

Loaded by ``routingml_site.testing``.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from django.test import Client
    from playwright.sync_api import Browser, Page

PATIENCE_MS = 60_000
"""Time after which a page that does not come to what is expected of it fails a test."""
OFF = (
    # Pages of the address bar, which nobody sees: each window would load them before ours.
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup",
    # What Playwright turns off by itself as long as nobody else turns anything off.
    "AimEnabled", "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay", "MediaRouter",
    "NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding", "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)  # fmt: skip
"""Features of Chromium that its pages do not need."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's Chromium, without a window; tests are skipped where there is none."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    playwright = pytest.importorskip("playwright.sync_api")
    if program is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as driver, pytest.MonkeyPatch.context() as patch:
        # The driver keeps an event loop in this thread; Django would refuse to query beside it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        playwright.expect.set_options(timeout=PATIENCE_MS)
        arguments = ["--no-sandbox", "--disable-gpu", f"--disable-features={','.join(OFF)}"]
        browser = driver.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def page(live_server: Any, chromium: Browser) -> Iterator[Page]:
    """A page on a running server, in English; what goes wrong in it fails the test at its end.

    The server is named first and so ends last: it answers as long as the browser may ask.
    """
    faults: list[str] = []
    context = chromium.new_context(base_url=live_server.url, locale="en", color_scheme="light")
    context.set_default_timeout(PATIENCE_MS)
    tab = context.new_page()
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on("response", lambda answer: faults.append(answer.url) if answer.status >= 500 else None)
    tab.on("request", lambda request: faults.append(request.url) if _is_foreign(request) else None)
    tab.on("console", lambda line: faults.append(line.text) if _is_forbidden(line) else None)
    yield tab
    context.close()
    _finish_requests()
    if faults:
        pytest.fail("\n".join(faults))


@pytest.fixture
def ana_page(page: Page, ana_browser: Client, live_server: Any) -> Page:
    """Ana's page on a running server."""
    return _with_session(page, ana_browser, live_server)


@pytest.fixture
def ben_page(page: Page, ben_browser: Client, live_server: Any) -> Page:
    """Ben's page on a running server."""
    return _with_session(page, ben_browser, live_server)


@pytest.fixture
def eva_page(page: Page, eva_browser: Client, live_server: Any) -> Page:
    """Eva's page on a running server."""
    return _with_session(page, eva_browser, live_server)


def _with_session(page: Page, client: Client, live_server: Any) -> Page:
    """Let a page go on in the session of somebody who is signed in."""
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    return page


@pytest.fixture
def scrolls_sideways() -> Callable[..., list[int]]:
    """Tells at which widths of its window the page that is shown needs sideways scrolling."""

    def look(page: Page, *widths: int) -> list[int]:
        found = []
        for width in widths:
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append(width)
        return found

    return look


def _finish_requests() -> None:
    """Wait for what the server still answers: tables that are read cannot be emptied."""
    for thread in threading.enumerate():
        if ThreadingMixIn.process_request_thread.__name__ in thread.name:
            thread.join(PATIENCE_MS / 1000)


def _is_forbidden(line: Any) -> bool:
    """Return whether the browser reports something that the page's own policy forbids."""
    return "Content Security Policy" in line.text


def _is_foreign(request: Any) -> bool:
    """Return whether a page asked another machine for something."""
    return not request.url.startswith(("http://localhost", "http://127.0.0.1", "data:", "blob:"))
