"""What the endpoints of batches take and answer with."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from prediction.core.writers import TableFormat
from prediction.serializers import ItemField
from registry import params
from registry.models import JobState


class _WantedIn(serializers.Serializer[Any]):
    format = serializers.ChoiceField(
        choices=[each.value for each in TableFormat], default=TableFormat.CSV.value
    )
    top_k = serializers.IntegerField(
        min_value=1, max_value=params.parameter("top_k").most, required=False
    )
    leave_out = serializers.BooleanField(default=False)


class BatchIn(_WantedIn):
    """A long list: codes, or described items; one of the two."""

    item_codes = serializers.ListField(
        child=serializers.CharField(allow_blank=True), required=False
    )
    items = serializers.ListField(child=ItemField(), required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Insist on one of the two lists."""
        if bool(attrs.get("item_codes")) == bool(attrs.get("items")):
            raise serializers.ValidationError(_("Give either item_codes or items, not empty."))
        return attrs


class BatchFileIn(_WantedIn):
    """A file of items: CSV, Excel or Parquet."""

    file = serializers.FileField()


class BatchOut(serializers.Serializer[Any]):
    """A batch, or an export of one, and how far it is."""

    job_id = serializers.IntegerField()
    status = serializers.ChoiceField(choices=JobState.values)
    progress = serializers.IntegerField(help_text="Percent.")
    current_step = serializers.CharField()
    result = serializers.DictField(help_text="Counts and seconds, once it has succeeded.")
    error = serializers.CharField(help_text="Why it ended badly.")
