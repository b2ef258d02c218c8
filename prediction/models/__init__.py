"""What the app stores."""

from __future__ import annotations

from prediction.models.drafts import Draft, DraftQuerySet, DraftRevision, DraftState
from prediction.models.requests import Channel, PredictionRequest, PredictionRequestQuerySet
from prediction.models.rules import RoutingRule, RuleOrigin

__all__ = [
    "Channel",
    "Draft",
    "DraftQuerySet",
    "DraftRevision",
    "DraftState",
    "PredictionRequest",
    "PredictionRequestQuerySet",
    "RoutingRule",
    "RuleOrigin",
]
