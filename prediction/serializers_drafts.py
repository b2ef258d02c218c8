"""What the API of drafts and rules takes and answers with."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from prediction.core.draft_files import FORMATS, FileKind
from prediction.core.rules import RuleKind, Severity
from prediction.models import DraftState


class BeginIn(serializers.Serializer[Any]):
    """Which candidate of which request is to be edited."""

    request = serializers.IntegerField(
        min_value=1, max_value=2**62, help_text="Number of the stored prediction request."
    )
    place = serializers.IntegerField(
        min_value=0, max_value=10**6, default=0, help_text="Place of the item in it, from 0."
    )
    rank = serializers.IntegerField(min_value=1, max_value=1000, default=1)


class SaveIn(serializers.Serializer[Any]):
    """The whole list of operations, and the revision that it was made from."""

    revision = serializers.IntegerField(min_value=1, max_value=2**30)
    operations = serializers.ListField(child=serializers.DictField())


class DraftApproveIn(serializers.Serializer[Any]):
    """Which revision is approved, and why in spite of warnings."""

    revision = serializers.IntegerField(min_value=1, max_value=2**30)
    reason = serializers.CharField(allow_blank=True, default="", max_length=1000)


class StepOut(serializers.Serializer[Any]):
    """One operation of a draft; a time of null is not known."""

    sequence = serializers.IntegerField()
    job = serializers.CharField()
    job_name = serializers.CharField(allow_blank=True)
    outsourced = serializers.BooleanField()
    resource = serializers.CharField(allow_blank=True)
    resource_name = serializers.CharField(allow_blank=True)
    partner = serializers.CharField(allow_blank=True)
    partner_name = serializers.CharField(allow_blank=True)
    setup_minutes = serializers.FloatField(allow_null=True)
    run_minutes = serializers.FloatField(allow_null=True)
    queue_minutes = serializers.FloatField(allow_null=True)
    wait_minutes = serializers.FloatField(allow_null=True)
    move_minutes = serializers.FloatField(allow_null=True)
    price = serializers.FloatField(allow_null=True)
    currency = serializers.CharField(allow_blank=True)
    origin = serializers.IntegerField(
        allow_null=True, help_text="Place in the proposal; null where a planner added it."
    )


class ViolationOut(serializers.Serializer[Any]):
    """What the routing does against a rule."""

    rule = serializers.CharField()
    rule_name = serializers.CharField()
    kind = serializers.ChoiceField(choices=[kind.value for kind in RuleKind])
    severity = serializers.ChoiceField(choices=[severity.value for severity in Severity])
    severity_name = serializers.CharField()
    places = serializers.ListField(
        child=serializers.IntegerField(), help_text="Operations it is about, from 0."
    )
    sequences = serializers.ListField(child=serializers.IntegerField())
    message = serializers.CharField()


class ChangeOut(serializers.Serializer[Any]):
    """How the draft differs from the proposal."""

    adoption = serializers.FloatField()
    distance = serializers.IntegerField()
    retimed = serializers.IntegerField()
    reassigned = serializers.IntegerField()


class DraftOut(serializers.Serializer[Any]):
    """A draft as it is now."""

    id = serializers.IntegerField()
    ITEM_CD = serializers.CharField()
    state = serializers.ChoiceField(choices=DraftState.choices)
    revision = serializers.IntegerField()
    owner = serializers.CharField()
    saved_by = serializers.CharField()
    saved_at = serializers.DateTimeField()
    approved_by = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    model_version = serializers.CharField()
    operations = StepOut(many=True)
    proposed = serializers.ListField(
        child=serializers.CharField(), help_text="Codes of the proposed operations."
    )
    change = ChangeOut()
    violations = ViolationOut(many=True)


class DraftLineOut(serializers.Serializer[Any]):
    """A draft in a list."""

    id = serializers.IntegerField()
    ITEM_CD = serializers.CharField(source="item")
    state = serializers.CharField()
    revision = serializers.IntegerField()
    owner = serializers.CharField()
    saved_by = serializers.CharField()
    saved_at = serializers.DateTimeField()


class ViolationsOut(serializers.Serializer[Any]):
    """Every violation, errors first."""

    violations = ViolationOut(many=True)


class CheckIn(serializers.Serializer[Any]):
    """A routing to be checked, with the rules in force or with the given ones."""

    operations = serializers.ListField(child=serializers.DictField())
    attributes = serializers.DictField(default=dict)
    rules = serializers.ListField(child=serializers.DictField(), required=False)


class ExportIn(serializers.Serializer[Any]):
    """How the draft is written."""

    format = serializers.ChoiceField(choices=FORMATS, default=FileKind.CSV.value)


class BatchExportIn(ExportIn):
    """How a batch is written."""

    profile = serializers.CharField(
        default="", allow_blank=True, help_text="Number of an output profile; the active one."
    )


class StagingIn(serializers.Serializer[Any]):
    """Which approved drafts go into the staging table."""

    drafts = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**62), min_length=1, max_length=500
    )


class StagedOut(serializers.Serializer[Any]):
    """What was inserted."""

    table = serializers.CharField()
    rows = serializers.IntegerField()


class ExportManyIn(StagingIn, ExportIn):
    """Which approved drafts are written into one file, and how."""
