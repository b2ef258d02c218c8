"""Reads that span rows: the active version, the history, the parameters in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from registry import figures, params
from registry.core.errors import RoutingMLError
from registry.iter_training import SETTINGS, IterTraining, build
from registry.models import Activation, ConfigRevision, ModelVersion
from registry.setting_types import Unfit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from registry.params import Value
    from registry.setting_types import Setting


class NoActiveVersion(RoutingMLError):
    """No version answers yet."""

    code = "no_active_version"

    def __init__(self) -> None:
        super().__init__(
            "No model version is active. Train one with 'train' and activate it in the "
            "administration or with 'activate NAME'."
        )


class VersionUnknown(RoutingMLError):
    """There is no version of that name."""

    code = "version_unknown"


@dataclass(frozen=True, slots=True)
class ActiveVersion:
    """What has to be loaded now: equal values mean that nothing has changed."""

    name: str
    digest: str
    reload_count: int


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time during which one version answered; ``until`` is None while it does."""

    version: str
    previous: str
    kind: str
    kind_label: str
    since: datetime
    until: datetime | None
    by: str


@dataclass(frozen=True, slots=True)
class VersionComparison:
    """The champion and a challenger, figure by figure, and what speaks against switching.

    ``wins`` and ``words`` say what the challenger's training found, on items that both had not
    seen; None and nothing where it was held against another version, or none.
    """

    champion: ModelVersion | None
    challenger: ModelVersion
    rows: Sequence[figures.Compared]
    beaten: Sequence[figures.Measured]
    same_items: bool
    wins: bool | None
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class VersionPage:
    """What a version's page tells: its figures beside all baselines', its origin, its history."""

    version: ModelVersion
    table: figures.Beside
    beaten: Sequence[figures.Measured]
    items: float | None
    period: str
    facts: Sequence[tuple[str, str]]
    periods: Sequence[Period]


def active_version() -> ActiveVersion | None:
    """Return what has to be loaded now, in one small query."""
    row = ModelVersion.objects.active().values_list("name", "manifest_digest", "reload_count")
    found = row.first()
    return ActiveVersion(*found) if found else None


def champion() -> ModelVersion | None:
    """Return the version that answers."""
    return ModelVersion.objects.active().first()


def require_champion() -> ModelVersion:
    """Return the version that answers.

    Raises:
        NoActiveVersion: when none does.
    """
    found = champion()
    if found is None:
        raise NoActiveVersion
    return found


def version_named(name: str) -> ModelVersion:
    """Return a version by name.

    Raises:
        VersionUnknown: when there is none.
    """
    try:
        return ModelVersion.objects.get(name=name)
    except ModelVersion.DoesNotExist:
        raise VersionUnknown(
            f"There is no version {name!r}. 'versions' lists those that exist.", version=name
        ) from None


def comparison(challenger: ModelVersion) -> VersionComparison:
    """Return a version beside the one that answers now."""
    now = champion()
    before = now.metrics if now else {}
    same = now is not None and now.dataset_hash == challenger.dataset_hash != ""
    wins, words = figures.verdict_beside(now.name if now else "", challenger.metrics) or (None, ())
    return VersionComparison(
        champion=now,
        challenger=challenger,
        rows=figures.compare(before, challenger.metrics),
        beaten=figures.beaten_by_baseline(challenger.metrics),
        same_items=same and figures.measured_on(before) == figures.measured_on(challenger.metrics),
        wins=wins,
        words=words,
    )


def history(limit: int | None = None) -> list[Period]:
    """Return what was live when, newest first."""
    rows = Activation.objects.newest_first().select_related("version", "previous")
    periods: list[Period] = []
    until: datetime | None = None
    for row in rows[:limit] if limit else rows:
        periods.append(_period(row, until))
        until = row.at
    return periods


def about(version: ModelVersion) -> VersionPage:
    """Return what a version's page tells."""
    metrics = version.metrics
    return VersionPage(
        version=version,
        table=figures.beside_baselines(metrics),
        beaten=figures.beaten_by_baseline(metrics),
        items=figures.number(metrics, "backtest", "items"),
        period=figures.period(metrics),
        facts=figures.facts(metrics),
        periods=[period for period in history() if period.version == version.name],
    )


def roll_back_target() -> ModelVersion | None:
    """Return the version that a roll back would bring back."""
    live = Activation.objects.newest_first().select_related("returns_to__version").first()
    return live.returns_to.version if live and live.returns_to else None


def runtime_config() -> Mapping[str, Value]:
    """Return every runtime parameter as it is in force."""
    revision = config_revision()
    return defaults() | (_known(revision.values) if revision else {})


def iter_training() -> IterTraining:
    """Return the settings of iterative training as they are in force."""
    return build(iter_values())


def iter_values(revision: ConfigRevision | None = None) -> dict[str, Any]:
    """Return the settings of iterative training by dotted name, of a revision or in force."""
    revision = revision or config_revision()
    stored = revision.values if revision else {}
    usual = iter_defaults()
    return {
        name: _fitting(setting, stored.get(setting.stored_as), usual[name])
        for name, setting in SETTINGS.items()
    }


def iter_defaults() -> dict[str, Any]:
    """Return every setting's value while nobody has changed it."""
    shared = defaults()
    return {
        name: shared.get(setting.stored_as, setting.default) for name, setting in SETTINGS.items()
    }


def config_revision() -> ConfigRevision | None:
    """Return the revision in force, None while nobody has changed anything."""
    return ConfigRevision.objects.order_by("-number").first()


def defaults() -> dict[str, Value]:
    """Return every parameter's value while nobody has changed it."""
    return {
        parameter.name: getattr(settings, parameter.setting, parameter.default)
        if parameter.setting
        else parameter.default
        for parameter in params.PARAMETERS
    }


def _known(values: Mapping[str, Value]) -> dict[str, Value]:
    """Leave out what an older release stored and this one no longer knows."""
    return {name: value for name, value in values.items() if name in params.BY_NAME}


def _fitting(setting: Setting, stored: Any, usual: Any) -> Any:
    """Return a stored value, or the default where this release no longer takes it."""
    if stored is None:
        return usual
    try:
        return setting.kind.clean(stored)
    except Unfit:
        return usual


def _period(row: Activation, until: datetime | None) -> Period:
    return Period(
        version=row.version.name,
        previous=row.previous.name if row.previous else "",
        kind=row.kind,
        kind_label=row.get_kind_display(),
        since=row.at,
        until=until,
        by=row.by,
    )
