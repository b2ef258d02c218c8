"""Endpoints for versions and runtime parameters; each makes one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import IsSignedIn, MayAdminister, MayConfigure, person
from registry import selectors
from registry.models import ConfigRevision, ModelVersion
from registry.serializers import (
    ConfigIn,
    ConfigOut,
    IterTrainingIn,
    IterTrainingOut,
    PeriodOut,
    RevisionOut,
    SwitchIn,
    VersionDetailOut,
    VersionOut,
    config_in_force,
    iter_training_in_force,
)
from registry.services import config, versions

if TYPE_CHECKING:
    from rest_framework.permissions import BasePermission
    from rest_framework.request import Request


@extend_schema_view(get=extend_schema(operation_id="models_list"))
class VersionListView(generics.ListAPIView[ModelVersion]):
    """All versions, newest first."""

    queryset = ModelVersion.objects.all()
    serializer_class = VersionOut
    permission_classes = (IsSignedIn,)


class ActiveVersionView(APIView):
    """The version that answers."""

    permission_classes = (IsSignedIn,)

    @extend_schema(operation_id="models_active", responses=VersionDetailOut)
    def get(self, request: Request) -> Response:
        """Return it with its manifest and figures."""
        return Response(VersionDetailOut(selectors.require_champion()).data)


class VersionView(APIView):
    """One version."""

    permission_classes = (IsSignedIn,)

    @extend_schema(operation_id="models_detail", responses=VersionDetailOut)
    def get(self, request: Request, version: str) -> Response:
        """Return it with its manifest and figures."""
        return Response(VersionDetailOut(selectors.version_named(version)).data)


class HistoryView(generics.GenericAPIView[ModelVersion]):
    """What was live when."""

    permission_classes = (IsSignedIn,)

    @extend_schema(operation_id="models_history", responses=PeriodOut(many=True))
    def get(self, request: Request) -> Response:
        """Return the history, newest first."""
        page = self.paginate_queryset(selectors.history())
        return self.get_paginated_response(PeriodOut(page or [], many=True).data)


class ActivateView(APIView):
    """Make a version answer."""

    permission_classes = (MayAdminister,)

    @extend_schema(operation_id="models_activate", request=SwitchIn, responses=VersionOut)
    def post(self, request: Request, version: str) -> Response:
        """Check every byte of it and exchange the active version."""
        given = SwitchIn(data=request.data)
        given.is_valid(raise_exception=True)
        chosen = selectors.version_named(version)
        versions.activate(
            chosen, by=person(request), instead_of=given.validated_data.get("instead_of")
        )
        return Response(VersionOut(chosen).data)


class RollBackView(APIView):
    """Make the version before answer again."""

    permission_classes = (MayAdminister,)

    @extend_schema(operation_id="models_rollback", request=SwitchIn, responses=VersionOut)
    def post(self, request: Request) -> Response:
        """Go back to the version that was active before."""
        given = SwitchIn(data=request.data)
        given.is_valid(raise_exception=True)
        activation = versions.roll_back(
            by=person(request), instead_of=given.validated_data.get("instead_of")
        )
        return Response(VersionOut(activation.version).data)


class InvalidateView(APIView):
    """Forget kept answers and load the active version anew, in every process."""

    permission_classes = (MayAdminister,)

    @extend_schema(operation_id="models_cache_invalidate", request=None, responses=VersionOut)
    def post(self, request: Request) -> Response:
        """Do so."""
        return Response(VersionOut(versions.invalidate_caches(by=person(request))).data)


class ConfigView(APIView):
    """The runtime parameters."""

    def get_permissions(self) -> list[BasePermission]:
        """Let everybody read and engineers change."""
        return [MayConfigure() if self.request.method == "PATCH" else IsSignedIn()]

    @extend_schema(operation_id="config_runtime", responses=ConfigOut)
    def get(self, request: Request) -> Response:
        """Return the parameters in force."""
        return Response(ConfigOut(config_in_force()).data)

    @extend_schema(operation_id="config_runtime_change", request=ConfigIn, responses=ConfigOut)
    def patch(self, request: Request) -> Response:
        """Change some parameters as a new revision."""
        given = ConfigIn(data=request.data)
        given.is_valid(raise_exception=True)
        config.change(**given.validated_data, by=person(request))
        return Response(ConfigOut(config_in_force()).data)


class IterTrainingView(APIView):
    """The settings of iterative training."""

    def get_permissions(self) -> list[BasePermission]:
        """Let everybody read and engineers change."""
        return [MayConfigure() if self.request.method == "PATCH" else IsSignedIn()]

    @extend_schema(operation_id="config_iter_training", responses=IterTrainingOut)
    def get(self, request: Request) -> Response:
        """Return the settings in force."""
        return Response(IterTrainingOut(iter_training_in_force()).data)

    @extend_schema(
        operation_id="config_iter_training_change",
        request=IterTrainingIn,
        responses=IterTrainingOut,
    )
    def patch(self, request: Request) -> Response:
        """Change some settings as a new revision; all of them or none."""
        given = IterTrainingIn(data=request.data)
        given.is_valid(raise_exception=True)
        config.change_iter_training(**given.validated_data, by=person(request))
        return Response(IterTrainingOut(iter_training_in_force()).data)


class ReloadView(APIView):
    """Read the settings again."""

    permission_classes = (MayAdminister,)

    @extend_schema(
        operation_id="config_iter_training_reload", request=None, responses=IterTrainingOut
    )
    def post(self, request: Request) -> Response:
        """Return what is stored: no process keeps settings, so all follow a change at once."""
        return Response(IterTrainingOut(iter_training_in_force()).data)


class RestoreView(APIView):
    """Bring a revision back."""

    permission_classes = (MayConfigure,)

    @extend_schema(operation_id="config_restore", request=None, responses=IterTrainingOut)
    def post(self, request: Request, number: int) -> Response:
        """Put all parameters back to what they were in a revision, as a new revision."""
        config.restore(number, by=person(request))
        return Response(IterTrainingOut(iter_training_in_force()).data)


@extend_schema_view(get=extend_schema(operation_id="config_history"))
class ConfigHistoryView(generics.ListAPIView[ConfigRevision]):
    """Every revision of the runtime parameters, newest first."""

    queryset = ConfigRevision.objects.all()
    serializer_class = RevisionOut
    permission_classes = (IsSignedIn,)
