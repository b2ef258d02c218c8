"""Ask the active version: find the items, answer from the cache or the model, keep a record."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from prediction import loader, telemetry
from prediction.core.asking import Asked, ItemError, again, described, items_of, named
from prediction.core.cache import AnswerCache, Options, key_of
from prediction.core.summary import asked_as_json, summary_as_json
from prediction.core.weights import of_profile
from prediction.models import Channel, PredictionRequest
from prediction.services import newcomers, runtime
from registry.core.errors import BadInput, RoutingMLError
from registry.core.mapping import ColumnMap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registry.core.columns import Column
    from registry.core.routing import Item, Prediction

log = logging.getLogger(__name__)

KEPT_DESCRIPTIONS = 50
"""A request of more items than this keeps their codes, not their attributes."""


class TooManyItems(BadInput):
    """A request asks for more items than one request may."""

    code = "too_many_items"


class NothingAsked(BadInput):
    """A request names no item."""

    code = "nothing_asked"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered: predictions in the order asked, and why others are missing.

    ``ignored`` names the columns of described items that the version does not use.
    """

    model_version: str
    predictions: tuple[Prediction, ...]
    errors: tuple[ItemError, ...]
    ignored: tuple[str, ...]
    seconds: float
    request: PredictionRequest | None = None

    @property
    def abstained(self) -> int:
        """How many items need a planner."""
        return sum(prediction.abstained for prediction in self.predictions)


def predict(
    *,
    codes: Sequence[str] = (),
    items: Sequence[Item] = (),
    records: Sequence[Mapping[str, object]] = (),
    top_k: int | None = None,
    leave_out: bool = False,
    explain: bool = True,
    feature_weights: Mapping[str, float] | None = None,
    channel: Channel,
    by: str = "",
    limit: int | None = None,
    record: bool = True,
    loaded: loader.LoadedModel | None = None,
) -> Answer:
    """Answer for items named by code or described, with ``loaded`` or the active version.

    ``items`` carry canonical column names; ``records`` the ERP's or the product's, in any case.
    ``top_k`` is the runtime parameter when it is not given.

    Raises:
        NothingAsked: neither codes nor items.
        TooManyItems: more than ``limit`` (or the setting ``PREDICTION_MAX_ITEMS``).
        RoutingMLError: no version is active, or it cannot be read.
    """
    started = time.perf_counter()
    check_size(len(codes) + len(items) + len(records), limit)
    loaded = loaded or loader.active()
    top_k = top_k or runtime.current().top_k
    options = Options(top_k, leave_out, explain, dict(feature_weights or {}))
    columns = columns_of(loaded)
    told_of, ignored = items_of(records, columns.items)
    asked = [
        *newcomers.look_up(named(codes, loaded.model.item), columns),
        *described([*items, *told_of], settings.PREDICTION_MAX_TEXT),
    ]
    predictions, failures = answer(loaded, [one.item for one in asked if one.item], options)
    errors = [one.error for one in asked if one.error] + failures
    seconds = time.perf_counter() - started
    told = Answer(loaded.name, tuple(predictions), tuple(errors), tuple(ignored), seconds)
    _count(told, channel)
    row = _record(told, asked, options, channel, by) if record else None
    return replace(told, request=row)


def reopen(
    row: PredictionRequest,
    place: int | None = None,
    feature_weights: Mapping[str, float] | None = None,
) -> Answer:
    """Answer a stored question again, all of it or one place of it; leaves no new record.

    The weights are those it was asked with when none are given.

    Raises:
        RoutingMLError: no version is active, or it cannot be read.
    """
    started = time.perf_counter()
    loaded = loader.active()
    weights = weights_asked(row) if feature_weights is None else feature_weights
    options = Options(row.top_k, row.leave_out, place is not None, dict(weights))
    stored = row.items if place is None else row.items[place : place + 1]
    asked = [again(one, loaded.model.item) for one in stored]
    asked = newcomers.look_up(asked, columns_of(loaded))
    predictions, failures = answer(loaded, [one.item for one in asked if one.item], options)
    errors = [one.error for one in asked if one.error] + failures
    seconds = time.perf_counter() - started
    return Answer(loaded.name, tuple(predictions), tuple(errors), (), seconds, row)


def weights_asked(row: PredictionRequest) -> dict[str, float]:
    """Return the weights that a stored question was asked with, empty for the version's own."""
    kept: dict[str, float] = row.results.get("feature_weights", {})
    return kept


def item_asked(row: PredictionRequest, place: int) -> Item | None:
    """Return one item of a stored question, None when nobody knows it any more.

    Raises:
        RoutingMLError: no version is active.
    """
    loaded = loader.active()
    asked = [again(row.items[place], loaded.model.item)]
    return newcomers.look_up(asked, columns_of(loaded))[0].item


def weights_of(profile: object) -> dict[str, float]:
    """Return the factors of a weight profile for the attributes the active version looks at.

    Raises:
        BadInput: it is no profile.
        RoutingMLError: no version is active.
    """
    return of_profile(profile, attributes_of(loader.active()))


def attributes_of(loaded: loader.LoadedModel) -> list[Column]:
    """Return the columns of items that a version looks at."""
    looked_at = set(loaded.model.attributes)
    return [column for column in columns_of(loaded).attributes if column.name in looked_at]


def answer(
    loaded: loader.LoadedModel, items: Sequence[Item], options: Options
) -> tuple[list[Prediction], list[ItemError]]:
    """Answer from the cache; ask the model once for all that are not in it."""
    kept = _cache()
    keys = [key_of(loaded.identity, item, options) for item in items]
    found = {key: value for key in keys if (value := kept.get(key)) is not None}
    missing = {key: item for key, item in zip(keys, items, strict=True) if key not in found}
    telemetry.count_lookups(hits=len(items) - len(missing), misses=len(missing))
    fresh, failures = _ask(loaded, missing, options) if missing else ({}, [])
    for key, prediction in fresh.items():
        kept.put(key, prediction)
    found |= fresh
    mark = runtime.current().marked
    return [mark(found[key]) for key in keys if key in found], failures


def check_size(count: int, limit: int | None = None) -> None:
    """Refuse an empty question and one that is too long.

    Raises:
        NothingAsked: no items.
        TooManyItems: more than ``limit`` (or the setting ``PREDICTION_MAX_ITEMS``).
    """
    most = settings.PREDICTION_MAX_ITEMS if limit is None else limit
    if count == 0:
        raise NothingAsked("Name at least one item code, or describe at least one item.")
    if count > most:
        message = f"{count:,} items in one request: at most {most:,}. Split them, or use a file."
        raise TooManyItems(message, limit=most, count=count)


@lru_cache(maxsize=1)
def columns_of(loaded: loader.LoadedModel) -> ColumnMap:
    """Return the profile that a version was trained with."""
    return ColumnMap.from_json(loaded.model.profile)


_answers: AnswerCache[Prediction] = AnswerCache(0, 0.0, time.monotonic)


def _cache() -> AnswerCache[Prediction]:
    """Return the kept answers, as many and for as long as is in force now."""
    now = runtime.current()
    _answers.size, _answers.seconds = now.cache_size, now.cache_seconds
    return _answers


def forget() -> None:
    """Drop every kept answer of this process, and look at the parameters anew."""
    _answers.clear()
    runtime.forget()


def _ask(
    loaded: loader.LoadedModel, items: Mapping[bytes, Item], options: Options
) -> tuple[dict[bytes, Prediction], list[ItemError]]:
    """Ask the model for a batch; when the batch is refused, find out whose fault it is."""
    try:
        answers = _model_answers(loaded, list(items.values()), options)
        return dict(zip(items, answers, strict=True)), []
    except RoutingMLError as error:
        if len(items) == 1:
            (item,) = items.values()
            return {}, [ItemError(item.code, error.code, error.message)]
    found: dict[bytes, Prediction] = {}
    errors: list[ItemError] = []
    for key, item in items.items():
        one, failed = _ask(loaded, {key: item}, options)
        found |= one
        errors += failed
    return found, errors


def _model_answers(
    loaded: loader.LoadedModel, items: Sequence[Item], options: Options
) -> Sequence[Prediction]:
    return loaded.model.predict(
        items,
        top_k=options.top_k,
        leave_out=options.leave_out,
        explain=options.explain,
        feature_weights=options.feature_weights or None,
    )


def _count(told: Answer, channel: Channel) -> None:
    telemetry.count_request(
        channel=channel,
        seconds=told.seconds,
        answered=len(told.predictions) - told.abstained,
        abstained=told.abstained,
        errors=len(told.errors),
    )
    log.info(
        "prediction.request.answered",
        extra={
            "version": told.model_version,
            "items": len(told.predictions) + len(told.errors),
            "errors": len(told.errors),
            "seconds": round(told.seconds, 4),
        },
    )


def _record(
    told: Answer, asked: Sequence[Asked], options: Options, channel: Channel, by: str
) -> PredictionRequest:
    return PredictionRequest.objects.create(
        asked_by=by[:254],
        channel=channel,
        model_version=told.model_version,
        top_k=options.top_k,
        leave_out=options.leave_out,
        first_item=asked[0].code[:200],
        item_count=len(asked),
        abstained_count=told.abstained,
        error_count=len(told.errors),
        milliseconds=round(told.seconds * 1000, 3),
        items=asked_as_json(asked, with_attributes=len(asked) <= KEPT_DESCRIPTIONS),
        results=summary_as_json(told.predictions, told.errors, options.feature_weights),
    )
