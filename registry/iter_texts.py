"""What people call the settings of iterative training, and what each does."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

SECTION_LABELS = {
    "sampling": _("Sampling"),
    "thresholds": _("Limits"),
    "queue": _("Queue of retrainings"),
    "training": _("Training"),
    "tuning": _("Tuning"),
    "logging": _("Logs"),
    "reports": _("Reports"),
    "schedule": _("Calendar"),
    "cache": _("Answers kept in memory"),
}
SECTION_HELP = {
    "sampling": _("Which items a quality cycle looks at."),
    "thresholds": _("From where on the answers are no longer good enough."),
    "queue": _("How requests for a retraining wait for their turn."),
    "training": _("How a version is made, and what happens to one that wins."),
    "tuning": _("Whether a candidate's own settings are searched for, and how long."),
    "logging": _("What is written down about jobs and cycles, and for how long."),
    "reports": _("What is told to whom, and how much of it is kept."),
    "schedule": _("What happens by itself, at night."),
    "cache": _("How many answers are kept, and how long."),
}
LABELS = {
    "sampling.sample_size": _("Items in a sample"),
    "sampling.strategy": _("Way of sampling"),
    "sampling.stratify_by": _("Column of the strata"),
    "sampling.seed": _("Seed"),
    "sampling.recent_days": _("Days that count as recent"),
    "sampling.least_population": _("Fewest items to draw from"),
    "thresholds.mae": _("Mean error, minutes"),
    "thresholds.trim_mae": _("Trimmed mean error, minutes"),
    "thresholds.process_match": _("Share of operations that agree"),
    "thresholds.cv": _("Spread of the work results"),
    "thresholds.least_samples": _("Fewest work results"),
    "thresholds.trim": _("Share trimmed at each end"),
    "queue.most_waiting": _("Most that wait"),
    "queue.retries": _("Repeats after a failure"),
    "queue.pause_seconds": _("Pause before a repeat, seconds"),
    "training.candidates": _("Candidates for the time model"),
    "training.folds": _("Folds"),
    "training.least_improvement": _("Improvement that wins"),
    "training.activation": _("A version that wins"),
    "training.probation_cycles": _("Quality cycles on probation"),
    "training.probation_margin": _("Worsening that ends the probation"),
    "tuning.search": _("Search"),
    "tuning.tries": _("Most tries"),
    "tuning.seconds": _("Time for the search, seconds"),
    "logging.level": _("Least severe line"),
    "logging.keep_days": _("Days that old jobs are kept"),
    "reports.keep": _("Reports kept"),
    "reports.notify": _("Told by chat and e-mail"),
    "schedule.monthly_training": _("Train on the first of the month"),
    "schedule.newest_items": _("Newest items of the monthly training"),
    "schedule.daily_cycle": _("Measure the quality each night"),
    "schedule.cycle_seconds": _("Longest quality cycle, seconds"),
    "schedule.version_days": _("Days that old versions are kept"),
    "cache.seconds": _("Seconds that an answer is kept"),
    "cache.entries": _("Most answers kept"),
}
HELP = {
    "sampling.sample_size": _("So many items are predicted and compared in one cycle."),
    "sampling.strategy": _(
        "random: each item alike; stratified: in proportion to the strata; recent_bias: rather "
        "what was routed or reported lately."
    ),
    "sampling.stratify_by": _("The item column whose values are the strata."),
    "sampling.seed": _("The same seed draws the same items from the same plant."),
    "sampling.recent_days": _("What counts as recent when recent items are preferred."),
    "sampling.least_population": _("With fewer items a cycle says that it is not measurable."),
    "thresholds.mae": _("A mean error above this, a piece, raises an alert."),
    "thresholds.trim_mae": _("The same without the largest and smallest errors."),
    "thresholds.process_match": _("A lower share raises an alert."),
    "thresholds.cv": _("Work results that scatter more than this are marked as unsteady."),
    "thresholds.least_samples": _("Operations with fewer work results are not measured."),
    "thresholds.trim": _("This share of the errors is left out at each end."),
    "queue.most_waiting": _("Further requests are set aside and move up when there is room."),
    "queue.retries": _("So often a training that failed is tried again."),
    "queue.pause_seconds": _("The pause doubles with each repeat."),
    "training.candidates": _("The ways of estimating times that are measured against each other."),
    "training.folds": _("Parts into which the items are divided for the measuring."),
    "training.least_improvement": _(
        "A version wins when its trimmed error is lower by this share: 0.05 is 5 %."
    ),
    "training.activation": _(
        "wait: an administrator activates it; automatic: it is activated at once, on probation."
    ),
    "training.probation_cycles": _(
        "For so many quality cycles a version that was activated by itself may go back."
    ),
    "training.probation_margin": _(
        "It goes back when a cycle is worse than the version before it by this share."
    ),
    "tuning.search": _("none: as declared; random or grid: tried out on the same folds."),
    "tuning.tries": _("So many combinations are tried at most."),
    "tuning.seconds": _("The search ends after this time with the best so far."),
    "logging.level": _("Less severe lines are not written to the quality log."),
    "logging.keep_days": _("The newest 100 jobs are always kept."),
    "reports.keep": _("The newest so many reports of quality cycles are kept."),
    "reports.notify": _("The events that are told where an address is configured."),
    "schedule.monthly_training": _("At 02:00, if anything changed since the last training."),
    "schedule.newest_items": _("It learns from so many of the newest routed items; 0 is all."),
    "schedule.daily_cycle": _("At 02:00."),
    "schedule.cycle_seconds": _("A quality cycle that takes longer is ended."),
    "schedule.version_days": _("Never the active version, nor the newest three."),
    "cache.seconds": _("After this time an answer is worked out again; 0 keeps none."),
    "cache.entries": _("How many answers are kept in memory; 0 keeps none."),
}
WORDS = {
    "sampling.strategy": {
        "random": _("every item alike"),
        "stratified": _("in proportion to a column"),
        "recent_bias": _("rather recent items"),
    },
    "training.candidates": {
        "baseline": _("What the nearest items took"),
        "mlp": _("A neural network"),
        "stacking": _("Several at once, weighed (compared only)"),
        "boosting": _("Boosted trees, the present way"),
    },
    "training.activation": {
        "wait": _("waits for an administrator"),
        "automatic": _("goes live at once, on probation"),
    },
    "tuning.search": {
        "none": _("no search"),
        "random": _("random tries"),
        "grid": _("one after the other"),
    },
    "reports.notify": {
        "finished": _("A training has finished"),
        "failed": _("A training has failed"),
        "better": _("A version is better"),
        "rolled_back": _("A version went back"),
    },
}
"""What the page calls the words that a setting may be; a file of settings has the words."""
