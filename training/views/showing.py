"""What the pages say about a job: its end in one sentence, its figures beside the champion's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from registry import figures, job_words
from registry import selectors as registry_selectors
from registry.figures import Compared, Measured, Verdict
from registry.kinds import TRAIN
from registry.models import Job, JobState, ModelVersion
from registry.services import jobs
from training import selectors, wording
from training.core.specs import BOOSTING
from training.services.starts import Strategy
from training.views import plots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.core.plots import Plot

TOLD_DAYS = 30
"""Days for which the page says that a version went back."""
OTHER_ITEMS = gettext_lazy(
    "The active version was measured on other items: small differences mean nothing."
)


@dataclass(frozen=True, slots=True)
class Notice:
    """How a job ended, in one sentence; ``level`` is that of an alert."""

    level: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of the new version beside the champion's and the best baseline's."""

    compared: Compared
    measured: Measured


@dataclass(frozen=True, slots=True)
class Comparison:
    """A training's figures; ``champion`` is empty where none was active.

    ``candidates`` and ``versus`` are those of its metrics, empty where nothing was compared;
    ``plots`` draw both.
    """

    champion: str
    champion_measured: bool
    version: str
    rows: Sequence[Row]
    same_items: bool
    items: float | None
    period: str
    candidates: dict[str, Any]
    versus: dict[str, Any]
    plots: dict[str, list[Plot]]


def live(job: Job, after: int = 0) -> dict[str, Any]:
    """Return what the part of a page shows that follows a job."""
    lines = selectors.newest_lines(job, after)
    return {
        "job": job,
        "lines": lines,
        "last": lines[-1].number if lines else after,
        "place": jobs.place(job),
        "notice": None if job.is_open else notice(job),
        "asked": asked(job),
    }


def asked(job: Job) -> list[str]:
    """Return what was asked for, in words."""
    wish, words = job.parameters, []
    if job.kind != TRAIN:
        return []
    if wish.get("strategy") == Strategy.INCREMENTAL:
        words.append(_("only what is new"))
    if wish.get("sample_size"):
        words.append(_("newest %(count)s items") % {"count": f"{wish['sample_size']:,}"})
    if wish.get("version_name"):
        words.append(_("as %(name)s") % {"name": wish["version_name"]})
    if rivals := set(wish.get("candidates") or ()) - {BOOSTING}:
        ways = ", ".join(str(wording.CANDIDATES.get(way, way)) for way in sorted(rivals))
        words.append(_("competing: %(ways)s") % {"ways": ways})
    if wish.get("dry_run"):
        words.append(_("dry run"))
    return words


def notice(job: Job) -> Notice:
    """Return how an ended job ended."""
    if job.state == JobState.SUCCEEDED:
        if job.kind == TRAIN:
            return _of_training(job)
        return Notice("good", _("%(job)s finished") % {"job": job.label}, "")
    if job.state == JobState.CANCELLED:
        text = _("Cancelled by %(who)s. The active version is as it was.")
        return Notice(
            "info", _("%(job)s cancelled") % {"job": job.label}, text % {"who": job.cancel_by}
        )
    titles = {
        JobState.FAILED: _("%(job)s failed"),
        JobState.ERRORED: _("%(job)s broke down"),
        JobState.LOST: _("%(job)s was lost"),
    }
    title = titles[JobState(job.state)] % {"job": job.label}
    level = "warn" if job.state == JobState.FAILED else "bad"
    return Notice(level, title, job_words.said(job.error))


def came_of_it(job: Job) -> str:
    """Return what came of a job that made no version, in a few words; empty where it is said."""
    if job.error or job.result.get("skipped"):
        return job_words.said(job.error or job.result["skipped"])
    if job.state == JobState.CANCELLED:
        return job_words.said(f"cancelled by {job.cancel_by}")
    if "added" in job.result and not job.result["added"]:
        return _of_increment(job).title
    return _("Dry run: no version was kept.") if job.parameters.get("dry_run") else ""


def on_probation() -> Notice | None:
    """Return how the version stands that went live by itself, or why it is not live any more."""
    row, policy = selectors.probation(), registry_selectors.iter_training().training
    if row is not None:
        names = {"new": row.version.name, "old": row.previous.name}
        told = {
            "done": len(row.cycles),
            "all": policy.probation_cycles,
            "margin": f"{100 * policy.probation_margin:.0f}",
        }
        text = _(
            "%(done)s of %(all)s quality cycles were good enough. One that is more than "
            "%(margin)s %% worse than before brings the previous version back."
        )
        title = _("Version %(new)s went live by itself, on probation in place of %(old)s")
        return Notice("info", title % names, text % told)
    row = selectors.went_back(TOLD_DAYS)
    if row is None:
        return None
    title = _("Version %(new)s went back to %(old)s")
    names = {"new": row.version.name, "old": row.previous.name}
    return Notice("warn", title % names, job_words.said(row.why))


def comparison(job: Job) -> Comparison | None:
    """Return a training's figures beside the champion's; None where nothing was measured."""
    metrics = job.result.get("metrics")
    if job.kind != TRAIN or job.state != JobState.SUCCEEDED or not figures.measured_on(metrics):
        return None
    champion = ModelVersion.objects.filter(name=job.result.get("champion") or "").first()
    old = champion.metrics if champion else {}
    candidates, versus = metrics.get("candidates") or {}, metrics.get("comparison") or {}
    rows = zip(figures.compare(old, metrics), figures.table(metrics), strict=True)
    return Comparison(
        champion=champion.name if champion else "",
        champion_measured=figures.measured_on(old) is not None,
        version=job.result["version"],
        rows=[Row(compared, measured) for compared, measured in rows],
        same_items=figures.measured_on(old) == figures.measured_on(metrics),
        items=figures.number(metrics, "backtest", "items"),
        period=figures.period(metrics),
        candidates=wording.named(candidates),
        versus=versus,
        plots={"versus": plots.of_versions(versus), "candidates": plots.of_candidates(candidates)},
    )


def _of_training(job: Job) -> Notice:
    """Say what a training brought."""
    if job.result.get("skipped"):
        return Notice("info", _("Nothing was trained"), job_words.said(job.result["skipped"]))
    if "added" in job.result:
        return _of_increment(job)
    kept = "" if job.result["registered"] else _("Dry run: no version was kept.")
    found = comparison(job)
    if found is None:
        text = _("Training finished: its accuracy is not measurable, there are too few items.")
        return Notice("warn", text, kept)
    row = next(row for row in found.rows if row.compared.figure.key == figures.TYPICAL_ERROR.key)
    error = row.compared.challenger_text
    if row.compared.challenger is None:
        return Notice("warn", _("Training finished: its typical error is not measurable."), kept)
    if found.versus.get("overall"):
        return _judged(found, kept)
    if not row.compared.champion:
        text = _("Training finished: %(error)s typical error a piece.") % {"error": error}
        return Notice("good", text, kept)
    if not found.same_items:
        kept = f"{kept} {OTHER_ITEMS}".strip()
    return _against(row.compared, error, kept)


def _judged(found: Comparison, kept: str) -> Notice:
    """Say whether a version beats the champion on the items that both had not seen."""
    overall, verdict = found.versus["overall"], found.versus["verdict"]
    if verdict["wins"]:
        text = _("Training finished: %(error)s typical error a piece, %(percent)s %% better.")
        told = {
            "error": figures.TYPICAL_ERROR.text(overall["trim_mae"]),
            "percent": f"{100 * verdict['gain']:.0f}",
        }
        return Notice("good", text % told, kept)
    text = _("Training finished: not better than the active version.")
    stays = _("%(name)s goes on answering; the new version is kept, but not active.")
    kept = kept or stays % {"name": found.champion}
    return Notice("info", text, " ".join([*map(job_words.said, verdict["words"]), kept]))


def _against(compared: Compared, error: str, kept: str) -> Notice:
    """Say how the typical error stands to the champion's."""
    old, new = compared.champion or 1.0, compared.challenger or 0.0
    share = {"error": error, "percent": f"{100 * abs(new - old) / old:.0f}"}
    if compared.verdict is Verdict.BETTER:
        text = _("Training finished: %(error)s typical error a piece, %(percent)s %% better.")
        return Notice("good", text % share, kept)
    if compared.verdict is Verdict.WORSE:
        text = _("Training finished: %(error)s typical error a piece, %(percent)s %% worse.")
        return Notice("warn", text % share, kept)
    text = _("Training finished: %(error)s typical error a piece, as good as the active version.")
    return Notice("info", text % share, kept)


def _of_increment(job: Job) -> Notice:
    """Say what an incremental training added."""
    added, flagged = job.result["added"], job.result["flagged"]
    if not added:
        text = _("Nothing to add: the active version knows every routed item.")
        return Notice("info", text, "")
    text = ngettext(
        "Training finished: %(count)s item was added.",
        "Training finished: %(count)s items were added.",
        added,
    ) % {"count": f"{added:,}"}
    if not flagged:
        return Notice("good", text, "")
    more = ngettext(
        "%(count)s item asks for a full training.",
        "%(count)s items ask for a full training.",
        flagged,
    ) % {"count": f"{flagged:,}"}
    first = job.result.get("first_flagged", [])
    named = ", ".join(first) + (" …" if flagged > len(first) else "")
    return Notice("warn", text, f"{more} {named}")
