"""Prediction endpoints: thin translations of one call each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import MayPredict
from prediction import serializers, serializers_planning
from prediction.core.comparison import lot_total, run_total, setup_total
from prediction.core.grouping import grouped
from prediction.core.summary import (
    error_as_json,
    group_as_json,
    neighbours_as_json,
    next_as_json,
    operation_as_json,
    prediction_as_json,
    total_as_json,
)
from prediction.models import Channel
from prediction.parsers import ItemJsonParser
from prediction.services import predictions, stepping

if TYPE_CHECKING:
    from rest_framework.request import Request

    from registry.core.routing import Prediction

BY_CODE = OpenApiExample(
    "Known items", value={"item_codes": ["KBM-0001", "O-RING-17"], "top_k": 3}, request_only=True
)
DESCRIBED = OpenApiExample(
    "A new item",
    value={
        "items": [
            {
                "ITEM_CD": "G-999",
                "PART_TYPE": "14",
                "ITEM_MATERIAL": "SUS316",
                "OUTDIAMETER": 93.0,
                "OUTDIAMETER_UNIT": "MM",
            }
        ]
    },
    request_only=True,
)


class _AskView(APIView):
    """Asks the active version and answers in JSON."""

    permission_classes = (MayPredict,)
    parser_classes = (ItemJsonParser,)
    asks: ClassVar[type[serializers.AskIn]]

    def ask(self, request: Request, **options: Any) -> tuple[dict[str, Any], predictions.Answer]:
        """Check the body and return it with the answer; ``options`` go before the body's."""
        given = self.asks(data=request.data)
        given.is_valid(raise_exception=True)
        body = given.validated_data
        wanted = {name: body[name] for name in ("top_k", "leave_out") if name in body}
        if "weight_profile" in body:
            wanted["feature_weights"] = predictions.weights_of(body["weight_profile"])
        answer = predictions.predict(
            codes=body.get("item_codes", ()),
            records=body.get("items", ()),
            channel=Channel.API,
            by=str(request.user),
            **wanted | options,
        )
        return body, answer

    def told(self, answer: predictions.Answer, items: list[Any], **more: Any) -> Response:
        """Return the answer with what every answer carries."""
        return Response(
            {
                "model_version": answer.model_version,
                "milliseconds": round(answer.seconds * 1000, 3),
                **more,
                "items": items,
                "errors": [error_as_json(error) for error in answer.errors],
                "ignored": list(answer.ignored),
            }
        )


class PredictView(_AskView):
    """Propose routings."""

    asks = serializers.PredictIn

    @extend_schema(
        operation_id="predict",
        request=serializers.PredictIn,
        responses=serializers.PredictOut,
        examples=[BY_CODE, DESCRIBED],
    )
    def post(self, request: Request) -> Response:
        """Answer for items by code or described; what cannot be answered is listed in errors."""
        detailed = request.data.get("mode") != "summary" if isinstance(request.data, dict) else True
        _, answer = self.ask(request, explain=detailed)
        items = [prediction_as_json(each, detailed=detailed) for each in answer.predictions]
        return self.told(answer, items)


class SimilarView(_AskView):
    """Find similar items."""

    asks = serializers.SimilarIn

    @extend_schema(
        operation_id="similarity_search",
        request=serializers.SimilarIn,
        responses=serializers.SimilarOut,
        examples=[BY_CODE, DESCRIBED],
    )
    def post(self, request: Request) -> Response:
        """Return the items that are made like each asked one, most alike first."""
        body, answer = self.ask(request, explain=False, top_k=1)
        items = [
            {"ITEM_CD": each.item, "neighbours": neighbours_as_json(each)[: body["top_k"]]}
            for each in answer.predictions
        ]
        return self.told(answer, items)


class GroupsView(_AskView):
    """Find items that can be made together."""

    asks = serializers.AskIn

    @extend_schema(
        operation_id="groups_recommendations",
        request=serializers.AskIn,
        responses=serializers_planning.GroupsOut,
        examples=[BY_CODE, DESCRIBED],
    )
    def post(self, request: Request) -> Response:
        """Group the asked items by their proposed routing; unsure ones stay alone."""
        _, answer = self.ask(request, explain=False, top_k=1)
        groups = grouped(answer.predictions)
        inside = {each.item for group in groups for each in group.predictions}
        alone = [each.item for each in answer.predictions if each.item not in inside]
        told = [group_as_json(group) for group in groups]
        return self.told(answer, told, needs_planner=alone)


class NextView(APIView):
    """Build a routing step by step."""

    permission_classes = (MayPredict,)
    parser_classes = (ItemJsonParser,)

    @extend_schema(
        operation_id="predict_next",
        request=serializers_planning.NextIn,
        responses=serializers_planning.NextOut,
    )
    def post(self, request: Request) -> Response:
        """Rank what may come next, given the operations already chosen."""
        given = serializers_planning.NextIn(data=request.data)
        given.is_valid(raise_exception=True)
        body = given.validated_data
        version, told = stepping.step(
            body.get("item_code") or body["item"], body["chosen"], leave_out=body["leave_out"]
        )
        operations = [operation_as_json(each) for each in told.operations]
        choices = [next_as_json(each) for each in told.choices]
        return Response({"model_version": version, "operations": operations, "choices": choices})


class TimeView(_AskView):
    """Add up times."""

    asks = serializers.TimeIn

    @extend_schema(
        operation_id="time_summary",
        request=serializers.TimeIn,
        responses=serializers.TimeOut,
        examples=[BY_CODE, DESCRIBED],
    )
    def post(self, request: Request) -> Response:
        """Return setup, run and lot minutes of each item's best candidate."""
        body, answer = self.ask(request, explain=False, top_k=1)
        lot = body["lot_size"]
        items = [_times(each, lot) for each in answer.predictions]
        return self.told(answer, items, lot_size=lot)


def _times(prediction: Prediction, lot: float) -> dict[str, Any]:
    told = {"ITEM_CD": prediction.item, "abstained": prediction.abstained}
    if not prediction.candidates:
        return told | {"ROUTING_SIGNATURE": None, "setup": None, "run": None, "lot": None}
    best = prediction.candidates[0]
    return told | {
        "ROUTING_SIGNATURE": best.signature,
        "setup": total_as_json(setup_total(best)),
        "run": total_as_json(run_total(best)),
        "lot": total_as_json(lot_total(best, lot)),
    }
