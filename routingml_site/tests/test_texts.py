"""Korean and English: every text on a page has a Korean one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils.translation import override
from django.utils.translation.template import templatize

from accounts.models import SignupState

ROOT = Path(settings.BASE_DIR)
APPS = ("accounts", "registry", "training", "prediction", "quality", "routingml_site")
MARKERS = {
    "_": 0, "gettext": 0, "gettext_lazy": 0, "ngettext": 0, "ngettext_lazy": 0, "pgettext": 1,
}  # fmt: skip
IN_TEMPLATE = re.compile(
    r"\b(?:_|gettext|ngettext)\(\s*u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|'''.*?''')", re.DOTALL
)
PLACE = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")


@pytest.fixture(scope="module")
def korean() -> polib.POFile:
    return polib.pofile(str(ROOT / "locale/ko/LC_MESSAGES/django.po"))


def texts_of_python() -> Iterator[tuple[str, str]]:
    for path in (path for app in APPS for path in (ROOT / app).rglob("*.py")):
        if {"tests", "migrations"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                place = MARKERS.get(node.func.id)
                for argument in [] if place is None else node.args[place : place + 1]:
                    if isinstance(argument, ast.Constant):
                        yield str(argument.value), path.relative_to(ROOT).as_posix()


def texts_of_templates() -> Iterator[tuple[str, str]]:
    for path in (ROOT / "templates").rglob("*.html"):
        for found in IN_TEMPLATE.findall(templatize(path.read_text("utf-8"))):
            yield ast.literal_eval(found), path.relative_to(ROOT).as_posix()


def test_every_text_has_a_korean_one(korean: polib.POFile) -> None:
    """When this fails: ``make texts``, then fill the empty ``msgstr`` in locale/ko."""
    known = {entry.msgid for entry in korean if entry.translated() and not entry.obsolete}
    texts = [*texts_of_python(), *texts_of_templates()]
    assert len(texts) > 100
    assert {text: where for text, where in texts if text and text not in known} == {}


def test_no_korean_text_is_a_guess(korean: polib.POFile) -> None:
    assert [entry.msgid for entry in korean.fuzzy_entries()] == []


def test_a_korean_text_keeps_the_places_to_fill_in(korean: polib.POFile) -> None:
    for entry in korean:
        wanted = set(PLACE.findall(entry.msgid)) | set(PLACE.findall(entry.msgid_plural))
        for written in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
            assert set(PLACE.findall(written)) <= wanted, entry.msgid
            if not entry.msgid_plural:
                assert set(PLACE.findall(written)) == wanted, entry.msgid


def test_a_page_speaks_korean_to_those_who_chose_it(client: Client, db: None) -> None:
    call_command("compile_texts", verbosity=0)
    page = client.get("/login/", headers={"Accept-Language": "ko"}).content.decode()
    assert "<h1>로그인</h1>" in page
    with override("ko"):
        assert str(SignupState.PENDING.label) == "승인 대기"
