"""What a version folder promises: all of it, unchanged, or a named refusal."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from registry.core import artifacts
from registry.core.artifacts import (
    MANIFEST,
    Manifest,
    VersionIncompatible,
    VersionMissing,
    VersionTampered,
)
from registry.core.errors import BadInput
from registry.core.manifest import sign
from registry.core.state import State

GRAPH = b"nodes and edges" * 100
KEY = b"a key that lives elsewhere"


class Bomb:
    """Unpickling this leaves a file behind: proof that something was opened too early."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.trace,))


def write_graph(path: Path) -> None:
    path.write_bytes(GRAPH)


def states() -> dict[str, State]:
    vectors = np.random.default_rng(7).normal(size=(50, 8)).astype("float32")
    times = LinearRegression().fit(vectors[:, :3], vectors[:, 3])
    return {
        "index": State(
            meta={"space": "cosine", "dim": 8, "share": np.float32(0.5)},
            arrays={"vectors": vectors, "codes": np.array(["링-1", "B"]), "none": np.zeros((0, 3))},
            writers={"graph.bin": write_graph},
        ),
        "times": State(meta={"이름": "시간"}, estimators={"run": times}),
        "empty": State(),
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "2026.11.21_1"
    path.mkdir()
    return path


@pytest.fixture
def version(folder: Path) -> Path:
    manifest = {"name": "2026.11.21_1", "schema_hash": "abc", "profile": {"name": "seal plant"}}
    artifacts.write(folder, states(), manifest, {"backtest": {"exact_match": 0.9}}, KEY)
    return folder


def rewrite_manifest(folder: Path, key: bytes | None = None, **changes: Any) -> None:
    """Change the manifest, and sign it again when there is a key."""
    body = json.loads((folder / MANIFEST).read_text("utf-8")) | changes
    if key:
        body["signature"] = sign(Manifest.from_json(body), key)
    (folder / MANIFEST).write_text(json.dumps(body), "utf-8")


def test_what_was_written_comes_back(version: Path) -> None:
    manifest, read = artifacts.read(version, KEY)

    assert manifest.name == "2026.11.21_1"
    assert manifest.details == {"schema_hash": "abc", "profile": {"name": "seal plant"}}
    assert read.keys() == states().keys()
    assert read["index"].meta == {"space": "cosine", "dim": 8, "share": 0.5}
    assert read["times"].meta == {"이름": "시간"}
    for name, array in states()["index"].arrays.items():
        assert np.array_equal(read["index"].arrays[name], array)
        assert read["index"].arrays[name].dtype == array.dtype


def test_an_estimator_answers_as_before(version: Path) -> None:
    _, read = artifacts.read(version, KEY)
    points = np.eye(3, dtype="float32")

    before = states()["times"].estimators["run"].predict(points)
    assert np.array_equal(read["times"].estimators["run"].predict(points), before)


def test_a_file_that_a_part_wrote_itself_is_handed_back_by_path(version: Path) -> None:
    _, read = artifacts.read(version, KEY)

    assert read["index"].files == {"graph.bin": version / "index" / "graph.bin"}
    assert read["index"].files["graph.bin"].read_bytes() == GRAPH


def test_arrays_are_mapped_and_not_copied_into_memory(version: Path) -> None:
    _, read = artifacts.read(version, KEY)

    vectors = read["index"].arrays["vectors"]
    assert isinstance(vectors.base, np.memmap)
    assert not vectors.flags.writeable


def test_every_file_but_the_manifest_is_listed_with_size_and_checksum(version: Path) -> None:
    manifest = artifacts.verify(version, KEY)
    there = {path.relative_to(version).as_posix() for path in version.rglob("*") if path.is_file()}

    assert manifest.files.keys() == there - {MANIFEST}
    assert manifest.size == sum((version / path).stat().st_size for path in manifest.files)


def test_the_manifest_names_the_libraries_that_wrote_the_version(version: Path) -> None:
    libraries = artifacts.verify(version, KEY).libraries

    assert {"python", "numpy", "scikit-learn", "joblib"} <= libraries.keys()


def test_the_digest_changes_with_the_content(tmp_path: Path) -> None:
    digests = set()
    for content in (1.0, 2.0):
        folder = tmp_path / str(content)
        folder.mkdir()
        part = {"a": State(arrays={"x": np.array([content])})}
        digests.add(artifacts.write(folder, part, {"name": "n"}, {}, KEY).digest)

    assert len(digests) == 2


def test_a_figure_that_could_not_be_measured_is_null_in_the_metrics(folder: Path) -> None:
    metrics = {"wape": float("nan"), "mae": np.float64(1.5), "n": np.int64(3), "list": (1, np.inf)}
    artifacts.write(folder, {}, {"name": "n"}, metrics, KEY)

    written = json.loads((folder / artifacts.METRICS).read_text("utf-8"))
    assert written == {"wape": None, "mae": 1.5, "n": 3, "list": [1, None]}


@pytest.mark.parametrize("path", ["index/vectors.npy", "index/meta.json", "times/run.joblib",
                                  "index/graph.bin", "metrics.json"])  # fmt: skip
def test_a_flipped_byte_is_refused_before_anything_is_opened(version: Path, path: str) -> None:
    target = version / path
    content = bytearray(target.read_bytes())
    content[len(content) // 2] ^= 1
    target.write_bytes(content)

    with pytest.raises(VersionTampered, match=path) as caught:
        artifacts.read(version, KEY)
    assert caught.value.extra == {"version": "2026.11.21_1", "file": path}


def test_a_planted_pickle_never_runs(version: Path, tmp_path: Path) -> None:
    trace = tmp_path / "it ran"
    joblib.dump(Bomb(trace), version / "times" / "run.joblib")

    with pytest.raises(VersionTampered):
        artifacts.read(version, KEY)
    assert not trace.exists()


def test_a_forged_manifest_does_not_help_a_planted_pickle(version: Path, tmp_path: Path) -> None:
    trace = tmp_path / "it ran"
    forged = tmp_path / "forged"
    forged.mkdir()
    bomb = {"times": State(estimators={"run": Bomb(trace)})}
    artifacts.write(forged, bomb, {"name": "2026.11.21_1"}, {}, b"a key of the attacker")

    with pytest.raises(VersionTampered, match="signature"):
        artifacts.read(forged, KEY)
    assert not trace.exists()


def test_a_file_swapped_between_check_and_opening_never_runs(
    version: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = tmp_path / "it ran"
    verified = artifacts.verify(version, KEY)
    joblib.dump(Bomb(trace), version / "times" / "run.joblib")
    monkeypatch.setattr(artifacts, "verify", lambda *_: verified)

    with pytest.raises(VersionTampered, match="changed while"):
        artifacts.read(version, KEY)
    assert not trace.exists()


@pytest.mark.parametrize("path", ["index/vectors.npy", "metrics.json", MANIFEST])
def test_a_missing_file_is_named(version: Path, path: str) -> None:
    (version / path).unlink()

    with pytest.raises(VersionMissing, match=path):
        artifacts.verify(version, KEY)


def test_a_missing_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(VersionMissing, match="Restore its folder from a backup"):
        artifacts.verify(tmp_path / "2026.11.21_9", KEY)


def test_a_file_too_many_is_refused(version: Path) -> None:
    (version / "index" / "extra.npy").write_bytes(b"")

    with pytest.raises(VersionTampered, match=r"index/extra\.npy"):
        artifacts.verify(version, KEY)


def test_a_shortened_file_is_refused(version: Path) -> None:
    os.truncate(version / "index" / "vectors.npy", 100)

    with pytest.raises(VersionTampered, match="100 bytes instead of"):
        artifacts.verify(version, KEY)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_link_is_refused_even_to_the_same_content(version: Path, tmp_path: Path) -> None:
    target = version / "index" / "vectors.npy"
    target.rename(tmp_path / "elsewhere.npy")
    target.symlink_to(tmp_path / "elsewhere.npy")

    with pytest.raises(VersionTampered, match="it is a link"):
        artifacts.verify(version, KEY)


def test_a_changed_manifest_is_refused(version: Path) -> None:
    rewrite_manifest(version, name="2026.11.21_2")

    with pytest.raises(VersionTampered, match="signature"):
        artifacts.verify(version, KEY)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[]", b'{"format_version": 1}', b'{"format_version": 1, "files": 3}'],
)
def test_a_damaged_manifest_is_refused(version: Path, content: bytes) -> None:
    (version / MANIFEST).write_bytes(content)

    with pytest.raises(VersionTampered, match=MANIFEST):
        artifacts.verify(version, KEY)


def test_a_manifest_with_a_number_that_json_cannot_hold_is_refused(version: Path) -> None:
    rewrite_manifest(version, details={"share": float("nan")})

    with pytest.raises(VersionTampered, match=MANIFEST):
        artifacts.verify(version, KEY)


@pytest.mark.parametrize("found", [0, 2])
def test_another_format_is_incompatible_and_not_tampered(version: Path, found: int) -> None:
    rewrite_manifest(version, KEY, format_version=found)

    with pytest.raises(VersionIncompatible, match=f"format {found}.*Train a new version"):
        artifacts.verify(version, KEY)


def test_estimators_of_another_scikit_learn_are_incompatible(version: Path) -> None:
    rewrite_manifest(version, KEY, libraries={"scikit-learn": "1.2.0"})

    with pytest.raises(VersionIncompatible, match=r"scikit-learn 1\.2\.0"):
        artifacts.verify(version, KEY)


def test_without_estimators_any_scikit_learn_will_do(folder: Path) -> None:
    artifacts.write(folder, {"a": State(meta={"x": 1})}, {"name": "n"}, {}, KEY)
    rewrite_manifest(folder, KEY, libraries={"scikit-learn": "1.2.0"})

    assert artifacts.verify(folder, KEY).name == "n"


def test_the_manifest_is_written_last(folder: Path) -> None:
    def full_disk(path: Path) -> None:
        raise OSError(28, "No space left on device")

    parts = {"a": State(meta={"x": 1}), "index": State(writers={"graph.bin": full_disk})}
    with pytest.raises(OSError, match="No space"):
        artifacts.write(folder, parts, {"name": "n"}, {}, KEY)

    with pytest.raises(VersionMissing, match=MANIFEST):
        artifacts.verify(folder, KEY)


def test_a_folder_in_use_is_not_written_over(version: Path) -> None:
    with pytest.raises(BadInput, match="not empty"):
        artifacts.write(version, states(), {"name": "n"}, {}, KEY)


def test_an_empty_key_signs_nothing(folder: Path) -> None:
    with pytest.raises(BadInput, match="MODEL_SIGNING_KEY"):
        artifacts.write(folder, {}, {"name": "n"}, {}, b"")


@pytest.mark.parametrize(
    "state",
    [
        State(arrays={"x": np.array([{"a": 1}], dtype=object)}),
        State(arrays={"../x": np.zeros(1)}),
        State(meta={"x": {1, 2}}),
        State(meta={"x": float("nan")}),
        State(arrays={"x": np.zeros(1), "X": np.zeros(1)}),
    ],
    ids=["objects", "a path", "a set", "not a number", "case"],
)
def test_what_has_no_plain_form_is_not_written(folder: Path, state: State) -> None:
    with pytest.raises(ValueError, match=r"pickle|file name|plain form|JSON|case"):
        artifacts.write(folder, {"part": state}, {"name": "n"}, {}, KEY)
