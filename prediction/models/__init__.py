"""What the app stores."""

from __future__ import annotations

from prediction.models.requests import Channel, PredictionRequest, PredictionRequestQuerySet

__all__ = ["Channel", "PredictionRequest", "PredictionRequestQuerySet"]
