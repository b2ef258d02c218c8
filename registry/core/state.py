"""What a part of the model is on disk: JSON, plain arrays, and the few files that are neither.

Every part of a ``RoutingModel`` turns into a ``State`` and back.  ``artifacts.py`` is the only
module that writes states to disk and reads them again, so nothing else ever opens a file of a
version.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class State:
    """One part of a model.

    Attributes:
        meta: what JSON can hold.
        arrays: numeric or fixed-width arrays without Python objects; read back memory-mapped.
        estimators: fitted scikit-learn estimators that have no plain form.
        writers: on saving, file name to a function that writes that file (an hnswlib index).
        files: on loading, file name to the path of the verified file.
    """

    meta: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    estimators: Mapping[str, Any] = field(default_factory=dict)
    writers: Mapping[str, Callable[[Path], None]] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)
