"""Rows of the quality app."""

from __future__ import annotations

from quality.models.alerts import Alert
from quality.models.cycles import (
    GONE,
    STOPPED,
    CycleFailed,
    CycleRuns,
    CycleState,
    CycleTooLong,
    CycleUnknown,
    QualityCycle,
    SampleResult,
)
from quality.models.drift import DriftCheck, DriftReset

__all__ = [
    "GONE",
    "STOPPED",
    "Alert",
    "CycleFailed",
    "CycleRuns",
    "CycleState",
    "CycleTooLong",
    "CycleUnknown",
    "DriftCheck",
    "DriftReset",
    "QualityCycle",
    "SampleResult",
]
