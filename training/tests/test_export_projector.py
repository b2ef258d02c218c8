"""``export_projector``: the vectors of a version as TensorBoard opens them."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from django.core.management import CommandError, call_command

if TYPE_CHECKING:
    from pathlib import Path

    from registry.core.model import RoutingModel
    from registry.models import ModelVersion

pytestmark = pytest.mark.django_db


def exported(version: ModelVersion, out: Path, *options: str) -> list[list[str]]:
    """Export and return the lines of the metadata, the heading first."""
    call_command("export_projector", version.name, str(out), *options, stdout=io.StringIO())
    text = (out / "metadata.tsv").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()]


def test_every_routed_item_has_a_vector_a_name_and_a_tier(
    active_version: ModelVersion, tiny_model: RoutingModel, tmp_path: Path
) -> None:
    heading, *lines = exported(active_version, tmp_path)
    assert heading == ["ITEM_CD", "PartNm", "SEAL_TYPE", "SIMILARITY_TIER"]
    base = tiny_model.base
    wanted = {base.raw.codes[row] for row in base.index.members.tolist()}
    assert {line[0] for line in lines} == wanted
    assert all(line[1] for line in lines)
    assert {line[3] for line in lines} <= {"HIGH", "LOW"}
    vectors = np.loadtxt(tmp_path / "vectors.tsv", delimiter="\t")
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=0.01)
    told = json.loads((tmp_path / "projector_config.json").read_text(encoding="utf-8"))
    (embedding,) = told["embeddings"]
    assert embedding["tensorName"] == "routing_candidates"
    assert embedding["tensorShape"] == list(vectors.shape) == [len(lines), vectors.shape[1]]


def test_a_sample_is_exported_where_one_is_asked_for(
    active_version: ModelVersion, tmp_path: Path
) -> None:
    assert len(exported(active_version, tmp_path, "--sample", "25")) == 1 + 25


def test_an_unknown_version_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no version"):
        call_command("export_projector", "2026.01.01_1", str(tmp_path))


def test_tensorboard_opens_the_files(active_version: ModelVersion, tmp_path: Path) -> None:
    projector = pytest.importorskip(
        "tensorboard.plugins.projector.projector_plugin", reason="TensorBoard is not installed"
    )
    exported(active_version, tmp_path, "--sample", "10")
    text = (tmp_path / "projector_config.pbtxt").read_text(encoding="utf-8")
    text_format = pytest.importorskip("google.protobuf.text_format")
    settings = pytest.importorskip("tensorboard.plugins.projector.projector_config_pb2")
    config = text_format.Parse(text, settings.ProjectorConfig())
    (embedding,) = config.embeddings
    assert embedding.tensor_name == "routing_candidates"
    tensor = projector._read_tensor_tsv_file(str(tmp_path / embedding.tensor_path))
    assert tensor.shape[0] == 10
