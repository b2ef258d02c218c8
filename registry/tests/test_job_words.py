"""What jobs say is stored in English and read in the reader's language."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone
from django.utils.translation import override

from registry import job_words
from registry.core.manifest import missing
from registry.models import JobLine
from registry.services import jobs
from registry.tasks import AWAY


@pytest.fixture
def line() -> JobLine:
    message = "12 % fold 2 of 5, mlp · 40.0%"
    return JobLine(job_id=7, number=1, at=timezone.now(), level="INFO", message=message)


def test_a_line_is_read_in_korean_and_keeps_its_form(line: JobLine) -> None:
    with override("ko"):
        said = job_words.line(line)
    assert said.endswith("] [7] [INFO] 12 % 교차 검증 2/5, mlp · 40.0%")
    assert said.split("]")[0] == str(line).split("]")[0]


def test_in_english_it_is_what_was_stored(line: JobLine) -> None:
    with override("en"):
        assert job_words.line(line) == str(line)


@pytest.mark.parametrize(
    ("stored", "korean"),
    [
        ("loading the program", "프로그램 불러오는 중"),
        ("BI_ROUTING_VIEW: 45,680 rows", "BI_ROUTING_VIEW: 45,680행"),
        (
            "asked for by eva@plant.example, again after job 3",
            "eva@plant.example 요청, 작업 3",
        ),
        ("asked for by quality cycle 8", "품질 점검 8 요청"),
        ("The typical error is 12.0% lower (90 % interval: 8.0% to 16.0%).", "12.0% 낮습니다"),
        ("learning times · 40%", "작업 시간 학습 중 · 40%"),
        ("failed: There are no items. Load item_info first (load_erp DIR).", "품목이 없습니다"),
        (f"lost: {jobs.GONE}", "워커가 사라졌습니다"),
        (f"{AWAY} (disk I/O error)", "끊겨 남은 결과가 없습니다. (disk I/O error)"),
        (
            "Quality cycle 7: typical error 3 min instead of 2, more than the margin of 10%.",
            "품질 점검 7: 대표 오차 2분에서 3분, 허용 폭 10% 초과.",
        ),
        (
            str(missing(Path("2026.11.21_1"), "", "the folder is not there")),
            "버전 2026.11.21_1의 파일이 온전하지 않습니다(폴더 없음).",
        ),
    ],
)
def test_what_was_filled_in_stays(stored: str, korean: str) -> None:
    with override("ko"):
        assert korean in job_words.said(stored)


def test_what_has_no_shape_is_shown_as_it_is() -> None:
    with override("ko"):
        assert job_words.said("Traceback · something else") == "Traceback · something else"
        assert job_words.said("") == ""
