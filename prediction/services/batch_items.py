"""One item of a batch, asked for again by itself: so it can be seen, understood and decided."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from prediction import loader
from prediction.core.asking import asked_later
from prediction.models import Channel
from prediction.services import batch_jobs, item_files, predictions
from registry.core.errors import RoutingMLError

if TYPE_CHECKING:
    from prediction.services.predictions import Answer
    from registry.models import Job


class NotInBatch(RoutingMLError):
    """No item of the batch has this code."""

    code = "not_in_batch"


def ask_again(job: Job, code: str, *, by: str) -> Answer:
    """Ask for one item as the batch did; the answer is recorded as one of its own.

    Raises:
        NotInBatch: the batch has no such item.
        NoResult: what the batch was asked is gone.
        RoutingMLError: no version is active.
    """
    options = {"top_k": job.parameters["top_k"], "leave_out": job.parameters["leave_out"]}
    asked = _asked(job, code.strip())
    return predictions.predict(**asked, **options, channel=Channel.PAGE, by=by)


def _asked(job: Job, code: str) -> dict[str, Any]:
    """Return what ``predict`` needs: the code of a known item, or the item as it is described."""
    path = batch_jobs.question_path(job)
    if path.name == batch_jobs.ASKED:
        codes, items = asked_later(json.loads(path.read_text(encoding="utf-8")))
        found = next((item for item in items if item.code == code), None)
    else:
        columns = predictions.columns_of(loader.active())
        is_named = item_files.names_only(path, columns)
        codes = item_files.read_codes(path, columns) if is_named else []
        found = None if is_named else item_files.find(path, columns, code)
    if code in codes:
        return {"codes": [code]}
    if found is None:
        told = {"code": code[:100], "number": job.pk}
        raise NotInBatch(_("Batch %(number)s has no item %(code)s.") % told)
    return {"items": [found]}
