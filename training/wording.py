"""What people read about the ways to learn times."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from training.core.specs import BASELINE, BOOSTING, MLP, STACKING

CANDIDATES = {
    BOOSTING: _("Boosted trees, the present way"),
    BASELINE: _("What the nearest items took"),
    MLP: _("A neural network"),
    STACKING: _("Several at once, weighed (compared only)"),
}
