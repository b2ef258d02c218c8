"""What happens to a version that wins: it waits for an administrator, or goes live on probation."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import audit
from registry import figures, job_words, selectors
from registry.core.errors import RoutingMLError
from registry.iter_training import AUTOMATIC
from registry.models import Job, JobState, Level, ModelVersion, VersionState
from registry.services import job_lines, notices, versions
from training.models import Probation, ProbationState

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logging.getLogger(__name__)

TRIM_MAE, PROCESS_MATCH = "trim_mae", "process_match"
JUDGED = (TRIM_MAE, PROCESS_MATCH)


def after_training(job: Job) -> bool:
    """Tell of a version that is better, and activate it if the policy says so.

    Returns whether it went live.  Called again for the same job, it changes nothing more: only a
    version that never was live, made while the present champion answered, is activated.
    """
    version = _made_by(job)
    champion = selectors.champion()
    if version is None or champion is None or champion.name != job.result.get("champion"):
        return False
    policy = selectors.iter_training().training
    if not wins(job, champion, version, least=policy.least_improvement):
        return False
    share = f"{_gain_of(job, champion, version):.0%}"
    with override(settings.LANGUAGE_CODE):
        names = {"new": version.name, "old": champion.name, "share": share}
        title = _("Version %(new)s is better than %(old)s: typical error %(share)s lower") % names
    if policy.activation != AUTOMATIC:
        notices.tell(notices.BETTER, title, _in_words(waits=True))
        return False
    try:
        _activate(version, champion, _figures_before(job) or figures_of(champion))
    except RoutingMLError as error:
        log.warning("training.activation.refused", extra={"version": version.name})
        notices.tell(notices.FAILED, title, _said(error.message))
        return False
    notices.tell(notices.BETTER, title, _in_words(waits=False))
    return True


def note_what_is_kept(job: Job) -> None:
    """Say so when a training had registered its version in the moment in which it was lost."""
    if job.state != JobState.LOST or job.started_at is None:
        return
    version = ModelVersion.objects.filter(
        created_by=job.asked_by, created_at__range=(job.started_at, job.finished_at)
    ).first()
    if version is None:
        return
    job.error = f"The worker that ran this job has gone. Version {version.name} was registered."
    job.save(update_fields=["error"])
    job_lines.add(job, job.error, Level.WARNING)


def wins(job: Job, champion: ModelVersion, version: ModelVersion, *, least: float) -> bool:
    """Return whether a version is better: by the verdict of its training, else by its figures."""
    verdict = job.result.get("verdict")
    if isinstance(verdict, dict) and isinstance(verdict.get("wins"), bool):
        return bool(verdict["wins"])
    match_before = figures_of(champion)[PROCESS_MATCH]
    match_now = figures_of(version)[PROCESS_MATCH]
    if match_before is None or match_now is None:
        return False
    return _gain_of(job, champion, version) >= least > 0 and match_now >= match_before


def figures_of(version: ModelVersion) -> dict[str, float | None]:
    """Return the figures by which versions are judged."""
    return {key: figures.number(version.metrics, "backtest", "model", key) for key in JUDGED}


def judge(
    *,
    version: str,
    figures: Mapping[str, float | None],
    cycle: str,
    reference: Mapping[str, float | None] | None = None,
) -> Probation | None:
    """Hold a quality cycle against the probation that is under way, if there is one.

    Args:
        version: the one that the cycle measured.
        figures: its ``trim_mae`` and ``process_match`` in this cycle.
        cycle: what the cycle is called; each counts once.
        reference: the same figures of the version before, as last measured by a cycle; those of
            its training where there are none.

    Returns the probation as it stands now.  A cycle that did not measure all of them is never a
    pass: it counts only if it is worse in what it did measure.  When the previous version cannot
    come back, the probation stays open and the failure is told; the cycle is not harmed.
    """
    with transaction.atomic():
        open_ones = Probation.objects.select_for_update().filter(state=ProbationState.OPEN)
        row = open_ones.first()
        if row is None or (row.version.name == version and cycle in row.cycles):
            return row
        if not row.version.is_active:
            _end(row, ProbationState.ENDED, "Another version was activated in the meantime.")
            return row
        if row.version.name != version:
            return row
        before = row.reference | {
            key: value for key, value in (reference or {}).items() if value is not None
        }
        why = _worse_in(figures, before)
        if not why and not all(_comparable(figures, before, key) for key in JUDGED):
            return row
        row.cycles = [*row.cycles, cycle]
        if why:
            return _send_back(row, f"Quality cycle {cycle}: {why}.")
        if len(row.cycles) >= selectors.iter_training().training.probation_cycles:
            _end(row, ProbationState.PASSED, f"{len(row.cycles)} quality cycles were good enough.")
        else:
            row.save()
    return row


def _made_by(job: Job) -> ModelVersion | None:
    """Return the version that a training registered and nobody has activated yet."""
    if job.state != JobState.SUCCEEDED or not job.result.get("registered"):
        return None
    rows = ModelVersion.objects.filter(name=job.result.get("version"), activated_at=None)
    return rows.filter(state=VersionState.REGISTERED).first()


def _figures_before(job: Job) -> dict[str, float | None]:
    """Return the champion's figures on the items that a training compared both on."""
    compared = (job.result.get("metrics") or {}).get("comparison") or {}
    overall = compared.get("overall") or {}
    return {key: overall.get(f"{key}_before") for key in JUDGED} if overall else {}


def _activate(
    version: ModelVersion, champion: ModelVersion, reference: Mapping[str, float | None]
) -> None:
    """Make a version answer, on probation: held against the figures of the one before."""
    with transaction.atomic():
        for row in Probation.objects.select_for_update().filter(state=ProbationState.OPEN):
            _end(row, ProbationState.ENDED, f"Version {version.name} was activated.")
        versions.activate(version, by=audit.SYSTEM, instead_of=champion.name)
        Probation.objects.create(version=version, previous=champion, reference=reference)
        audit.record(
            action="training.probation.began",
            by=audit.SYSTEM,
            target=version.name,
            before=reference,
            after=figures_of(version),
        )


def _send_back(row: Probation, why: str) -> Probation:
    """Let the version before answer again, and say why."""
    try:
        with transaction.atomic():
            versions.roll_back(by=audit.SYSTEM, instead_of=row.version.name)
            _end(row, ProbationState.ROLLED_BACK, why)
    except RoutingMLError as error:
        row.refresh_from_db()
        log.exception("training.probation.stuck", extra={"version": row.version.name})
        notices.tell(notices.FAILED, _said(why), _said(error.message))
        return row
    with override(settings.LANGUAGE_CODE):
        names = {"new": row.version.name, "old": row.previous.name}
        title = _("Version %(new)s went back to %(old)s") % names
    notices.tell(notices.ROLLED_BACK, title, _said(why))
    return row


def _worse_in(now: Mapping[str, float | None], before: Mapping[str, Any]) -> str:
    """Say in which figure a cycle is worse than the margin allows, empty when in none."""
    margin = selectors.iter_training().training.probation_margin
    told = []
    error, error_before = now.get(TRIM_MAE), before.get(TRIM_MAE)
    if error is not None and error_before is not None and error > error_before * (1 + margin):
        told.append(f"typical error {error:.3g} min instead of {error_before:.3g}")
    match, match_before = now.get(PROCESS_MATCH), before.get(PROCESS_MATCH)
    if match is not None and match_before is not None and match < match_before * (1 - margin):
        told.append(f"operations right {match:.1%} instead of {match_before:.1%}")
    return f"{', '.join(told)}, more than the margin of {margin:.0%}" if told else ""


def _comparable(now: Mapping[str, float | None], before: Mapping[str, Any], key: str) -> bool:
    """Return whether a figure was measured both now and before."""
    return now.get(key) is not None and before.get(key) is not None


def _end(row: Probation, state: ProbationState, why: str) -> None:
    row.state, row.why, row.ended_at = state, why, timezone.now()
    row.save()
    audit.record(
        action=f"training.probation.{state}", by=audit.SYSTEM, target=row.version.name, after=why
    )


def _gain_of(job: Job, champion: ModelVersion, version: ModelVersion) -> float:
    """Return by which share the typical error is lower, 0 where it is not known.

    On the items that both were asked about, where a training has compared them on some.
    """
    gain = figures.number(job.result, "verdict", "gain")
    if gain is not None:
        return gain
    old, new = (figures_of(one)[TRIM_MAE] for one in (champion, version))
    return 1 - new / old if old and new is not None else 0.0


def _said(reason: str) -> str:
    """Return a reason in the site's language: nobody in particular reads a notice."""
    with override(settings.LANGUAGE_CODE):
        return job_words.said(reason)


def _in_words(*, waits: bool) -> str:
    with override(settings.LANGUAGE_CODE):
        if waits:
            return _("It waits for an administrator to activate it.")
        return _("It was activated by itself and is on probation.")
