"""How long an operation takes on an item: log-space estimates with intervals.

What is learned is the logarithm of minutes (run: a piece, setup: an order) relative to the
operation's centre, by gradient boosting (Friedman, 2001) over the operation, the item's numbers and
its commonest words.  Targets are the robust centres of work results, combined with the standard
times where these carry information: a standard is corrected by its operation's usual ratio of
actual to standard and weighs as much as its scatter allows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from registry.core.blocks import NumberBlock
from registry.core.boosting import BoostingSpec, Examples, Grown, grow
from registry.core.features import FeatureAssembler
from registry.core.forest import Forest
from registry.core.library import RoutingLibrary
from registry.core.perceptron import Perceptron
from registry.core.progress import Progress, Silent, saying, span
from registry.core.state import State

KINDS = ("run", "setup")
LEARNING = "learning times"
MODEL_SCATTER = 0.1
"""Log scatter of an item around what attributes can tell; keeps any one target from ruling."""
OUTLIER = 2.0
"""Log minutes beyond which a time no longer counts more when words are weighed."""
SHRINK = 5.0
"""Operations' worth of doubt about what a word says."""
BATCH = 20_000
"""Operations written out at once."""
FORMS: dict[str, type[Forest] | type[Perceptron]] = {"forest": Forest, "perceptron": Perceptron}
"""What can answer for times, by the name that a version keeps."""

Grower = Callable[..., Grown[Forest] | Grown[Perceptron]]
"""Called as ``registry.core.boosting.grow`` is; learns in a way of its own."""


@dataclass(frozen=True)
class TimeTargets:
    """What the network learns from, for one kind of time.

    Attributes:
        centre: (jobs,) log minutes an operation usually takes; NaN when never known.
        ratio: (jobs,) usual log(actual / standard).
        value: (operations,) log minutes, NaN when unknown.
        weight: (operations,) trust in the value.
        actual: whether any work result exists at all.
    """

    centre: np.ndarray
    ratio: np.ndarray
    value: np.ndarray
    weight: np.ndarray
    actual: bool

    @classmethod
    def of(cls, library: RoutingLibrary, kind: str) -> TimeTargets:
        """Combine work results and standards of a library."""
        arrays, jobs = library.arrays, len(library.names["jobs"])
        job = arrays["operation_job"].astype(np.int64)
        actual = arrays[f"operation_log_{kind}"].astype(np.float64)
        count = arrays[f"operation_{kind}_count"].astype(np.float64)
        standard = arrays[f"operation_{kind}"].astype(np.float64)
        standard = np.log(np.where(standard > 0, standard, np.nan))
        both = np.isfinite(actual) & np.isfinite(standard)
        gap = (actual - standard)[both]
        everywhere = float(np.median(gap)) if len(gap) else 0.0
        ratio = _shrunk_medians(job[both], gap, jobs, everywhere)
        corrected = standard + ratio[job]
        noise = _report_noise(actual, count, corrected)
        scatter = max(_spread(actual[both] - corrected[both]), 0.05) if len(gap) else 0.3
        trust_actual = np.where(np.isfinite(actual), count / noise**2, 0.0)
        trust_standard = np.where(np.isfinite(corrected), 1 / scatter**2, 0.0)
        trust = trust_actual + trust_standard
        value = (
            trust_actual * np.nan_to_num(actual) + trust_standard * np.nan_to_num(corrected)
        ) / np.where(trust > 0, trust, np.nan)
        weight = np.where(trust > 0, 1 / (MODEL_SCATTER**2 + 1 / np.maximum(trust, 1e-9)), 0.0)
        known = np.isfinite(value)
        centre = _shrunk_medians(job[known], value[known], jobs, np.nan)
        return cls(centre, ratio, value, weight / max(weight.max(), 1e-9), bool(len(gap)))


def _report_noise(actual: np.ndarray, count: np.ndarray, other: np.ndarray) -> float:
    """Return the log scatter of a single report, from how scatter falls as reports add up."""
    gap = np.abs(actual - other)
    few, many = gap[(count == 1) & np.isfinite(gap)], gap[(count >= 8) & np.isfinite(gap)]
    if len(few) < 30 or len(many) < 30:
        return 0.3
    single, settled = np.median(few) * 1.4826, np.median(many) * 1.4826
    return float(np.sqrt(max(single**2 - settled**2, 0.05**2)))


def _spread(values: np.ndarray) -> float:
    """Return a robust standard deviation."""
    return float(np.median(np.abs(values)) * 1.4826) if len(values) else 0.0


def _shrunk_medians(
    group: np.ndarray, values: np.ndarray, groups: int, default: float, pull: float = 3.0
) -> np.ndarray:
    """Return each group's median, pulled to a default as if that had been seen ``pull`` times."""
    order = np.lexsort((values, group))
    count = np.bincount(group, minlength=groups)
    start = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int64)
    result = np.full(groups, default)
    some = count > 0
    median = values[order][(start + np.maximum(count - 1, 0) // 2)[some]]
    if np.isnan(default):
        result[some] = median
    else:
        result[some] = (count[some] * median + pull * default) / (count[some] + pull)
    return result


class TimeModel:
    """Log minutes of an operation on an item, run and setup.

    Attributes:
        columns: features the trees look at.
        forests: run and setup, relative to ``centre``.
        centre: (2, jobs) log minutes; NaN for an operation whose time nobody knows.
        known: (2, jobs) whether work results exist for the operation.
    """

    def __init__(
        self,
        columns: np.ndarray,
        forests: tuple[Forest | Perceptron, ...],
        centre: np.ndarray,
        known: np.ndarray,
    ) -> None:
        self.columns, self.forests = columns, forests
        self.centre, self.known = centre, known

    @classmethod
    def fit(
        cls,
        features: sparse.csr_matrix,
        assembler: FeatureAssembler,
        library: RoutingLibrary,
        rows: np.ndarray,
        spec: BoostingSpec,
        *,
        seed: int,
        progress: Progress | None = None,
        grower: Grower = grow,
    ) -> tuple[TimeModel, np.ndarray]:
        """Learn from routed items.

        Args:
            features: (len(rows), width) of the routed items.
            assembler: what the features are.
            library: the items' operations and times.
            rows: their rows in the library.
            spec: shape and training of the boosting.
            seed: of the rows chosen where there are too many.
            progress: told after every round.
            grower: learns from the examples; boosting unless another way has won.

        Returns:
            The model, and (2, operations) log(actual / estimate), NaN without work results.
        """
        work = Operations(features, assembler, library, rows)
        targets = {kind: TimeTargets.of(library, kind) for kind in KINDS}
        columns = work.telling_columns(list(targets.values()), spec.words)
        seen = sparse.csr_matrix(features[:, columns])
        forests: list[Forest | Perceptron] = []
        known, residuals = [], []
        for number, (kind, target) in enumerate(targets.items()):
            part = span(progress or Silent(), number / len(KINDS), (number + 1) / len(KINDS))
            examples = work.examples(target, seen, spec.max_rows, seed)
            grown = grower(examples, spec, seed=seed, report=saying(part, LEARNING))
            forests.append(grown.forest)
            counts = library.arrays[f"operation_{kind}_count"]
            known.append(np.bincount(work.job[counts > 0], minlength=work.jobs) > 0)
            estimate = work.estimates(grown, seen) + target.centre[work.job]
            residuals.append(library.arrays[f"operation_log_{kind}"] - estimate)
        centre = np.stack([target.centre for target in targets.values()])
        model = cls(columns, tuple(forests), centre, np.stack(known))
        return model, np.stack(residuals).astype(np.float32)

    def predict(self, features: sparse.csr_matrix, item: np.ndarray, job: np.ndarray) -> np.ndarray:
        """Return log minutes (2, n), run and setup, NaN where nobody knows.

        Args:
            features: (items, width) of the asked items.
            item: (n,) which of them.
            job: (n,) operation numbers.
        """
        figures = self._figures(features)
        estimates = np.stack([forest.predict(figures, item, job) for forest in self.forests])
        return np.asarray(estimates + self.centre[:, job])

    def _figures(self, features: sparse.csr_matrix) -> np.ndarray:
        """Return the columns (items, columns) that the trees look at."""
        place = self._places[np.minimum(features.indices, len(self._places) - 1)]
        row = np.repeat(np.arange(features.shape[0]), np.diff(features.indptr))
        kept = place >= 0
        figures = np.zeros((features.shape[0], len(self.columns)), dtype=features.dtype)
        figures[row[kept], place[kept]] = features.data[kept]
        return figures

    @cached_property
    def _places(self) -> np.ndarray:
        """Where each feature stands among the columns, -1 where it does not, as the last one."""
        places = np.full(int(self.columns.max(initial=-1)) + 2, -1, dtype=np.int64)
        places[self.columns] = np.arange(len(self.columns))
        return places

    def to_state(self) -> State:
        """Return trees and centres."""
        arrays = {"columns": self.columns, "centre": self.centre, "known": self.known}
        meta = {}
        for kind, forest in zip(KINDS, self.forests, strict=True):
            state = forest.to_state()
            arrays |= {f"{kind}.{name}": array for name, array in state.arrays.items()}
            form = next(name for name, each in FORMS.items() if isinstance(forest, each))
            meta[kind] = dict(state.meta) | {"form": form}
        return State(meta=meta, arrays=arrays)

    @classmethod
    def from_state(cls, state: State) -> TimeModel:
        """Rebuild from ``to_state``."""
        forests: list[Forest | Perceptron] = []
        for kind in KINDS:
            prefix = f"{kind}."
            own = {k[len(prefix) :]: v for k, v in state.arrays.items() if k.startswith(prefix)}
            meta = dict(state.meta[kind])
            form = FORMS[meta.pop("form", "forest")]
            forests.append(form.from_state(State(meta=meta, arrays=own)))
        arrays = state.arrays
        return cls(arrays["columns"], tuple(forests), arrays["centre"], arrays["known"])


class Operations:
    """The routed items' operations: which item and operation each is about."""

    def __init__(
        self,
        features: sparse.csr_matrix,
        assembler: FeatureAssembler,
        library: RoutingLibrary,
        rows: np.ndarray,
    ) -> None:
        self.features, self.assembler = features, assembler
        self.jobs = len(library.names["jobs"])
        self.job = library.arrays["operation_job"].astype(np.int64)
        place = np.full(len(library), -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        self.item = place[library.routing_item[library.operation_routing]]

    def telling_columns(self, targets: Sequence[TimeTargets], words: int) -> np.ndarray:
        """Return the columns of all numbers, and of the words that tell most about times."""
        numbers: list[int] = []
        texts: list[int] = []
        assembler = self.assembler
        for block, offset in zip(assembler.blocks, assembler.offsets[:-1].tolist(), strict=True):
            if isinstance(block, NumberBlock):
                numbers += [offset, offset + 1]
            else:
                texts += range(offset, offset + block.width)
        marked = (self.features[:, texts] > 0).astype(np.float32)
        told = sum((self._told_by(marked, target) for target in targets), np.zeros(len(texts)))
        # Columns on the same items say the same thing (a word that is the whole value).
        marks = np.random.default_rng(0).standard_normal(marked.shape[0])
        signature = np.round(np.asarray(marked.T @ marks), 4)
        chosen: dict[float, int] = {}
        for column in np.argsort(-told, kind="stable").tolist():
            if len(chosen) == words or told[column] <= 0:
                break
            chosen.setdefault(float(signature[column]), texts[column])
        return np.array(numbers + list(chosen.values()), dtype=np.int32)

    def _told_by(self, marked: sparse.csr_matrix, target: TimeTargets) -> np.ndarray:
        """Return for each word the squared error that its own centre of each operation removes."""
        relative, known = self._relative(target)
        shape = (marked.shape[0], self.jobs)
        at = (self.item[known], self.job[known])
        trust = sparse.csr_matrix((target.weight[known], at), shape=shape)
        gap = np.clip(relative, -OUTLIER, OUTLIER) * target.weight[known]
        total = sparse.csr_matrix((gap, at), shape=shape)
        mean = np.asarray(total.sum(axis=0)) / np.maximum(np.asarray(trust.sum(axis=0)), 1e-9)
        weight = (marked.T @ trust).toarray()
        off = (marked.T @ total).toarray() - weight * mean
        return np.asarray((off**2 / (weight + SHRINK)).sum(axis=1))

    def _relative(self, target: TimeTargets) -> tuple[np.ndarray, np.ndarray]:
        """Return log minutes relative to the operation's centre, where known, and where that is."""
        known = np.flatnonzero(np.isfinite(target.value))
        return target.value[known] - target.centre[self.job[known]], known

    def examples(
        self, target: TimeTargets, seen: sparse.csr_matrix, max_rows: int, seed: int
    ) -> Examples:
        """Return what one kind of time is learned from: operations whose time is known."""
        relative, known = self._relative(target)
        if len(known) > max_rows:
            rng = np.random.default_rng(seed)
            some = np.sort(rng.choice(len(known), max_rows, replace=False))
            relative, known = relative[some], known[some]
        return Examples(self._rows(known, seen), relative, target.weight[known], self.item[known])

    def estimates(
        self, grown: Grown[Forest] | Grown[Perceptron], seen: sparse.csr_matrix
    ) -> np.ndarray:
        """Return what trees say (operations,) about every operation."""
        everything = np.arange(len(self.job))
        parts = [
            grown.predict(self._rows(everything[i : i + BATCH], seen))
            for i in range(0, len(everything), BATCH)
        ]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _rows(self, operations: np.ndarray, seen: sparse.csr_matrix) -> np.ndarray:
        """Return (len(operations), 1 + columns) float32: operation number, then features."""
        table = np.empty((len(operations), 1 + seen.shape[1]), dtype=np.float32)
        table[:, 0] = self.job[operations]
        for i in range(0, len(operations), BATCH):
            part = slice(i, i + BATCH)
            table[part, 1:] = seen[self.item[operations[part]]].toarray()
        return table
