"""A training's settings are kept with it and read back as they were."""

from __future__ import annotations

import json

from training.core.specs import TrainingSpec
from training.tests.core.shops import QUICK


def test_settings_survive_json() -> None:
    assert TrainingSpec.from_json(json.loads(json.dumps(QUICK.to_json()))) == QUICK
    assert TrainingSpec.from_json(TrainingSpec().to_json()) == TrainingSpec()
