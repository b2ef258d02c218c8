"""Rows of the quality app."""

from __future__ import annotations

from quality.models.alerts import Alert
from quality.models.cycles import CycleState, QualityCycle, SampleResult
from quality.models.drift import DriftBaseline, DriftCheck, DriftReset

__all__ = [
    "Alert",
    "CycleState",
    "DriftBaseline",
    "DriftCheck",
    "DriftReset",
    "QualityCycle",
    "SampleResult",
]
