"""Every operation of the API with made-up requests, as each role and as nobody.

Whatever is sent, the answer is no bug (5xx), has a status that the description names, and the shape
that it describes.  ``FUZZ_CASES`` says how many requests each operation gets, each sent by all
five: few in the suite; docs/security.md has the command for more than ten thousand.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient
from schemathesis import Case, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts import tokens
from accounts.models import Role, User
from prediction.services import newcomers, predictions
from registry.models import Job
from routingml_site.tiny import VERSION

if TYPE_CHECKING:
    from registry.core.model import RoutingModel
    from registry.models import ModelVersion

Operation = APIOperation[Any, Any, Any, Any]
Request = Case[Any]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("answering")]
CASES = int(os.environ.get("FUZZ_CASES", "2"))
NOBODY = "nobody"
APPLICATION = get_wsgi_application()
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_headers_conformance, response_schema_conformance,
]  # fmt: skip


@pytest.fixture
def callers(db: None) -> dict[str, User | None]:
    """Somebody of each role, and nobody."""
    cast: dict[str, User | None] = {NOBODY: None}
    for role in Role.values:
        cast[role] = User.objects.create_user(f"{role}@plant.example", "no word of it", role=role)
    return cast


def requests(operation: Operation) -> st.SearchStrategy[Request]:
    """Return requests as described and, as often, requests that are wrong somewhere."""
    modes = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
    return st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes))


def put_what_is_there(case: Request, there: dict[str, Any]) -> None:
    """Ask for what is there, so that not everything ends at "not found"."""
    for part in (case.path_parameters, case.body):
        if isinstance(part, dict):
            part.update({name: there[name] for name in part if name in there})


@pytest.fixture
def answering(
    active_version: ModelVersion, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A version answers; the ERP is not there."""
    monkeypatch.setattr(newcomers, "_silent_until", 0.0)
    predictions.forget()
    yield
    predictions.forget()


@pytest.fixture
def there(ana: User, cleo: User, tiny_model: RoutingModel) -> dict[str, Any]:
    """Things that are there, by the name of the argument that asks for them."""
    return {
        "user_id": cleo.pk,
        "version": VERSION,
        "number": Job.objects.create(kind="train", asked_by=ana.email).pk,
        "item_codes": list(tiny_model.item_codes[:2]),
        "email": cleo.email,
    }


def test_no_operation_has_a_bug_or_an_answer_that_is_not_described(
    callers: dict[str, User | None], there: dict[str, Any]
) -> None:
    program = APIClient()
    program.force_authenticate(callers[Role.PLANNER])
    api = schemathesis.openapi.from_dict(program.get("/api/schema/?format=json").json())
    sent: Counter[str] = Counter()
    wrong: dict[str, str] = {}
    for found in api.get_all_operations():
        assert isinstance(found, Ok), "the description itself is wrong"
        operation = found.ok()
        if not is_stream(operation):
            fuzz(operation, callers, there, sent, wrong)
    print(f"{sent.total()} requests, by role {dict(sent)}")  # noqa: T201 -- shown by pytest -s
    assert sorted(sent) == sorted(callers)
    assert list(wrong.items()) == []


def is_stream(operation: Operation) -> bool:
    """Return whether the answer goes on for as long as a job does; such have their own tests."""
    answer = operation.definition.raw["responses"].get("200", {})
    return "text/event-stream" in answer.get("content", {})


def fuzz(
    operation: Operation,
    callers: dict[str, User | None],
    there: dict[str, Any],
    sent: Counter[str],
    wrong: dict[str, str],
) -> None:
    """Send each of an operation's requests as everybody, and note what is wrong with the answers.

    Every request finds everything as it was: what the one before did is taken back.
    """
    headers = {role: credentials(person) for role, person in callers.items()}

    @settings(
        max_examples=CASES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=requests(operation), real=st.booleans())
    def send(case: Request, *, real: bool) -> None:
        if real:
            put_what_is_there(case, there)
        for role in callers:
            with transaction.atomic():
                answer = call(case, headers[role])
                transaction.set_rollback(True)
            sent[role] += 1
            try:
                case.validate_response(answer, checks=CHECKS)
            except FailureGroup as failed:
                for each in failed.exceptions:
                    wrong[f"{operation.label} as {role}: {each.title}"] = str(each)

    send()


def credentials(person: User | None) -> dict[str, str]:
    """Sign a program of somebody's in; return what it sends along."""
    return {} if person is None else {"Authorization": f"Bearer {tokens.start(person).access}"}


def call(case: Request, headers: dict[str, str]) -> Response:
    """Send a request through the whole application.

    Around a request Django closes connections; like its own test client, not the test's.
    """
    around = request_started, request_finished
    for signal in around:
        signal.disconnect(close_old_connections)
    try:
        return case.call(base_url="http://localhost", app=APPLICATION, headers=headers)
    finally:
        for signal in around:
            signal.connect(close_old_connections)
