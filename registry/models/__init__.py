"""What exists, as rows."""

from __future__ import annotations

from registry.models.config import ConfigRevision
from registry.models.jobs import Job, JobLine, JobState, Level
from registry.models.mappings import Direction, MappingProfile
from registry.models.versions import Activation, ActivationKind, ModelVersion, VersionState

__all__ = [
    "Activation",
    "ActivationKind",
    "ConfigRevision",
    "Direction",
    "Job",
    "JobLine",
    "JobState",
    "Level",
    "MappingProfile",
    "ModelVersion",
    "VersionState",
]
