"""Long lists of items, a batch at a time: one version answers them all, and memory stays small."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from prediction import loader
from prediction.models import Channel
from prediction.services import item_files, predictions
from prediction.services.item_files import ItemBatch
from prediction.services.predictions import Answer

if TYPE_CHECKING:
    from pathlib import Path

    from registry.core.routing import Item

BATCH = 500
"""Items that are read, answered and written before the next ones are."""

EXPLAINED = 5
"""Most items whose explanations are worked out."""

Tick = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Question:
    """What a long list asks: how many items, and under which options."""

    loaded: loader.LoadedModel
    total: int
    top_k: int | None
    leave_out: bool
    codes: Sequence[str] = ()
    items: Sequence[Item] = ()
    path: Path | None = None
    channel: Channel = Channel.COMMAND
    by: str = ""

    @property
    def explain(self) -> bool:
        """Whether somebody will read the explanations: not those of a long list."""
        return self.total <= EXPLAINED

    def answers(self, tick: Tick) -> Iterator[Answer]:
        """Yield an answer for each batch; ``tick`` hears how many items it had.

        Raises:
            RoutingMLError: the file cannot be read on.
        """
        if self.path is None:
            for start in range(0, self.total, BATCH):
                codes = self.codes[start : start + BATCH]
                items = list(self.items[start : start + BATCH])
                yield self._ask(ItemBatch(items, []), codes)
                tick(len(codes) + len(items))
            return
        columns = predictions.columns_of(self.loaded)
        for batch in item_files.read_batches(self.path, columns, BATCH):
            yield self._ask(batch)
            tick(len(batch.items) + len(batch.errors))

    def _ask(self, batch: ItemBatch, codes: Sequence[str] = ()) -> Answer:
        unread = tuple(batch.errors)
        if not batch.items and not codes:
            return Answer(self.loaded.name, (), unread, (), 0.0)
        answer = predictions.predict(
            codes=codes,
            items=batch.items,
            top_k=self.top_k,
            leave_out=self.leave_out,
            explain=self.explain,
            channel=self.channel,
            by=self.by,
            limit=BATCH,
            loaded=self.loaded,
        )
        return replace(answer, errors=answer.errors + unread)


def ask_for_codes(codes: Sequence[str], *, top_k: int | None, leave_out: bool) -> Question:
    """Ask for items of the ERP by their codes.

    Raises:
        NothingAsked: there is no code.
        RoutingMLError: no version is active.
    """
    predictions.check_size(len(codes), len(codes))
    return Question(loader.active(), len(codes), top_k, leave_out, codes=codes)


def ask_for_file(path: Path, *, top_k: int | None, leave_out: bool) -> Question:
    """Ask for the items that a file describes, under the columns the version was trained with.

    A file with nothing but codes asks for items that are known.

    Raises:
        RoutingMLError: no version is active, or the file is no table of items.
    """
    loaded = loader.active()
    columns = predictions.columns_of(loaded)
    if item_files.names_only(path, columns):
        codes = item_files.read_codes(path, columns)
        predictions.check_size(len(codes), len(codes))
        return Question(loaded, len(codes), top_k, leave_out, codes=codes)
    total = item_files.count_rows(path, columns)
    return Question(loaded, total, top_k, leave_out, path=path)
