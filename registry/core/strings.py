"""Many strings as two arrays, so that a version's texts are mapped from disk and never parsed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np


class StringTable(Sequence[str]):
    """An immutable list of strings kept as UTF-8 bytes and offsets.

    Attributes:
        data: (bytes,) uint8, all strings laid end to end.
        offsets: (n + 1,) int64.
    """

    __slots__ = ("data", "offsets")

    def __init__(self, data: np.ndarray, offsets: np.ndarray) -> None:
        self.data, self.offsets = data, offsets

    @classmethod
    def of(cls, strings: Sequence[str]) -> StringTable:
        """Pack strings."""
        encoded = [text.encode("utf-8", "surrogatepass") for text in strings]
        lengths = np.fromiter((len(text) for text in encoded), np.int64, len(encoded))
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError(index)
        start, end = self.offsets[index], self.offsets[index + 1]
        return self.data[start:end].tobytes().decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        whole = self.data.tobytes()
        ends = self.offsets.tolist()
        for start, end in itertools.pairwise(ends):
            yield whole[start:end].decode("utf-8", "surrogatepass")

    def take(self, rows: np.ndarray) -> StringTable:
        """Return the strings at the given places, in that order."""
        return StringTable.of([self[int(row)] for row in rows])


class CodeBook:
    """Unique codes with their place, found by binary search in mapped arrays.

    Attributes:
        codes: the codes in row order.
        order: (n,) rows sorted by code.
    """

    __slots__ = ("codes", "order")

    def __init__(self, codes: StringTable, order: np.ndarray) -> None:
        self.codes, self.order = codes, order

    @classmethod
    def of(cls, codes: Sequence[str]) -> CodeBook:
        """Index codes."""
        order = np.array(sorted(range(len(codes)), key=codes.__getitem__), dtype=np.int32)
        return cls(StringTable.of(codes), order)

    def __len__(self) -> int:
        return len(self.codes)

    def row(self, code: str) -> int | None:
        """Return the row of a code, None when it is not there."""
        low, high = 0, len(self.order)
        while low < high:
            middle = (low + high) // 2
            if self.codes[int(self.order[middle])] < code:
                low = middle + 1
            else:
                high = middle
        if low < len(self.order) and self.codes[int(self.order[low])] == code:
            return int(self.order[low])
        return None
