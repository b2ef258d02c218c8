"""What kinds of jobs there are, declared once: what each is called and how it may run."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TRAIN = "train"
PREDICT_BATCH = "predict_batch"
EXPORT_BATCH = "export_batch"
QUALITY_CYCLE = "quality_cycle"
LONG_JOBS = "long"
"""The cluster of long jobs, as the queue's settings name it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How jobs of a kind run.

    Attributes:
        label: its name for people.
        alone: one at a time; the others wait in the order in which they were asked for.
        long: runs in the cluster of long jobs.
        again: started once more by itself when its worker was lost.
        told: its end is told by chat and e-mail, where these are configured.
    """

    label: Promise
    alone: bool = False
    long: bool = False
    again: bool = False
    told: bool = False


KINDS: dict[str, Kind] = {
    TRAIN: Kind(_("Training"), alone=True, long=True, told=True),
    PREDICT_BATCH: Kind(_("Batch prediction"), again=True),
    EXPORT_BATCH: Kind(_("Export of a batch")),
    QUALITY_CYCLE: Kind(_("Quality cycle"), alone=True, long=True),
}
"""A training that was lost is not repeated: what killed its worker would do so again.  Nor is an
export: its rows may stand in the ERP's table already."""
