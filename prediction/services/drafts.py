"""Drafts: begun from a proposal, saved without overwriting anybody, checked, approved.

A save names the revision that it started from.  The row is changed only where that revision is
still the newest; otherwise somebody else has saved meanwhile, and the conflict says who and when.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit
from prediction import loader
from prediction.core import drafted, drafts
from prediction.core.asking import plain
from prediction.core.rules import Severity, Violation
from prediction.models import Draft, DraftRevision, DraftState
from prediction.services import known_items, palette, predictions, rules, stepping
from registry.core.errors import BadInput, RoutingMLError
from registry.core.routing import Explanation, Prediction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import User
    from prediction.models import PredictionRequest
    from registry.core.routing import Candidate


class DraftUnknown(BadInput):
    """There is no such draft."""

    code = "draft_unknown"


class DraftConflict(RoutingMLError):
    """Somebody else saved the draft meanwhile."""

    code = "draft_conflict"


class DraftClosed(RoutingMLError):
    """The draft is approved: it can no longer be edited."""

    code = "draft_closed"


class DraftBlocked(RoutingMLError):
    """The draft does something that a rule of severity error forbids."""

    code = "draft_blocked"


class ReasonNeeded(RoutingMLError):
    """The draft has warnings: approving it needs a reason."""

    code = "reason_needed"


class NothingProposed(BadInput):
    """The request has no such candidate, so there is nothing to edit."""

    code = "nothing_proposed"


def begin(*, request: PredictionRequest, place: int = 0, rank: int = 1, by: User | str) -> Draft:
    """Begin a draft from a candidate of an answer.

    Raises:
        NothingProposed: the request has no such item or candidate.
        RoutingMLError: no version is active, or it cannot be read.
    """
    answer = predictions.reopen(request, place) if 0 <= place < request.item_count else None
    found = answer.predictions[0] if answer and answer.predictions else None
    candidates = found.candidates if found else ()
    candidate = next((each for each in candidates if each.rank == rank), None)
    if answer is None or found is None or candidate is None:
        raise NothingProposed(
            _("Item %(item)s of this request has no candidate %(rank)s.")
            % {"item": place + 1, "rank": rank}
        )
    return _begun(request, place, (found, candidate, answer.model_version), by)


def begin_built(
    *, request: PredictionRequest, place: int, chosen: Sequence[str], by: User | str
) -> Draft:
    """Begin a draft from a routing that was built step by step.

    Raises:
        NothingProposed: nothing was chosen, or the request has no such item.
        UnknownOperation: something that was chosen is no operation.
        RoutingMLError: no version is active, or it cannot be read.
    """
    item = predictions.item_asked(request, place) if 0 <= place < request.item_count else None
    if item is None or not chosen:
        raise NothingProposed(_("Choose at least one operation first."))
    loaded = loader.active()
    step = stepping.step_of(loaded, item, chosen, leave_out=request.leave_out)
    candidate = stepping.candidate_of(step)
    found = Prediction(item.code, False, None, (candidate,), (), Explanation())  # noqa: FBT003 - nobody abstains here
    return _begun(request, place, (found, candidate, loaded.name), by)


def _begun(
    request: PredictionRequest,
    place: int,
    told: tuple[Prediction, Candidate, str],
    by: User | str,
) -> Draft:
    found, candidate, version = told
    asked = request.items[place]
    known = known_items.find(found.item)
    described = {name: plain(value) for name, value in known.attributes.items()} if known else {}
    proposal = drafted.proposal_as_json(found, candidate, version)
    draft = Draft(
        item=found.item[:200],
        title=known_items.title(asked)[:300],
        attributes=asked["attributes"] or described,
        request=request,
        model_version=version,
        proposal=proposal,
        operations=drafts.to_json(drafted.proposed_steps(proposal)),
        owner=str(by),
        saved_by=str(by),
    )
    with transaction.atomic():
        draft.save()
        _keep(draft)
        audit.record(action="prediction.draft.begun", by=by, target=str(draft))
    return draft


def get(pk: int) -> Draft:
    """Return a draft.

    Raises:
        DraftUnknown: there is none.
    """
    draft = Draft.objects.filter(pk=pk).first()
    if draft is None:
        raise DraftUnknown(_("There is no draft %(number)s.") % {"number": pk}, draft=pk)
    return draft


def save(*, draft: Draft, steps: Sequence[drafts.Step], revision: int, by: User | str) -> Draft:
    """Store the operations as the next revision; what changes nothing is not stored.

    Raises:
        DraftConflict: ``revision`` is no longer the newest one.
        DraftClosed: the draft is approved.
    """
    operations = drafts.to_json(palette.named(steps))
    if draft.is_open and draft.revision == revision and draft.operations == operations:
        return draft
    untouched = Draft.objects.filter(pk=draft.pk, revision=revision, state=DraftState.OPEN)
    with transaction.atomic():
        changed = untouched.update(
            operations=operations,
            revision=revision + 1,
            saved_at=timezone.now(),
            saved_by=str(by),
        )
        now = get(draft.pk)
        if changed:
            _keep(now)
            return now
    _must_be_open(now)
    raise _conflict(now, revision)


def check(draft: Draft) -> list[Violation]:
    """Return what the draft does against the rules in force, errors first."""
    return violations_of(draft, draft.to_steps())


def violations_of(draft: Draft, steps: Sequence[drafts.Step]) -> list[Violation]:
    """Return what a routing would do against the rules in force, if it were this draft's."""
    return rules.violations(steps, draft.attributes)


def approve(*, draft: Draft, revision: int, reason: str = "", by: User | str) -> Draft:
    """Close the draft and keep what was changed as feedback.

    Raises:
        DraftBlocked: a rule of severity error is violated.
        ReasonNeeded: a rule of severity warning is violated, and there is no reason.
        DraftConflict: ``revision`` is no longer the newest one.
        DraftClosed: the draft is approved already.
    """
    _must_be_open(draft)
    if draft.revision != revision:
        raise _conflict(draft, revision)
    _must_obey(check(draft), reason)
    change = drafts.change_between(draft.to_proposal(), draft.to_steps())
    with transaction.atomic():
        changed = Draft.objects.filter(
            pk=draft.pk, revision=revision, state=DraftState.OPEN
        ).update(
            state=DraftState.APPROVED,
            approved_at=timezone.now(),
            approved_by=str(by),
            reason=reason.strip()[:1000],
            adoption=change.adoption,
            edit_distance=change.distance,
            retimed=change.retimed,
            reassigned=change.reassigned,
        )
        now = get(draft.pk)
        if not changed:
            _must_be_open(now)
            raise _conflict(now, revision)
        audit.record(
            action="prediction.draft.approved",
            by=by,
            target=str(now),
            before="+".join(step.job for step in now.to_proposal()),
            after={"operations": now.operations, "reason": now.reason},
        )
    return now


def reopen(*, draft: Draft, by: User | str) -> Draft:
    """Open an approved draft again, to be edited and approved anew."""
    with transaction.atomic():
        changed = (
            Draft.objects.filter(pk=draft.pk)
            .exclude(state=DraftState.OPEN)
            .update(
                state=DraftState.OPEN,
                approved_at=None,
                approved_by="",
                reason="",
                adoption=None,
                edit_distance=None,
                retimed=None,
                reassigned=None,
            )
        )
        if changed:
            audit.record(action="prediction.draft.reopened", by=by, target=str(draft))
    return get(draft.pk)


def history(draft: Draft, limit: int = 30) -> list[DraftRevision]:
    """Return the saved states of a draft, newest first."""
    return list(draft.revisions.all()[:limit])


def at_revision(draft: Draft, number: int) -> drafts.Steps:
    """Return the operations as they were saved under a number.

    Raises:
        DraftUnknown: no such revision is kept.
    """
    row = draft.revisions.filter(number=number).first()
    if row is None:
        told = {"draft": draft.pk, "number": number}
        raise DraftUnknown(_("Draft %(draft)s has no revision %(number)s.") % told)
    return drafts.from_json(row.operations, len(draft.proposal["operations"]))


def _keep(draft: Draft) -> None:
    DraftRevision.objects.create(
        draft=draft,
        number=draft.revision,
        operations=draft.operations,
        saved_at=draft.saved_at,
        saved_by=draft.saved_by,
    )


def _must_be_open(draft: Draft) -> None:
    if not draft.is_open:
        raise DraftClosed(
            _("%(who)s approved this draft: open it again before you change it.")
            % {"who": draft.approved_by},
            approved_by=draft.approved_by,
        )


def _must_obey(found: list[Violation], reason: str) -> None:
    blocking = [each for each in found if each.severity is Severity.ERROR]
    if blocking:
        names = sorted({each.rule for each in blocking})
        text = ngettext(
            "The draft cannot be approved: %(count)s rule forbids it.",
            "The draft cannot be approved: %(count)s rules forbid it.",
            len(names),
        )
        raise DraftBlocked(text % {"count": len(names)}, rules=names)
    warned = [each for each in found if each.severity is Severity.WARNING]
    if warned and not reason.strip():
        raise ReasonNeeded(
            _("The draft has warnings: say why it is right nevertheless."),
            rules=sorted({each.rule for each in warned}),
        )


def _conflict(now: Draft, revision: int) -> DraftConflict:
    when = timezone.localtime(now.saved_at)
    return DraftConflict(
        _(
            "%(who)s saved this draft at %(when)s, after you opened it: it is at revision %(now)s,"
            " yours began from %(revision)s. Nothing was overwritten."
        )
        % {
            "who": now.saved_by,
            "when": f"{when:%H:%M:%S}",
            "now": now.revision,
            "revision": revision,
        },
        revision=now.revision,
        saved_by=now.saved_by,
        saved_at=when.isoformat(),
    )
