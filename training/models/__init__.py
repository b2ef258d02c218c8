"""Rows of the training app."""

from __future__ import annotations

from training.models.probation import Probation, ProbationState
from training.models.requests import Reason, RequestState, RetrainingRequest

__all__ = ["Probation", "ProbationState", "Reason", "RequestState", "RetrainingRequest"]
