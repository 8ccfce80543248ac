"""The encoder through sentence-transformers' door is the encoder itself."""

from pathlib import Path

import numpy as np
import pytest

from knowledge.encoder import Encoder, encoder_id, load_encoder
from knowledge.errors import EncoderError
from knowledge.onnx_encoder import MODEL_DIR, Kind, OnnxEncoder

TEXTS = ["Học phí bao nhiêu?", "Sở Nội vụ làm gì trong kế hoạch 126?", "nghề"]


@pytest.mark.parametrize("kind", ["query", "passage"])
def test_both_ways_give_the_same_vectors(encoder: Encoder, kind: Kind) -> None:
    assert np.allclose(encoder.encode(TEXTS, kind), OnnxEncoder(MODEL_DIR).encode(TEXTS, kind), atol=1e-5)


def test_vectors_are_of_unit_length(encoder: Encoder) -> None:
    assert np.allclose(np.linalg.norm(encoder.encode(TEXTS, "passage"), axis=1), 1, atol=1e-5)


def test_a_question_is_encoded_once_and_cannot_be_changed(encoder: Encoder) -> None:
    first = encoder.question("Hỏi một lần thôi?")
    assert encoder.question("Hỏi một lần thôi?") is first
    assert encoder.question("Hỏi lần khác?") is not first
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 1


def test_a_vector_that_was_given_is_taken_and_nothing_encoded(encoder: Encoder) -> None:
    given = np.linspace(0, 1, 384, dtype=np.float32)
    encoder.remember("Ai khác đã mã hoá câu này?", given)
    np.testing.assert_array_equal(encoder.question("Ai khác đã mã hoá câu này?"), given)
    known = encoder.question("Câu này đã biết?")
    encoder.remember("Câu này đã biết?", given)
    assert encoder.question("Câu này đã biết?") is known


def test_a_question_has_the_vector_of_a_query(encoder: Encoder) -> None:
    assert np.allclose(encoder.question(TEXTS[0]), encoder.encode(TEXTS[:1], "query")[0], atol=1e-6)


def test_an_index_remembers_a_models_name_wherever_it_lies(encoder: Encoder) -> None:
    assert encoder.name == encoder_id(str(MODEL_DIR)) == "vi-e5-small"
    assert encoder_id("intfloat/multilingual-e5-base") == "intfloat/multilingual-e5-base"


def test_a_folder_without_a_model_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="LABAN_ENCODER") as raised:
        load_encoder(str(tmp_path))
    assert str(tmp_path) in str(raised.value)


def test_a_model_without_its_vocabulary_is_refused(tmp_path: Path) -> None:
    (tmp_path / "onnx").mkdir()
    (tmp_path / "onnx" / "model_qint8.onnx").touch()
    with pytest.raises(EncoderError, match=r"tokenizer\.json"):
        load_encoder(str(tmp_path))
