"""What the endpoints of building and grouping take and answer with."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from prediction.serializers import AnswerOut, ItemField, OperationOut, TotalOut


class NextIn(serializers.Serializer[Any]):
    """An item, known or described, and the operations chosen so far."""

    item_code = serializers.CharField(required=False)
    item = ItemField(required=False)
    chosen = serializers.ListField(
        child=serializers.CharField(max_length=200), max_length=200, default=list
    )
    leave_out = serializers.BooleanField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Insist on one of the two."""
        if bool(attrs.get("item_code")) == bool(attrs.get("item")):
            raise serializers.ValidationError(_("Give either item_code or item, not empty."))
        return attrs


class ChoiceOfNextOut(serializers.Serializer[Any]):
    """An operation that may come next, or the end of the routing."""

    JOB_CD = serializers.CharField(allow_null=True)
    JOB_NM = serializers.CharField(allow_null=True)
    ends = serializers.BooleanField(help_text="The routing ends here; JOB_CD is null.")
    items = serializers.IntegerField(help_text="Similar items that go on this way.")
    of = serializers.IntegerField(help_text="Similar items that begin as chosen.")
    chance = serializers.FloatField(help_text="How well the pair suits the item; 0: never made.")


class NextOut(serializers.Serializer[Any]):
    """What was chosen, and what may come next, likeliest first."""

    model_version = serializers.CharField()
    operations = OperationOut(many=True)
    choices = ChoiceOfNextOut(many=True)


class MemberOut(serializers.Serializer[Any]):
    """An item of a group."""

    ITEM_CD = serializers.CharField()
    CONFIDENCE = serializers.FloatField()
    run = TotalOut(help_text="A piece.")


class GroupOut(serializers.Serializer[Any]):
    """Items whose proposed routings are the same."""

    ROUTING_SIGNATURE = serializers.CharField()
    CONFIDENCE = serializers.FloatField(help_text="Of the least sure item.")
    setup_together = TotalOut(help_text="Set up once for all: the longest of their setups.")
    setup_apart = TotalOut(help_text="Set up for each.")
    members = MemberOut(many=True)


class GroupsOut(AnswerOut):
    """Groups, the largest first."""

    items = GroupOut(many=True)
    needs_planner = serializers.ListField(
        child=serializers.CharField(), help_text="Items that are in no group."
    )
