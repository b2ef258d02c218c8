"""The editor in a Chromium: gaps between frames while an operation is dragged, and first paint.

    python benchmarks/editor_frames.py http://127.0.0.1:8000 DRAFT --email ben@example.com

``DRAFT`` is the number of an open draft; in this page only, its operations are repeated until
there are ``--operations`` of them, and nothing is saved.  The password is asked for, or read from
``BENCHMARK_PASSWORD``.  Needs Playwright with a Chromium.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import statistics
import sys
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Page

FILL = """wanted => {
  const list = document.querySelector("#steps"), first = [...list.querySelectorAll(".step")];
  for (let n = first.length; n < wanted; n++) {
    const row = first[n % first.length].cloneNode(true);
    row.id = `step-${n}`;
    list.append(row);
  }
}"""
WATCH = """() => {
  window.gaps = [];
  let before = performance.now();
  const look = (now) => {
    window.gaps.push(now - before);
    before = now;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
MOVES = 240


def drag(page: Page) -> list[float]:
    """Drag the first operation down and up again; return milliseconds between frames."""
    box = page.locator("#steps .step-grip").first.bounding_box()
    if box is None:
        raise SystemExit("The draft has no operation to drag, or may not be edited.")
    x, y = box["x"] + 5, box["y"] + 5
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(WATCH)
    for move in range(MOVES):
        page.mouse.move(x, y + 500 * (1 - abs(1 - 2 * move / MOVES)))
    gaps: list[float] = page.evaluate("window.gaps")
    page.keyboard.press("Escape")
    return gaps[2:]


def measured(page: Page, address: str, operations: int) -> dict[str, Any]:
    """Return what a person would feel of one page."""
    page.goto(address)
    page.wait_for_selector(".scripted #steps .step")
    paint = page.evaluate(PAINT)
    page.evaluate(FILL, operations)
    page.route("**/api/**", lambda route: route.abort())
    gaps = sorted(drag(page))
    return {
        "operations": page.locator("#steps .step").count(),
        "first_paint_ms": round(paint),
        "frames": len(gaps),
        "gap_ms_p50": round(statistics.median(gaps), 1),
        "gap_ms_p95": round(gaps[int(0.95 * len(gaps))], 1),
        "late_frames_percent": round(100 * sum(gap > 25 for gap in gaps) / len(gaps), 1),
    }


def main() -> None:
    """Read the arguments, measure, print JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("draft", type=int)
    parser.add_argument("--email", required=True)
    parser.add_argument("--operations", type=int, default=60)
    parser.add_argument("--browser", help="path of a Chromium that is installed already")
    given = parser.parse_args()
    password = os.environ.get("BENCHMARK_PASSWORD") or getpass.getpass()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.browser)
        page = browser.new_context(base_url=given.url).new_page()
        page.goto("/login/")
        page.fill("[name=email]", given.email)
        page.fill("[name=password]", password)
        page.click("main [type=submit], main button")
        page.wait_for_load_state()
        found = measured(page, f"/drafts/{given.draft}/", given.operations)
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        browser.close()


if __name__ == "__main__":
    main()
