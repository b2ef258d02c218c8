"""Which candidate comes first, and how much each kind of evidence counts.

A conditional logit (McFadden, 1974): a candidate's chance is the softmax of its weighted scores
among the candidates of the same item.  The weights are fitted on items that the network has not
seen, pulled towards a prior; the fewer those items, the stronger the pull, so that a small plant is
not ranked by chance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from registry.core.candidates import SCORES, Pool
from registry.core.state import State

PRIOR = np.array([0.3, 0.3, 0.3, 0.0, 0.3, 0.2, 1.2, -1.0])
"""Weights in the order of ``SCORES`` before anything is measured: simple habits count most, because
where nothing can be measured nothing was learned either."""
PULL = 6.0
"""Strength of the pull towards the prior, in held-out items."""


class Ranker:
    """Weights on the scores of candidates."""

    def __init__(self, weights: np.ndarray | None = None) -> None:
        self.weights = PRIOR if weights is None else np.asarray(weights, dtype=np.float64)

    @classmethod
    def fit(cls, pools: Sequence[Pool], right: Sequence[np.ndarray]) -> Ranker:
        """Fit the weights.

        Args:
            pools: candidates of held-out items.
            right: for each pool (candidates,) whether the candidate is a valid routing.
        """
        from scipy.optimize import minimize  # answering does without: a third of a second

        usable = [
            (p.scores, r) for p, r in zip(pools, right, strict=True) if r.any() and not r.all()
        ]
        if not usable:
            return cls()
        scores = np.vstack([s for s, _ in usable])
        truth = np.concatenate([r for _, r in usable])
        start = np.concatenate([[0], np.cumsum([len(r) for _, r in usable])[:-1]])
        group = np.repeat(np.arange(len(usable)), [len(r) for _, r in usable])

        def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
            utility = scores @ weights
            chance = _softmax(utility, start, group)
            hit = np.add.reduceat(np.where(truth, chance, 0.0), start)
            posterior = np.where(truth, chance, 0.0) / np.maximum(hit, 1e-12)[group]
            pull = weights - PRIOR
            value = -np.log(np.maximum(hit, 1e-12)).sum() + PULL * float(pull @ pull)
            return value, -scores.T @ (posterior - chance) + 2 * PULL * pull

        bounds = [(0.0, None)] * (len(SCORES) - 1) + [(None, None)]
        fitted = minimize(loss, PRIOR, jac=True, method="L-BFGS-B", bounds=bounds)
        return cls(fitted.x)

    def chances(self, pool: Pool) -> np.ndarray:
        """Return the chance (candidates,) of each candidate among its pool."""
        utility = pool.scores @ self.weights
        raised = np.exp(utility - utility.max())
        return np.asarray(raised / raised.sum())

    def to_state(self) -> State:
        """Return the weights by name."""
        return State(meta=dict(zip(SCORES, self.weights.tolist(), strict=True)))

    @classmethod
    def from_state(cls, state: State) -> Ranker:
        """Rebuild from ``to_state``."""
        return cls(np.array([state.meta[name] for name in SCORES]))


def _softmax(utility: np.ndarray, start: np.ndarray, group: np.ndarray) -> np.ndarray:
    top = np.maximum.reduceat(utility, start)
    raised = np.exp(utility - top[group])
    return np.asarray(raised / np.add.reduceat(raised, start)[group])
