"""Mapping profiles for programs: how the ERP is read, and how routings are written."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import Ability, may, person
from prediction import serializers_profiles as shapes
from prediction.services import draft_exports, output_profiles
from registry.models import Direction, MappingProfile
from registry.services import mappings

if TYPE_CHECKING:
    from rest_framework.request import Request

PREVIEW_ROWS = 20


class ProfilesView(generics.GenericAPIView[MappingProfile]):
    """Profiles, and new revisions of them."""

    serializer_class = shapes.ProfileLineOut
    queryset = MappingProfile.objects.all()

    @extend_schema(operation_id="mapping_profiles", responses=shapes.ProfileLineOut(many=True))
    def get(self, request: Request) -> Response:
        """List every revision: by direction and name, the newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(shapes.ProfileLineOut(page, many=True).data)

    @extend_schema(
        operation_id="mapping_profile_save",
        request=shapes.ProfileIn,
        responses={201: shapes.ProfileOut},
    )
    def post(self, request: Request) -> Response:
        """Store a document as the next revision of its name; it is not used before activation."""
        given = shapes.ProfileIn(data=request.data)
        given.is_valid(raise_exception=True)
        body = dict(given.validated_data)
        is_output = body.pop("direction") == Direction.OUTPUT
        save = output_profiles.save if is_output else mappings.save_profile
        row = save(**body, by=person(request))
        return Response(shapes.ProfileOut(row).data, status.HTTP_201_CREATED)


class ProfileView(APIView):
    """One revision."""

    @extend_schema(operation_id="mapping_profile", responses=shapes.ProfileOut)
    def get(self, request: Request, number: int) -> Response:
        """Return it with its document."""
        return Response(shapes.ProfileOut(_found(number)).data)


class ProfileActivateView(APIView):
    """Use a revision."""

    @extend_schema(
        operation_id="mapping_profile_activate", request=None, responses=shapes.ProfileOut
    )
    def post(self, request: Request, number: int) -> Response:
        """Use it from now on; how the ERP is read is an administrator's decision."""
        row = _found(number)
        if row.direction == Direction.INPUT and not may(request.user, Ability.ADMINISTER):
            raise PermissionDenied
        mappings.activate_profile(profile=row, by=person(request))
        row.refresh_from_db()
        return Response(shapes.ProfileOut(row).data)


class ProfilePreviewView(APIView):
    """Try a revision."""

    @extend_schema(
        operation_id="mapping_profile_preview",
        request=shapes.PreviewIn,
        responses=shapes.PreviewOut,
    )
    def post(self, request: Request, number: int) -> Response:
        """Return the first rows it makes of the ERP or of approved drafts; nothing is written."""
        given = shapes.PreviewIn(data=request.data)
        given.is_valid(raise_exception=True)
        row = _found(number)
        if row.direction == Direction.OUTPUT:
            return Response(_written(row, given.validated_data["drafts"]))
        return Response(_read(row))


def _found(number: int) -> MappingProfile:
    return get_object_or_404(MappingProfile, pk=number)


def _written(row: MappingProfile, drafts: list[int]) -> dict[str, Any]:
    table = draft_exports.table_of(drafts, using=output_profiles.using(row))
    rows = [list(cells) for cells in islice(table.rows, PREVIEW_ROWS)]
    wrong = [
        {"row": each.row, "column": each.column, "fault": each.fault.value, "limit": each.limit}
        for each in table.wrong
    ]
    one = {"table": table.profile.table, "columns": table.names, "rows": rows, "wrong": wrong}
    return {"tables": [one]}


def _read(row: MappingProfile) -> dict[str, Any]:
    found = mappings.preview(columns=row.to_columns(), rows=PREVIEW_ROWS)
    return {
        "tables": [
            {
                "table": name,
                "columns": [str(column) for column in mapped.frame.columns],
                "rows": mapped.frame.astype(object)
                .where(mapped.frame.notna(), None)
                .to_numpy()
                .tolist(),
                "wrong": [
                    {
                        "row": int(one["row"]),
                        "column": str(one["column"]),
                        "fault": str(one["reason"]),
                        "limit": None,
                    }
                    for one in mapped.rejected.head(PREVIEW_ROWS).to_dict("records")
                ],
            }
            for name, mapped in found.items()
        ]
    }
