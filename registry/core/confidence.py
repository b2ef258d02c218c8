"""How sure an answer is, as a probability that can be checked, and when to say "ask a planner".

The ranker's chances are relative to the candidates at hand; whether the truth is among them, and
how far a narrow win can be trusted, is learned on held-out items by a logistic regression (Platt,
1999) over a few signs of doubt.  The limit for abstention comes from the version's own
risk-coverage curve (Geifman & El-Yaniv, 2017).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from registry.core.state import State

SIGNS = ("chance", "margin", "similarity", "vote", "weakest", "surprise")
BINS = 20
MIN_CASES = 30
"""Held-out items below which nothing is fitted."""
RISK_CUT = 0.6
"""The answers above the limit shall err at most this share of what all answers err."""
MAX_ABSTENTION = 0.5
"""At most this share of held-out answers is left to a planner by the limit."""


@dataclass(frozen=True)
class Confidence:
    """Signs of doubt to a probability, and the limit under which an answer needs a planner.

    Attributes:
        weights: on (sign - mean) / scale; empty when nothing could be fitted.
        rest: chance that the truth is among the further candidates when the first is wrong.
        limit: probability under which the product abstains.
        unseen: how similar and how sure the answers about held-out items were, as histograms
            (``similarity``, ``confidence``), and those about the model's own items, each without
            itself (``known_similarity``, ``known_confidence``); empty in versions that were
            trained without.
    """

    weights: tuple[float, ...] = ()
    mean: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
    intercept: float = 0.0
    rest: float = 0.5
    limit: float = 0.3
    unseen: Mapping[str, Sequence[int]] = field(default_factory=dict)

    @classmethod
    def fit(cls, signs: np.ndarray, right: np.ndarray, later_right: np.ndarray) -> Confidence:
        """Fit on held-out items.

        Args:
            signs: (n, len(SIGNS)) of the best candidates.
            right: (n,) whether the best candidate was right.
            later_right: (n,) whether a further candidate was.
        """
        from sklearn.linear_model import LogisticRegression  # answering does without: a second

        right = right.astype(bool)
        wrong = int((~right).sum())
        rest = (float(later_right[~right].sum()) + 1.0) / (wrong + 2.0)
        if len(right) < MIN_CASES or right.all() or not right.any():
            share = (right.sum() + 1.0) / (len(right) + 2.0)
            return cls(rest=rest, limit=0.3 if share > 0.3 else 0.1)
        mean, scale = signs.mean(axis=0), signs.std(axis=0) + 1e-6
        model = LogisticRegression(C=0.3, max_iter=1000)
        model.fit((signs - mean) / scale, right)
        fitted = cls(
            tuple(model.coef_[0].tolist()),
            tuple(mean.tolist()),
            tuple(scale.tolist()),
            float(model.intercept_[0]),
            rest,
        )
        probability = fitted.probability(signs)
        return cls(**{**fitted.__dict__, "limit": _limit(probability, right)})

    def probability(self, signs: np.ndarray) -> np.ndarray:
        """Return the probability (n,) that each best candidate is right."""
        if not self.weights:
            return np.asarray(np.clip(signs[:, 0] * 0.8, 0.01, 0.95))
        odds = ((signs - self.mean) / self.scale) @ np.array(self.weights) + self.intercept
        return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))))

    def remembering(self, similarity: Sequence[float], signs: np.ndarray) -> Confidence:
        """Return the same with what live answers are compared with when drift is looked for.

        Args:
            similarity: (n,) of the best candidates of the held-out items.
            signs: (n, len(SIGNS)) of them.
        """
        unseen = {"similarity": histogram(similarity)}
        unseen["confidence"] = histogram(self.probability(signs) if len(signs) else [])
        return replace(self, unseen=unseen)

    def knowing(self, similarity: Sequence[float], sure: Sequence[float]) -> Confidence:
        """Return the same with how the model answers about its own items, each without itself.

        A live answer lies between: the held-out items were asked of a model that knew fewer, and
        from its own items the network has learned.
        """
        known = {"known_similarity": histogram(similarity), "known_confidence": histogram(sure)}
        return replace(self, unseen={**self.unseen, **known})

    def spread(self, first: float, chances: np.ndarray) -> np.ndarray:
        """Return the probability of each candidate, given that of the first.

        Args:
            first: probability of the best candidate.
            chances: (candidates,) the ranker's, best first.
        """
        left = max(float(chances[1:].sum()), 1e-9)
        later = (1 - first) * self.rest * chances[1:] / left
        return np.concatenate([[first], np.minimum(later, first)])

    def to_state(self) -> State:
        """Return everything as JSON."""
        meta: dict[str, Any] = dict(self.__dict__)
        return State(meta={k: list(v) if isinstance(v, tuple) else v for k, v in meta.items()})

    @classmethod
    def from_state(cls, state: State) -> Confidence:
        """Rebuild from ``to_state``."""
        parts: Any = {k: tuple(v) if isinstance(v, list) else v for k, v in state.meta.items()}
        return cls(**parts)


def histogram(values: Sequence[float] | np.ndarray) -> list[int]:
    """Count values from 0 to 1 in twenty bins."""
    inside = np.clip(np.asarray(values, dtype=float), 0.0, 1.0)
    return [int(count) for count in np.histogram(inside, BINS, (0.0, 1.0))[0]]


def signs_of(
    chances: np.ndarray, similarity: float, vote: float, log_odds: Sequence[float], frequency: float
) -> list[float]:
    """Return the signs of doubt of an answer.

    Args:
        chances: (candidates,) the ranker's, best first.
        similarity: cosine of the nearest item that is made like the best candidate.
        vote: the best candidate's share of the neighbours' vote.
        log_odds: of the best candidate's operations and pairs.
        frequency: log share of items with the best candidate's sequence.
    """
    second = float(chances[1]) if len(chances) > 1 else 0.0
    first = float(chances[0])
    return [
        first,
        float(np.log((first + 1e-3) / (second + 1e-3))),
        similarity,
        vote,
        float(np.clip(min(log_odds, default=-4.0), -6, 6)),
        frequency,
    ]


def _limit(probability: np.ndarray, right: np.ndarray) -> float:
    """Return the lowest limit above which answers err at most ``RISK_CUT`` of the error of all."""
    target = RISK_CUT * float(1 - right.mean())
    order = np.argsort(-probability, kind="stable")
    errors = np.cumsum(~right[order]) / np.arange(1, len(right) + 1)
    least = int(np.ceil((1 - MAX_ABSTENTION) * len(right)))
    fine = np.flatnonzero(errors <= target)
    kept = max(int(fine[-1]) + 1 if len(fine) else 0, least)
    return float(probability[order][min(kept, len(right)) - 1])
