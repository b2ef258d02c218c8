"""The plant's operations with what is usual for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from prediction.core import palette
from prediction.core.palette import find, usual_operations

if TYPE_CHECKING:
    import pytest

    from registry.core.model import RoutingModel


def test_every_operation_of_the_plant_is_offered_the_most_used_first(
    tiny_model: RoutingModel,
) -> None:
    library = tiny_model.base.library
    found = usual_operations(library)
    used = {library.names["jobs"][job] for job in library.arrays["operation_job"].tolist()}
    assert {each.step.job for each in found} == used
    assert [each.uses for each in found] == sorted((each.uses for each in found), reverse=True)


def test_resource_and_times_are_what_is_usual(tiny_model: RoutingModel) -> None:
    library = tiny_model.base.library
    arrays, step = library.arrays, usual_operations(library)[0].step
    mine = arrays["operation_job"] == library.names["jobs"].index(step.job)
    known = arrays["operation_resource"][mine]
    resources = np.bincount(known[known >= 0])
    assert step.resource == library.names["resources"][int(resources.argmax())]
    reported = np.exp(arrays["operation_log_run"][mine])
    assert step.run_minutes == round(float(np.nanmedian(reported)), 2)
    assert step.origin is None


def test_a_sample_of_a_frequent_operation_says_about_the_same(
    tiny_model: RoutingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = usual_operations(tiny_model.base.library)
    monkeypatch.setattr(palette, "LOOKED_AT", 60)
    sampled = {each.step.job: each for each in usual_operations(tiny_model.base.library)}
    assert sampled.keys() == {each.step.job for each in whole}
    best = whole[0]
    assert sampled[best.step.job].uses == best.uses
    exact, told = best.step.run_minutes, sampled[best.step.job].step.run_minutes
    assert exact and told and 0.6 < told / exact < 1.6


def test_operations_are_found_by_code_and_name(tiny_model: RoutingModel) -> None:
    found = usual_operations(tiny_model.base.library)
    last = found[-1].step
    assert last.job in [each.step.job for each in find(found, f" {last.job.lower()} ")]
    assert last.job in [each.step.job for each in find(found, last.job_name)]
    assert find(found, "no such operation") == []
    assert len(find(found, "", limit=3)) == 3
