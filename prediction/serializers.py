"""What the API takes and what it answers with; the two never share a class."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from prediction.core.weights import LARGEST, Named
from prediction.services import predictions
from registry import params
from registry.core.routing import DoubtCode, TimeSource

PLAIN_TYPES = (str, int, float, bool, type(None))


class ItemField(serializers.DictField):
    """An item: column names to text, numbers or null, NaN and infinity included."""

    default_error_messages: ClassVar = {
        "not_plain": _("{name} must be text, a number or null."),
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Take plain values only."""
        if not isinstance(data, dict):
            self.fail("not_a_dict", input_type=type(data).__name__)
        for name, value in data.items():
            if not isinstance(value, PLAIN_TYPES):
                self.fail("not_plain", name=name)
        return data


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "enum": [name.value for name in Named]},
            {
                "type": "object",
                "additionalProperties": {"type": "number", "minimum": 0, "maximum": LARGEST},
            },
        ]
    }
)
class WeightProfileField(serializers.Field[Any, Any, Any, Any]):
    """A name of a weight profile, or attributes and groups with factors."""

    default_error_messages: ClassVar = {
        "no_profile": _("Give the name of a profile, or an object of attributes with factors."),
    }

    def to_internal_value(self, data: Any) -> Any:
        """Take a name or an object; the columns are looked up later."""
        if not isinstance(data, str | dict):
            self.fail("no_profile")
        return data

    def to_representation(self, value: Any) -> Any:
        """Return it as it came."""
        return value


class AskIn(serializers.Serializer[Any]):
    """Items by code, or described; one of the two."""

    item_codes = serializers.ListField(
        child=serializers.CharField(allow_blank=True),
        required=False,
        help_text="Codes of items that the active version or the ERP knows.",
    )
    items = serializers.ListField(
        child=ItemField(),
        required=False,
        help_text="Items as column names to values; ITEM_CD may be left out.",
    )

    def to_internal_value(self, data: Any) -> Any:
        """Refuse an oversized list before looking at its entries."""
        if isinstance(data, dict):
            sizes = [len(v) for n in ("item_codes", "items") if isinstance(v := data.get(n), list)]
            if sum(sizes):
                predictions.check_size(sum(sizes))
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Insist on one of the two lists."""
        if bool(attrs.get("item_codes")) == bool(attrs.get("items")):
            raise serializers.ValidationError(_("Give either item_codes or items, not empty."))
        return attrs


class PredictIn(AskIn):
    """A question for routings."""

    top_k = serializers.IntegerField(
        min_value=1,
        max_value=params.parameter("top_k").most,
        required=False,
        help_text="Candidates an item; the runtime parameter top_k when left out.",
    )
    mode = serializers.ChoiceField(choices=["detailed", "summary"], default="detailed")
    leave_out = serializers.BooleanField(
        default=False, help_text="Answer for a known item as if it had no routing."
    )
    weight_profile = WeightProfileField(
        required=False,
        help_text="For this request only: geometry_first, material_first, or factors from 0 to 5 "
        "of attributes or of the groups geometry, material and other.",
    )


class TimeIn(AskIn):
    """A question for times."""

    lot_size = serializers.FloatField(min_value=0.001, max_value=1e9, default=1.0)


class SimilarIn(AskIn):
    """A question for similar items."""

    top_k = serializers.IntegerField(min_value=1, max_value=50, default=10)


class MinutesOut(serializers.Serializer[Any]):
    """Minutes with their 80 % interval; null is unknown, which is not 0."""

    minutes = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class TotalOut(MinutesOut):
    """Minutes of a whole routing; null where no operation's time is known."""

    incomplete = serializers.BooleanField(
        help_text="The time of some operations is unknown: minutes and low count the others, so "
        "they are at least what it takes, and high is null."
    )


class EstimateOut(MinutesOut):
    """A time and what it rests on."""

    optimal = serializers.FloatField(allow_null=True)
    safe = serializers.FloatField(allow_null=True)
    source = serializers.ChoiceField(  # type: ignore[assignment]  # the answer's word, DRF's attribute
        choices=[source.value for source in TimeSource],
        help_text="unknown: the plant has neither a work result nor a standard for this "
        "operation, and every figure is null.",
    )
    sample_count = serializers.IntegerField()
    evidence = serializers.ListField(child=serializers.CharField())


class ChoiceOut(serializers.Serializer[Any]):
    """A resource or a subcontractor with its share of the vote."""

    code = serializers.CharField()
    name = serializers.CharField()
    share = serializers.FloatField()


class OperationOut(serializers.Serializer[Any]):
    """One step of a proposed routing; times are minutes, run times minutes a piece."""

    PROC_SEQ = serializers.IntegerField()
    JOB_CD = serializers.CharField()
    JOB_NM = serializers.CharField()
    outsourced = serializers.BooleanField()
    outsourced_share = serializers.FloatField()
    setup = EstimateOut()
    run = EstimateOut()
    queue_minutes = serializers.FloatField(allow_null=True)
    wait_minutes = serializers.FloatField(allow_null=True)
    move_minutes = serializers.FloatField(allow_null=True)
    resource = ChoiceOut(allow_null=True)
    resource_alternates = ChoiceOut(many=True)
    partner = ChoiceOut(allow_null=True)
    partner_alternates = ChoiceOut(many=True)
    price = serializers.FloatField(allow_null=True)
    currency = serializers.CharField(allow_null=True)
    SUPPORT = serializers.FloatField()


class CandidateOut(serializers.Serializer[Any]):
    """One proposed routing."""

    CANDIDATE_ID = serializers.CharField()
    RANK = serializers.IntegerField()
    CONFIDENCE = serializers.FloatField()
    ROUTING_SIGNATURE = serializers.CharField()
    SIMILARITY_SCORE = serializers.FloatField()
    SIMILARITY_TIER = serializers.ChoiceField(choices=["HIGH", "LOW"])
    REFERENCE_ITEM_CD = serializers.CharField(allow_null=True)
    source = serializers.ChoiceField(  # type: ignore[assignment]  # the answer's word, DRF's attribute
        choices=["neighbour", "composed"]
    )
    setup_total = TotalOut()
    run_total = TotalOut()
    operations = OperationOut(many=True, required=False, help_text="Not in summary mode.")


class NeighbourOut(serializers.Serializer[Any]):
    """A known item that is made like the asked one."""

    ITEM_CD = serializers.CharField()
    ROUT_NO = serializers.CharField()
    SIMILARITY_SCORE = serializers.FloatField()
    ROUTING_SIGNATURE = serializers.CharField()
    differs_in = serializers.IntegerField()


class AttributeOut(serializers.Serializer[Any]):
    """How much one attribute made the neighbours near."""

    attribute = serializers.CharField()
    value = serializers.CharField()
    contribution = serializers.FloatField()


class FlipOut(serializers.Serializer[Any]):
    """One attribute change that would add or remove an operation."""

    attribute = serializers.CharField()
    value = serializers.CharField()
    other_value = serializers.CharField()
    JOB_CD = serializers.CharField()
    added = serializers.BooleanField()


class ExplanationOut(serializers.Serializer[Any]):
    """Why this answer."""

    sentences = serializers.ListField(child=serializers.CharField())
    attributes = AttributeOut(many=True)
    flips = FlipOut(many=True)


class PredictionOut(serializers.Serializer[Any]):
    """The answer for one item."""

    ITEM_CD = serializers.CharField()
    abstained = serializers.BooleanField(help_text="The answer needs a planner; see reason.")
    reason = serializers.CharField(allow_null=True, help_text="In English, with its figures.")
    reason_code = serializers.ChoiceField(
        choices=[code.value for code in DoubtCode],
        allow_null=True,
        help_text="The same for programs: one of a fixed set.",
    )
    candidates = CandidateOut(many=True)
    neighbours = NeighbourOut(many=True, required=False, help_text="Not in summary mode.")
    explanation = ExplanationOut(required=False, help_text="Not in summary mode.")


class ItemErrorOut(serializers.Serializer[Any]):
    """Why an item has no answer."""

    ITEM_CD = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class AnswerOut(serializers.Serializer[Any]):
    """What every answer carries."""

    model_version = serializers.CharField()
    milliseconds = serializers.FloatField()
    errors = ItemErrorOut(many=True)  # type: ignore[assignment]  # the answer's word, DRF's attribute
    ignored = serializers.ListField(
        child=serializers.CharField(), help_text="Columns that the active version does not use."
    )


class PredictOut(AnswerOut):
    """Proposed routings."""

    items = PredictionOut(many=True)


class ItemTimeOut(serializers.Serializer[Any]):
    """Minutes of an item's best candidate."""

    ITEM_CD = serializers.CharField()
    abstained = serializers.BooleanField()
    ROUTING_SIGNATURE = serializers.CharField(allow_null=True)
    setup = TotalOut(allow_null=True)
    run = TotalOut(allow_null=True, help_text="A piece.")
    lot = TotalOut(allow_null=True, help_text="The whole lot, setup included.")


class TimeOut(AnswerOut):
    """Times of items."""

    lot_size = serializers.FloatField()
    items = ItemTimeOut(many=True)


class ItemNeighboursOut(serializers.Serializer[Any]):
    """Similar items of one item."""

    ITEM_CD = serializers.CharField()
    neighbours = NeighbourOut(many=True)


class SimilarOut(AnswerOut):
    """Similar items."""

    items = ItemNeighboursOut(many=True)
