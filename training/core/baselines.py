"""What a version has to beat: simple ways to a routing, and plain boosting for times.

All are learned from the same items as the model that stands beside them and asked about the same
later items.  None of them uses a part of the model.

scikit-learn is imported where it is used: quality pages compare with what stands here, and a web
process that had it in memory would be 50 MB larger for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from registry.core.cleaning import CleanItems, clean_items
from registry.core.items import RawItems
from registry.core.library import RoutingLibrary
from registry.core.metrics import Jobs
from registry.core.progress import Report, tell_nobody
from training.core.dataset import TrainingSet

SHOWN = 5
ASKED_AT_ONCE = 1_000
"""Items compared with all known ones between two reports."""
LEAST_TIMED = 20
"""Operations with work results under which plain boosting would learn nothing."""
ROUNDS = 100
"""Trees of plain boosting."""
ONE_HOT_VALUES = 300
"""Most values of a column that become columns of their own; the commonest are taken."""


@dataclass(frozen=True)
class Plain:
    """Items as simple methods see them: codes of text values (-1 missing) and numbers."""

    codes: np.ndarray
    numbers: np.ndarray

    @classmethod
    def of(cls, items: CleanItems, known: CleanItems) -> Plain:
        """Number the values of items as in ``known``."""
        columns = []
        for name, factor in known.texts.items():
            number = {value: i for i, value in enumerate(factor.values)}
            asked = items.texts[name]
            table = np.array([*(number.get(value, -1) for value in asked.values), -1])
            columns.append(table[asked.codes])
        told = [name for name, values in known.numbers.items() if np.isfinite(values).any()]
        numbers = [items.numbers[name] for name in told]
        size = len(items)
        return cls(
            np.column_stack(columns) if columns else np.zeros((size, 0), dtype=int),
            np.column_stack(numbers) if numbers else np.zeros((size, 0)),
        )


@dataclass(frozen=True)
class Known:
    """The items that baselines learn from."""

    data: TrainingSet
    clean: CleanItems
    plain: Plain
    rows: np.ndarray

    @classmethod
    def of(cls, data: TrainingSet) -> Known:
        """Take the routed items of a training set."""
        rows = data.library.routed
        clean = clean_items(data.raw.take(rows), data.attributes)
        return cls(data, clean, Plain.of(clean, clean), rows)

    @property
    def library(self) -> RoutingLibrary:
        """Their routings."""
        return self.data.library

    def jobs(self, place: int) -> Jobs:
        """Return the first routing of a routed item."""
        sequence = self.library.sequences_of(int(self.rows[place]))[0]
        return self.library.job_codes(self.library.jobs_of_sequence(sequence))


def plain_of(items: RawItems, known: Known) -> Plain:
    """Return asked items as simple methods see them."""
    return Plain.of(clean_items(items, known.data.attributes), known.clean)


Proposals = list[list[Jobs]]


def one_hot_nearest(known: Known, asked: Plain, report: Report = tell_nobody) -> Proposals:
    """Copy the routings of the items nearest by one-hot columns and scaled sizes."""
    from sklearn.preprocessing import OneHotEncoder

    encoder = OneHotEncoder(
        handle_unknown="infrequent_if_exist", max_categories=ONE_HOT_VALUES, dtype=np.float32
    )
    texts = known.plain.codes.shape[1]
    parts = [encoder.fit_transform(known.plain.codes)] if texts else []
    wanted = [encoder.transform(asked.codes)] if texts else []
    sizes = _logs(known.plain)
    sizes[:, np.isnan(sizes).all(axis=0)] = 0.0  # nobody knows this size: it tells nothing
    mean, scale = np.nanmean(sizes, axis=0), np.nanstd(sizes, axis=0)
    scale[scale == 0] = 1.0
    parts.append(sparse.csr_matrix(np.nan_to_num((sizes - mean) / scale)))
    wanted.append(sparse.csr_matrix(np.nan_to_num((_logs(asked) - mean) / scale)))
    table, queries = sparse.hstack(parts).tocsr(), sparse.hstack(wanted).tocsr()
    return _copy_nearest(known, table, queries, report)


def predecessor(known: Known, asked: Plain, report: Report = tell_nobody) -> Proposals:
    """Copy the nearest items by cosine of ordinal codes and sizes, blanks as 0: the old way."""
    return _copy_nearest(known, *ordinal(known, asked), report, metric="cosine")


def ordinal(known: Known, asked: Plain) -> tuple[np.ndarray, np.ndarray]:
    """Return known and asked items (items, columns) as ordinal codes and sizes, scaled."""
    table = np.nan_to_num(np.column_stack([known.plain.codes + 1.0, known.plain.numbers]))
    wanted = np.nan_to_num(np.column_stack([asked.codes + 1.0, asked.numbers]))
    mean, scale = table.mean(axis=0), table.std(axis=0) + 1e-9
    return (table - mean) / scale, (wanted - mean) / scale


def _copy_nearest(
    known: Known,
    table: np.ndarray | sparse.csr_matrix,
    asked: np.ndarray | sparse.csr_matrix,
    report: Report,
    metric: str = "euclidean",
) -> Proposals:
    from sklearn.neighbors import NearestNeighbors

    count = min(4 * SHOWN, table.shape[0])
    search = NearestNeighbors(n_neighbors=count, metric=metric, algorithm="brute").fit(table)
    found: Proposals = []
    for begin in range(0, asked.shape[0], ASKED_AT_ONCE):
        report(begin / asked.shape[0])
        part = asked[begin : begin + ASKED_AT_ONCE]
        for places in search.kneighbors(part, return_distance=False).tolist():
            found.append(list(dict.fromkeys(known.jobs(place) for place in places))[:SHOWN])
    return found


def group_commonest(
    known: Known, asked: Plain, report: Report = tell_nobody, column: str = "PART_TYPE"
) -> Proposals:
    """Propose the commonest routings of the item's group, or of the plant where it has none."""
    report(0.0)
    names = list(known.clean.texts)
    whole = _commonest([known.jobs(place) for place in range(len(known.rows))])
    if column not in names:
        return [whole] * len(asked.codes)
    position = names.index(column)
    groups: dict[int, list[Jobs]] = {}
    for place, group in enumerate(known.plain.codes[:, position].tolist()):
        groups.setdefault(group, []).append(known.jobs(place))
    best = {group: _commonest(routings) for group, routings in groups.items() if group >= 0}
    return [best.get(group, whole) for group in asked.codes[:, position].tolist()]


def plant_commonest(known: Known, asked: Plain, report: Report = tell_nobody) -> Proposals:
    """Propose the commonest routings of the plant."""
    report(0.0)
    whole = _commonest([known.jobs(place) for place in range(len(known.rows))])
    return [whole] * len(asked.codes)


SEQUENCE_BASELINES: Mapping[str, Callable[[Known, Plain, Report], Proposals]] = {
    "onehot_nearest": one_hot_nearest,
    "group_commonest": group_commonest,
    "plant_commonest": plant_commonest,
    "predecessor": predecessor,
}


def boosted_minutes(
    known: Known,
    asked: Plain,
    item: np.ndarray,
    jobs: Sequence[str],
    report: Report = tell_nobody,
) -> np.ndarray | None:
    """Return run minutes a piece by boosting on the raw columns.

    None where hardly any time is known to learn from, or nothing is asked.

    Args:
        known: what is learned from.
        asked: the asked items.
        item: (n,) which of them.
        jobs: n operation codes.
        report: told after every round; may raise to stop.
    """
    library = known.library
    actual = library.arrays["operation_log_run"]
    use = np.isfinite(actual)
    if use.sum() < LEAST_TIMED or not len(item):
        return None
    place = np.full(len(library), -1, dtype=np.int64)
    place[known.rows] = np.arange(len(known.rows))
    mine = place[library.routing_item[library.operation_routing]][use]
    from sklearn.ensemble import HistGradientBoostingRegressor

    number = {code: i for i, code in enumerate(library.names["jobs"])}
    table = np.column_stack(
        [library.arrays["operation_job"][use], known.plain.codes[mine], known.plain.numbers[mine]]
    )
    wanted = np.column_stack(
        [[number.get(job, -1) for job in jobs], asked.codes[item], asked.numbers[item]]
    )
    told = np.isfinite(table).any(axis=0)  # scikit-learn cannot bin a column without a value

    def scored(model: HistGradientBoostingRegressor, *_rows: object) -> float:
        report(model.n_iter_ / ROUNDS)
        return 0.0

    # Scoring is the one thing that is called after every round: it tells, and stops nothing early.
    model = HistGradientBoostingRegressor(
        max_iter=ROUNDS, random_state=0, scoring=scored, early_stopping=True,
        validation_fraction=None, n_iter_no_change=ROUNDS + 1,
    ).fit(table[:, told], actual[use])  # fmt: skip
    return np.asarray(np.exp(model.predict(wanted[:, told])))


def _logs(plain: Plain) -> np.ndarray:
    return np.asarray(np.log1p(np.maximum(plain.numbers, 0)))


def _commonest(routings: Sequence[Jobs]) -> list[Jobs]:
    counts: dict[Jobs, int] = {}
    for jobs in routings:
        counts[jobs] = counts.get(jobs, 0) + 1
    return [jobs for jobs, _ in sorted(counts.items(), key=lambda e: (-e[1], e[0]))[:SHOWN]]
