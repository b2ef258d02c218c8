"""The frame around every page: navigation, theme, language, the version that answers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.utils.translation import override

from accounts.models import User
from prediction.core.comparison import Total
from routingml_site import nav
from routingml_site.templatetags import ui

pytestmark = pytest.mark.django_db
TEMPLATES = Path(settings.BASE_DIR) / "templates"
STATIC = Path(settings.BASE_DIR) / "static"


def labels(person: User) -> list[str]:
    return [str(link.label) for link in nav.links(person, "/")]


def test_people_see_only_what_they_may_open(ana: User, ben: User, otto: User) -> None:
    assert "Administration" in labels(ana)
    assert "Administration" not in labels(ben)
    assert "Administration" in labels(otto)
    assert "Predict" in labels(ben)
    assert "Predict" not in labels(otto)


def test_the_page_that_is_open_is_marked(ana: User) -> None:
    marked = [str(link.label) for link in nav.links(ana, "/admin/accounts/") if link.current]
    assert marked == ["Administration"]


def test_the_start_leads_to_the_first_page_of_the_role(ben_browser: Client) -> None:
    assert (
        ben_browser.get("/").headers["Location"]
        == nav.links(User(role="planner", is_active=True), "/")[0].href
    )


def test_signed_out_people_are_asked_to_sign_in(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/login/?next=/"


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/training/jobs/1/?a=b"}
    answer = client.get("/training/jobs/1/", headers=headers)
    assert answer.headers["HX-Redirect"] == "/login/?next=/training/jobs/1/%3Fa%3Db"


def test_the_icon_is_found_under_its_old_name(client: Client) -> None:
    assert client.get("/favicon.ico").headers["Location"] == "/static/img/mark.svg"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_theme_is_kept_in_the_browser(client: Client, theme: str) -> None:
    assert "data-theme" not in client.get("/login/").content.decode()
    response = client.post("/theme/", {"theme": theme, "next": "/login/"})
    assert response.headers["Location"] == "/login/"
    assert f'data-theme="{theme}"' in client.get("/login/").content.decode()


def test_the_theme_form_leads_nowhere_else_and_takes_nothing_else(client: Client) -> None:
    given = {"theme": "<script>", "next": "https://elsewhere.example/"}
    response = client.post("/theme/", given)
    assert response.headers["Location"] == "/"
    assert client.cookies["theme"].value == "system"


def test_the_language_can_be_switched_and_is_kept(client: Client) -> None:
    client.post("/language/setlang/", {"language": "ko", "next": "/login/"})
    page = client.get("/login/").content.decode()
    assert '<html lang="ko"' in page


def test_nothing_comes_from_another_host_and_no_script_is_inline() -> None:
    for path in [*TEMPLATES.rglob("*.html"), *STATIC.rglob("*.css"), *STATIC.rglob("*.js")]:
        text = path.read_text("utf-8").replace("http://www.w3.org/", "")
        assert not re.search(r"(src|href|url)\s*[=(]\s*[\"']?(https?:)?//", text), path
        assert "@import" not in text, path
        for script in re.findall(r"<script\b[^>]*>", text):
            assert "src=" in script or 'type="application/json"' in script, path
        assert not re.search(r"<[^>]+\son[a-z]+=", text), path
        assert not re.search(r"<[^>]+\sstyle=", text), path


def test_every_template_is_well_formed_and_short() -> None:
    for path in TEMPLATES.rglob("*.html"):
        get_template(path.relative_to(TEMPLATES).as_posix())
        assert len(path.read_text("utf-8").splitlines()) <= 150, path


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [
            value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4
            for value in channels
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        *((text, ground) for text in ("ink", "ink-soft", "accent") for ground in (
            "page", "surface", "sunken", "accent-soft")),
        ("on-accent", "accent"), ("on-accent", "accent-strong"),
        ("good", "good-soft"), ("warn", "warn-soft"), ("bad", "bad-soft"),
        ("ink", "warn-soft"), ("ink", "bad-soft"), ("good", "surface"), ("warn", "surface"),
        ("bad", "surface"), ("bad", "page"),
    ],
)  # fmt: skip
def test_text_stands_out_from_its_ground_in_both_themes(text: str, ground: str, theme: int) -> None:
    css = (STATIC / "css" / "tokens.css").read_text("utf-8")
    found = dict(re.findall(r"--([\w-]+): light-dark\((#\w{6}, #\w{6})\)", css))
    colours = [found[name].split(", ")[theme] for name in (text, ground)]
    assert contrast(*colours) >= 4.5


@pytest.mark.parametrize(
    ("name", "given", "shown"),
    [
        ("alert", {"level": "bad", "text": "<b>"}, "&lt;b&gt;"),
        ("button", {"label": "Go", "href": "/x", "kind": "primary"}, 'href="/x"'),
        ("pill", {"kind": "good", "text": "active"}, "pill-good"),
        ("stat", {"label": "Recall", "value": None}, "not measurable"),
        ("stat", {"label": "Recall", "value": 0, "unit": "%"}, "stat-figure"),
        ("table", {"heads": [("A", False)], "rows": [], "empty": "No rows"}, "No rows"),
        ("table", {"heads": [("A", True)], "rows": [["1"]], "caption": "C"}, "<caption>C"),
        ("card", {"title": "T", "text": "t", "href": "/x", "current": True}, 'aria-current="true"'),
        ("empty", {"title": "T", "text": "t", "href": "/x", "action": "Do"}, "Do</a>"),
        ("progress", {"percent": 40, "step": "fold 2"}, "40 %"),
        ("dialog", {"id": "d", "title": "T", "text": "t", "url": "/x", "action": "Go"}, "Cancel"),
    ],
)
def test_a_component_shows_what_it_is_given(name: str, given: dict[str, Any], shown: str) -> None:
    request = RequestFactory().get("/")
    assert shown in get_template(f"_components/{name}.html").render(given, request)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (ui.minutes(4.26), "4.3 min"),
        (ui.minutes(None), "unknown"),
        (ui.minutes(float("nan")), "unknown"),
        (ui.typed(1.7), "1.70"),
        (ui.typed(0.0041), "0.0041"),
        (ui.lead_time(45.2), "45 min"),
        (ui.lead_time(125), "2 h 5 min"),
        (ui.lead_time(2371), "1 d 16 h"),
        (ui.lead_time(None), "unknown"),
        (ui.work_time(Total(103.14, 80, 130)), "103.1 min"),
        (ui.work_interval(Total(103.14, 80, 130)), "80.0–130.0"),  # noqa: RUF001 -- a dash
        (ui.work_time(Total(13676.4, 10919.6, 17438.3)), "227 h 56 min"),
        (ui.work_interval(Total(150, 119, 200)), "119.0 min – 3 h 20 min"),  # noqa: RUF001 -- a dash
        (ui.work_time(Total(150, 119, None)), "at least 2 h 30 min"),
        (ui.cell_minutes(4.26), "4.3"),
        (ui.cell_minutes(None), '<abbr title="unknown">–</abbr>'),  # noqa: RUF001 -- the dash of the page
        (ui.percent(0.876), "88 %"),
        (ui.sure(0.998), "99 %"),
        (ui.percent(None), "not measurable"),
        (ui.figure(1.0, 3), "1.000"),
        (ui.pill("active", "Active"), '<span class="pill pill-good">Active</span>'),
        (ui.pill("unheard-of", "<x>"), '<span class="pill">&lt;x&gt;</span>'),
        (ui.sparkline([1.0], "one"), '<span class="soft">not measurable</span>'),
    ],
)
def test_figures_are_written_with_units_and_honestly(written: str, expected: str) -> None:
    assert written == expected


def test_a_sparkline_spans_its_box_and_skips_gaps() -> None:
    drawn = ui.sparkline([0.0, None, 10.0], "trend")
    assert 'points="0.0,28.0 120.0,0.0"' in drawn
    assert 'aria-label="trend"' in drawn


def test_numbers_follow_the_language() -> None:
    with override("ko"):
        assert ui.percent(0.5) == "50 %"
