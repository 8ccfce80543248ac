"""The encoder's few lines of ONNX: unit vectors, the same alone and in company."""

import base64
from pathlib import Path

import numpy as np
import pytest

from knowledge.onnx_encoder import MODEL_DIR, OnnxEncoder, pack, unpack

TEXTS = [
    "học phí",
    "Chỉ tiêu phân luồng đến năm 2025 là bao nhiêu phần trăm học sinh tốt nghiệp trung học cơ sở?",
    "a",
    "😀",
    "",
]


@pytest.fixture(scope="module")
def onnx() -> OnnxEncoder:
    return OnnxEncoder(MODEL_DIR)


def test_vectors_are_of_unit_length(onnx: OnnxEncoder) -> None:
    vectors = onnx.encode(TEXTS, "query")
    assert vectors.shape == (len(TEXTS), onnx.dimension) == (5, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_text_has_the_same_vector_alone_and_in_a_batch(onnx: OnnxEncoder) -> None:
    together = onnx.encode(TEXTS, "query")
    alone = np.vstack([onnx.encode([text], "query") for text in TEXTS])
    # Not quite: the int8 scales are of the whole batch.
    assert (together * alone).sum(axis=1).min() > 0.99
    assert (together @ alone.T).argmax(axis=1).tolist() == [0, 1, 2, 3, 4]


def test_the_order_of_a_batch_larger_than_one_run_is_kept(onnx: OnnxEncoder) -> None:
    texts = [f"{'rất ' * (n % 7)}số {n}" for n in range(20)]
    backwards = onnx.encode(texts[::-1], "passage")[::-1]
    assert (onnx.encode(texts, "passage") @ backwards.T).argmax(axis=1).tolist() == list(range(20))


def test_no_text_gives_no_vector(onnx: OnnxEncoder) -> None:
    assert onnx.encode([], "query").shape == (0, 384)


def test_questions_and_passages_are_encoded_differently(onnx: OnnxEncoder) -> None:
    assert not np.allclose(onnx.encode(["học phí"], "query"), onnx.encode(["học phí"], "passage"), atol=1e-3)


def test_what_means_the_same_lies_nearer(onnx: OnnxEncoder) -> None:
    question = onnx.encode(["hoc phi bao nhieu"], "query")[0]
    fee, weather = onnx.encode(["Mức thu học phí của học sinh", "Ngày mai trời nắng nóng"], "passage")
    assert question @ fee > question @ weather


def test_a_text_beyond_the_longest_is_cut(onnx: OnnxEncoder) -> None:
    assert onnx.tokenize(["học " * 3000])["input_ids"].shape == (1, 512)


@pytest.mark.parametrize("missing", ["onnx/model_qint8.onnx", "tokenizer.json"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    (tmp_path / "onnx").mkdir()
    for name in {"onnx/model_qint8.onnx", "tokenizer.json"} - {missing}:
        (tmp_path / name).touch()
    with pytest.raises(FileNotFoundError, match="restore it from the repository") as raised:
        OnnxEncoder(tmp_path)
    assert str(tmp_path / missing) in str(raised.value)


def test_a_vector_arrives_as_it_was_sent(onnx: OnnxEncoder) -> None:
    vector = onnx.encode(["học phí"], "query")[0]
    np.testing.assert_array_equal(unpack(pack(vector)), vector)


@pytest.mark.parametrize(
    "packed",
    [
        "",
        "not base64!",
        base64.b64encode(bytes(10)).decode(),
        base64.b64encode(b"\xff" * 1536).decode(),
        3,
        None,
    ],
)
def test_what_is_no_vector_is_refused(packed: object) -> None:
    with pytest.raises(ValueError, match="embedding"):
        unpack(packed)
