"""Neighbour search in a real PostgreSQL with pgvector, started for the tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
import psycopg
import pytest

from registry.core.graphs import IndexSpec, IndexUnreadable
from registry.core.index import NeighbourIndex
from registry.core.pgvector import PgVectorSearch, SearchUnavailable, drop_unused, table_of
from routingml_site import servers

if TYPE_CHECKING:
    from registry.core.model import RoutingModel
    from registry.models import ModelVersion

WIDTH, COUNT, K = 24, 3000, 50
SPEC = IndexSpec(m=16, ef_construction=100, ef_search=128)


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The address of a PostgreSQL with pgvector, which ends with the tests of this module."""
    try:
        with servers.postgresql(pgvector=True) as server:
            yield server.url
    except servers.ServerMissing as missing:
        pytest.skip(str(missing))


def vectors(count: int, *, seed: int = 1) -> np.ndarray:
    """Return unit vectors that stand in heaps, as those of items do."""
    rng = np.random.default_rng(seed)
    heaps = np.random.default_rng(0).normal(size=(60, WIDTH))
    drawn = heaps[rng.integers(60, size=count)] + 0.4 * rng.normal(size=(count, WIDTH))
    unit: np.ndarray = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit.astype(np.float32)


@pytest.fixture(scope="module")
def index() -> NeighbourIndex:
    """An index in this process that is exact."""
    return NeighbourIndex.build(vectors(COUNT), np.arange(COUNT), SPEC, seed=1)


@pytest.fixture(scope="module")
def search(database: str, index: NeighbourIndex) -> Iterator[PgVectorSearch]:
    """The same vectors in the database."""
    with closing(PgVectorSearch.load(database, index, label="ana's")) as search:
        yield search


def test_the_nearest_are_found_with_their_exact_cosines(
    search: PgVectorSearch, index: NeighbourIndex
) -> None:
    queries = vectors(40, seed=2)
    numbers, cosines = search.search(queries, K)
    _, true = index.search_exact(queries, K)
    assert (cosines >= true[:, -1:] - 1e-6).mean() >= 0.99
    for row, query in enumerate(queries):
        own = index.vectors[numbers[row]].astype(np.float32) @ query
        assert cosines[row] == pytest.approx(own, abs=1e-6)
        assert len(set(numbers[row].tolist())) == K
    assert (np.diff(cosines, axis=1) <= 0).all()


def test_the_graph_answers_and_not_a_walk_through_the_table(
    search: PgVectorSearch, database: str
) -> None:
    query = f"[{','.join(['0.1'] * WIDTH)}]"
    with psycopg.connect(database) as connection:
        plan = connection.execute(
            f"EXPLAIN SELECT number FROM {search.table} "  # noqa: S608 -- our own name
            f"ORDER BY vector <#> '{query}'::halfvec LIMIT 50"
        ).fetchall()
    assert "Index Scan" in str(plan)


def test_more_neighbours_than_there_are_vectors_are_all_of_them(database: str) -> None:
    few = NeighbourIndex.build(vectors(7), np.arange(7), SPEC, seed=1)
    with closing(PgVectorSearch.load(database, few, label="few")) as search:
        numbers, _ = search.search(vectors(2, seed=3), K)
    assert [sorted(row) for row in numbers.tolist()] == [list(range(7))] * 2


def test_more_neighbours_than_the_graph_gives_are_found_all_the_same(
    search: PgVectorSearch, index: NeighbourIndex
) -> None:
    numbers, cosines = search.search(vectors(1, seed=4), 1500)
    assert numbers.shape == (1, 1500)
    assert cosines[0] == pytest.approx(index.search_exact(vectors(1, seed=4), 1500)[1][0], abs=1e-4)


def test_vectors_are_loaded_once_however_many_processes_ask(
    search: PgVectorSearch,
    database: str,
    index: NeighbourIndex,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(PgVectorSearch, "_fill", None)  # would fail if it were called
    with closing(PgVectorSearch.load(database, index)) as again:
        assert again.table == search.table
    with psycopg.connect(database) as connection:
        told = connection.execute("SELECT obj_description(to_regclass(%s))", [search.table])
        assert told.fetchone() == ("ana's",)


def test_vectors_go_when_the_last_version_that_has_them_goes(database: str) -> None:
    shared = NeighbourIndex.build(vectors(9, seed=6), np.arange(9), SPEC, seed=1)
    for version in ("first", "again"):
        PgVectorSearch.load(database, shared, label=version).close()
    table = table_of(shared.vectors, SPEC)
    assert table not in drop_unused(database, {"ana's", "few", "again"})
    assert drop_unused(database, {"ana's", "few"}) == [table]
    with closing(PgVectorSearch.load(database, shared, label="later")) as search:
        assert search.search(vectors(1, seed=6), 1)[0].tolist() == [[0]]


def test_other_vectors_or_another_way_of_indexing_have_a_table_of_their_own(
    search: PgVectorSearch, database: str, index: NeighbourIndex
) -> None:
    other = PgVectorSearch(database, vectors(COUNT, seed=9), SPEC)
    finer = PgVectorSearch(database, index.vectors, IndexSpec(m=24))
    assert len({search.table, other.table, finer.table}) == 3


def test_several_threads_ask_at_once(search: PgVectorSearch) -> None:
    wanted, found = search.search(vectors(5, seed=6), K)[0].tolist(), []

    def ask() -> None:
        found.append(search.search(vectors(5, seed=6), K)[0].tolist())
        search.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [wanted] * 4


def test_a_lost_connection_is_said_and_replaced_by_the_next_question(
    search: PgVectorSearch, database: str
) -> None:
    search.search(vectors(1), K)
    with psycopg.connect(database, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
    with pytest.raises(SearchUnavailable, match="VECTORS_URL"):
        search.search(vectors(1), K)
    assert search.search(vectors(1), K)[0].shape == (1, K)


def test_a_database_that_is_not_there_is_said_with_the_setting_to_look_at(
    index: NeighbourIndex,
) -> None:
    with pytest.raises(SearchUnavailable, match=r"does not answer.*VECTORS_URL"):
        PgVectorSearch.load(f"postgresql://x@127.0.0.1:{servers.free_port()}/none", index)


def test_an_index_does_not_delegate_to_a_search_of_other_vectors(
    search: PgVectorSearch,
) -> None:
    few = NeighbourIndex.build(vectors(7), np.arange(7), SPEC, seed=1)
    with pytest.raises(IndexUnreadable, match="other vectors"):
        few.delegate(search)


def test_a_site_that_names_such_a_database_answers_from_it(
    active_version: ModelVersion, tiny_model: RoutingModel, database: str, settings: Any
) -> None:
    from prediction import loader

    settings.VECTORS_URL = database
    loaded = loader.active()
    assert loaded.name == active_version.name
    search = loaded.model.base.index.elsewhere
    assert isinstance(search, PgVectorSearch)
    asked = [item for code in tiny_model.item_codes[:20] if (item := tiny_model.item(code))]
    with closing(search):
        answers = loaded.model.predict(asked)
    for here, there in zip(tiny_model.predict(asked), answers, strict=True):
        assert here.candidates[0].jobs == there.candidates[0].jobs
        assert [n.similarity for n in here.neighbours] == pytest.approx(
            [n.similarity for n in there.neighbours], abs=0.001
        )
