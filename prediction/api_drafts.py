"""Drafts and rules for programs: thin translations of one call each."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import MayPredict, ReadOrPredict, person
from prediction import serializers_drafts as shapes
from prediction.api_batches import told
from prediction.core import drafts as core
from prediction.core.draft_files import FileKind
from prediction.core.rules import check, rule_from_json
from prediction.models import Draft, PredictionRequest
from prediction.serializers_batches import BatchOut
from prediction.services import (
    batch_jobs,
    draft_exports,
    drafts,
    export_jobs,
    output_profiles,
    rule_words,
    rules,
)

if TYPE_CHECKING:
    from rest_framework.request import Request

    from accounts.models import User
    from prediction.services.draft_exports import Table


def draft_as_json(draft: Draft) -> dict[str, Any]:
    """Return a draft with its violations and what was changed."""
    steps, proposal = draft.to_steps(), draft.to_proposal()
    operations = [
        {"sequence": core.sequence_of(place), **step}
        for place, step in enumerate(core.to_json(steps))
    ]
    return {
        "id": draft.pk,
        "ITEM_CD": draft.item,
        "state": draft.state,
        "revision": draft.revision,
        "owner": draft.owner,
        "saved_by": draft.saved_by,
        "saved_at": draft.saved_at.isoformat(),
        "approved_by": draft.approved_by,
        "reason": draft.reason,
        "model_version": draft.model_version,
        "operations": operations,
        "proposed": [step.job for step in proposal],
        "change": asdict(core.change_between(proposal, steps)),
        "violations": rule_words.as_json(drafts.check(draft)),
    }


class DraftsView(generics.GenericAPIView[Draft]):
    """Drafts, and beginning one."""

    permission_classes = (ReadOrPredict,)
    serializer_class = shapes.DraftLineOut
    queryset = Draft.objects.all().without_content().newest_first()

    @extend_schema(operation_id="draft_list", responses=shapes.DraftLineOut(many=True))
    def get(self, request: Request) -> Response:
        """List drafts, the newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(shapes.DraftLineOut(page, many=True).data)

    @extend_schema(
        operation_id="draft_begin", request=shapes.BeginIn, responses={201: shapes.DraftOut}
    )
    def post(self, request: Request) -> Response:
        """Begin a draft from a candidate of a stored answer."""
        given = shapes.BeginIn(data=request.data)
        given.is_valid(raise_exception=True)
        body = given.validated_data
        asked = get_object_or_404(PredictionRequest, pk=body["request"])
        draft = drafts.begin(
            request=asked, place=body["place"], rank=body["rank"], by=person(request)
        )
        return Response(draft_as_json(draft), status.HTTP_201_CREATED)


class DraftView(APIView):
    """One draft."""

    permission_classes = (ReadOrPredict,)

    @extend_schema(operation_id="draft", responses=shapes.DraftOut)
    def get(self, request: Request, number: int) -> Response:
        """Return it with its violations."""
        return Response(draft_as_json(drafts.get(number)))

    @extend_schema(operation_id="draft_save", request=shapes.SaveIn, responses=shapes.DraftOut)
    def patch(self, request: Request, number: int) -> Response:
        """Store its operations; 409 says who saved meanwhile, and nothing is overwritten."""
        draft = drafts.get(number)
        given = shapes.SaveIn(data=request.data)
        given.is_valid(raise_exception=True)
        body = given.validated_data
        steps = core.from_json(body["operations"], len(draft.proposal["operations"]))
        saved = drafts.save(draft=draft, steps=steps, revision=body["revision"], by=person(request))
        return Response(draft_as_json(saved))


class DraftValidateView(APIView):
    """Check a draft."""

    permission_classes = (MayPredict,)

    @extend_schema(operation_id="draft_validate", request=None, responses=shapes.ViolationsOut)
    def post(self, request: Request, number: int) -> Response:
        """Return what the stored draft does against the rules in force."""
        return Response({"violations": rule_words.as_json(drafts.check(drafts.get(number)))})


class DraftApproveView(APIView):
    """Approve a draft."""

    permission_classes = (MayPredict,)

    @extend_schema(
        operation_id="draft_approve", request=shapes.DraftApproveIn, responses=shapes.DraftOut
    )
    def post(self, request: Request, number: int) -> Response:
        """Close it; errors block, warnings ask for a reason."""
        draft = drafts.get(number)
        given = shapes.DraftApproveIn(data=request.data)
        given.is_valid(raise_exception=True)
        approved = drafts.approve(draft=draft, by=person(request), **given.validated_data)
        return Response(draft_as_json(approved))


class DraftExportView(APIView):
    """Export a draft."""

    permission_classes = (MayPredict,)

    @extend_schema(
        operation_id="draft_export",
        request=shapes.ExportIn,
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def post(self, request: Request, number: int) -> HttpResponse:
        """Return an approved draft as a file of the active output profile."""
        drafts.get(number)
        given = shapes.ExportIn(data=request.data)
        given.is_valid(raise_exception=True)
        table = draft_exports.table_of([number])
        return file_of(table, given.validated_data["format"], f"draft-{number}", person(request))


class DraftsExportView(APIView):
    """Export several drafts."""

    permission_classes = (MayPredict,)

    @extend_schema(
        operation_id="drafts_export",
        request=shapes.ExportManyIn,
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def post(self, request: Request) -> HttpResponse:
        """Return approved drafts as one file of the active output profile."""
        given = shapes.ExportManyIn(data=request.data)
        given.is_valid(raise_exception=True)
        body = given.validated_data
        table = draft_exports.table_of(body["drafts"])
        return file_of(table, body["format"], "drafts", person(request))


class BatchExportView(APIView):
    """Export a batch."""

    permission_classes = (MayPredict,)

    @extend_schema(
        operation_id="predict_batch_export",
        request=shapes.BatchExportIn,
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            202: BatchOut,
        },
    )
    def post(self, request: Request, number: int) -> HttpResponse:
        """Return the sure answers of a batch as a file of the active output profile, or another.

        More than 10,000 rows are written in the background: answered at once with a job.
        """
        given = shapes.BatchExportIn(data=request.data)
        given.is_valid(raise_exception=True)
        body = given.validated_data
        using = output_profiles.named(body["profile"])
        batch = batch_jobs.named_batch(number)
        table = draft_exports.table_of_batch(batch, using)
        if export_jobs.is_long(table):
            kind = FileKind(body["format"])
            job = export_jobs.ask(batch, table, using, kind, by=person(request))
            return Response(told(job), status.HTTP_202_ACCEPTED)
        return file_of(table, body["format"], f"batch-{number}", person(request))


class DraftsStagingView(APIView):
    """Hand drafts to the ERP."""

    permission_classes = (MayPredict,)

    @extend_schema(
        operation_id="drafts_staging", request=shapes.StagingIn, responses=shapes.StagedOut
    )
    def post(self, request: Request) -> Response:
        """Insert approved drafts into the staging table, all rows or none."""
        given = shapes.StagingIn(data=request.data)
        given.is_valid(raise_exception=True)
        table = draft_exports.table_of(given.validated_data["drafts"])
        count = draft_exports.insert(table=table, by=person(request))
        return Response({"table": table.profile.table, "rows": count})


def file_of(table: Table, format_name: str, name: str, by: User) -> HttpResponse:
    """Return a table as a download."""
    kind = FileKind(format_name)
    content = draft_exports.write(table=table, kind=kind, by=by)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind.suffix}"'}
    return HttpResponse(content, content_type="application/octet-stream", headers=headers)


class RulesValidateView(APIView):
    """Check any routing."""

    permission_classes = (MayPredict,)

    @extend_schema(
        operation_id="rules_validate", request=shapes.CheckIn, responses=shapes.ViolationsOut
    )
    def post(self, request: Request) -> Response:
        """Return what a routing does against the rules in force, or against the given ones."""
        given = shapes.CheckIn(data=request.data)
        given.is_valid(raise_exception=True)
        body = given.validated_data
        steps = core.from_json(body["operations"], 0)
        wanted = body.get("rules")
        checked = rules.in_force() if wanted is None else [rule_from_json(one) for one in wanted]
        found = check(checked, steps, body["attributes"])
        return Response({"violations": rule_words.as_json(found)})
