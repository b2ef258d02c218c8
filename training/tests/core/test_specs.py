"""A training's settings are kept with it and read back as they were."""

from __future__ import annotations

import json

from training.core.specs import TrainingSpec
from training.tests.core.shops import QUICK


def test_settings_survive_json() -> None:
    assert TrainingSpec.from_json(json.loads(json.dumps(QUICK.to_json()))) == QUICK
    assert TrainingSpec.from_json(TrainingSpec().to_json()) == TrainingSpec()


def test_settings_of_another_release_are_taken_as_far_as_this_one_knows_them() -> None:
    told = TrainingSpec(seed=7).to_json()
    told["network"]["dropout"] = 0.5
    told["gone"] = True
    del told["times"], told["folds"]
    assert TrainingSpec.from_json(told) == TrainingSpec(seed=7)
