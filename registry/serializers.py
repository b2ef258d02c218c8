"""What the API takes and says about versions and parameters."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from registry import figures, params, selectors, store
from registry.core.errors import RoutingMLError
from registry.iter_training import SETTINGS
from registry.models import ConfigRevision, ModelVersion
from registry.services import config_files


class FigureOut(serializers.Serializer[Any]):
    """One figure beside the best simple baseline; null is "not measurable"."""

    name = serializers.CharField(source="figure.key")
    value = serializers.FloatField(allow_null=True)
    baseline = serializers.CharField()
    baseline_value = serializers.FloatField(allow_null=True)
    verdict = serializers.CharField()


class VersionOut(serializers.ModelSerializer[ModelVersion]):
    """A version as lists show it."""

    version = serializers.CharField(source="name")
    figures = serializers.SerializerMethodField()

    class Meta:
        model = ModelVersion
        fields = (
            "version", "state", "created_at", "created_by", "activated_at", "activated_by",
            "size_bytes", "recall", "schema_hash", "dataset_hash", "profile_name",
            "profile_revision", "manifest_digest", "figures",
        )  # fmt: skip

    @extend_schema_field(FigureOut(many=True))
    def get_figures(self, version: ModelVersion) -> list[dict[str, Any]]:
        """Return the headline figures."""
        return list(FigureOut(figures.headlines(version.metrics), many=True).data)


class VersionDetailOut(VersionOut):
    """A version with everything that its folder says about it."""

    manifest = serializers.SerializerMethodField()
    problem = serializers.SerializerMethodField()

    class Meta(VersionOut.Meta):
        fields = (*VersionOut.Meta.fields, "metrics", "manifest", "problem")  # type: ignore[assignment]  # more fields than the class above

    @extend_schema_field(FigureOut(many=True))
    def get_figures(self, version: ModelVersion) -> list[dict[str, Any]]:
        """Return every figure."""
        return list(FigureOut(figures.table(version.metrics), many=True).data)

    def get_manifest(self, version: ModelVersion) -> dict[str, Any] | None:
        """Return the signed manifest, null when it cannot be read."""
        return self._read(version)[0]

    def get_problem(self, version: ModelVersion) -> str:
        """Return why the manifest cannot be read, empty when it can."""
        return self._read(version)[1]

    def _read(self, version: ModelVersion) -> tuple[dict[str, Any] | None, str]:
        try:
            return store.manifest(version.name).to_json(), ""
        except RoutingMLError as error:
            return None, error.message


class PeriodOut(serializers.Serializer[Any]):
    """What was live when; ``until`` is null while it is."""

    version = serializers.CharField()
    previous = serializers.CharField()
    kind = serializers.CharField()
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)
    by = serializers.CharField()


class SwitchIn(serializers.Serializer[Any]):
    """Which version the caller believes to be active; when another one is, nothing happens."""

    instead_of = serializers.CharField(required=False, allow_null=True, allow_blank=True)


class ParameterOut(serializers.Serializer[Any]):
    """A runtime parameter: its value in force, and what it may be."""

    name = serializers.CharField()
    value = serializers.JSONField()
    default = serializers.JSONField()
    help = serializers.CharField()


class RevisionOut(serializers.ModelSerializer[ConfigRevision]):
    """One revision of the parameters."""

    class Meta:
        model = ConfigRevision
        fields = ("number", "values", "comment", "created_at", "created_by")


class ConfigOut(serializers.Serializer[Any]):
    """The parameters in force and the revision they come from (0 while all are defaults)."""

    revision = serializers.IntegerField()
    parameters = ParameterOut(many=True)


class ConfigIn(serializers.Serializer[Any]):
    """Parameters to change, by name; null brings one back to its default."""

    values = serializers.DictField(child=serializers.JSONField(allow_null=True))
    comment = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)


class SettingOut(serializers.Serializer[Any]):
    """A setting of iterative training: its value in force, and what it may be."""

    name = serializers.CharField()
    value = serializers.JSONField()
    default = serializers.JSONField()
    expects = serializers.CharField()
    help = serializers.CharField()


class IterTrainingOut(serializers.Serializer[Any]):
    """All settings in force, by section and field, and the revision they come from."""

    revision = serializers.IntegerField()
    sections = serializers.DictField(child=serializers.DictField(child=serializers.JSONField()))
    settings = SettingOut(many=True)


class IterTrainingIn(serializers.Serializer[Any]):
    """Settings to change, by section and field; null brings one back to its default."""

    values = serializers.DictField(
        child=serializers.DictField(child=serializers.JSONField(allow_null=True))
    )
    comment = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)
    based_on = serializers.IntegerField(required=False, allow_null=True, min_value=0)


def iter_training_in_force() -> dict[str, Any]:
    """Return what ``IterTrainingOut`` shows."""
    revision = selectors.config_revision()
    values, usual = selectors.iter_values(revision), selectors.iter_defaults()
    shown = [
        {
            "name": name,
            "value": values[name],
            "default": usual[name],
            "expects": setting.kind.expects(),
            "help": str(setting.help),
        }
        for name, setting in SETTINGS.items()
    ]
    return {
        "revision": revision.number if revision else 0,
        "sections": config_files.nested(values),
        "settings": shown,
    }


def config_in_force() -> dict[str, Any]:
    """Return what ``ConfigOut`` shows."""
    revision, values, defaults = (
        selectors.config_revision(), selectors.runtime_config(), selectors.defaults(),
    )  # fmt: skip
    parameters = [
        {
            "name": parameter.name,
            "value": values[parameter.name],
            "default": defaults[parameter.name],
            "help": str(parameter.help),
        }
        for parameter in params.PARAMETERS
    ]
    return {"revision": revision.number if revision else 0, "parameters": parameters}
