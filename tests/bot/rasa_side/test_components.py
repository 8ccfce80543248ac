"""The graph components: tokens, copies without diacritics, dense features, entities."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, FEATURE_TYPE_SEQUENCE, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import featurizer
from bot.components.diacritics import DiacriticFreeCopies
from bot.components.featurizer import OnnxFeaturizer
from bot.components.gazetteer_extractor import GazetteerEntityExtractor
from bot.components.tokenizer import VietnameseTokenizer
from knowledge.onnx_encoder import pack

TOKENIZER = VietnameseTokenizer(VietnameseTokenizer.get_default_config())


@pytest.fixture
def storage(tmp_path: Path) -> LocalModelStorage:
    return LocalModelStorage.create(tmp_path)


CONTEXT = ExecutionContext(GraphSchema({}), node_name="OnnxFeaturizer")


def trained(storage: LocalModelStorage) -> OnnxFeaturizer:
    config, resource = OnnxFeaturizer.get_default_config(), Resource("dense")
    examples = [
        Message({TEXT: text, "intent": "a"}) for text in ("học phí", "hoc phi", "xin chào", "năm 2025")
    ]
    OnnxFeaturizer.create(config, storage, resource, CONTEXT).train(TrainingData(examples))
    return OnnxFeaturizer.load(config, storage, resource, CONTEXT)


@pytest.mark.parametrize(
    "text",
    [
        "Em học hệ Cao đẳng ở đâu ạ?",
        "em hoc o dau",
        unicodedata.normalize("NFD", "Hoà Bình, thuỷ lợi!"),
        "  a  b ",
    ],
)
def test_a_token_lies_where_it_was_typed(text: str) -> None:
    from knowledge.text import normalise

    tokens = TOKENIZER.tokenize(Message({TEXT: text}), TEXT)
    assert [normalise(text[token.start : token.end]).lower() for token in tokens] == [t.text for t in tokens]
    assert len(tokens) == len(normalise(text).replace(",", " ").split())


def test_an_abbreviation_is_written_out_over_what_was_typed() -> None:
    text = "học nghề ntn ạ"
    tokens = TOKENIZER.tokenize(Message({TEXT: text}), TEXT)
    spans = {token.text: text[token.start : token.end] for token in tokens}
    assert spans == {"học": "học", "nghề": "nghề", "như": "ntn", "thế": "ntn", "nào": "ntn", "ạ": "ạ"}


def test_lemmas_have_no_diacritics() -> None:
    lemmas = [token.lemma for token in TOKENIZER.tokenize(Message({TEXT: "Đường Học Phí"}), TEXT)]
    assert lemmas == ["duong", "hoc", "phi"]


@pytest.mark.parametrize("text", ["", "?!", "🙂"])
def test_text_without_words_has_no_tokens(text: str) -> None:
    assert TOKENIZER.tokenize(Message({TEXT: text}), TEXT) == []


def test_training_sees_each_accented_example_twice_and_answering_does_not() -> None:
    entity = {"entity": "level", "start": 3, "end": 11, "value": "cao-dang"}
    examples = [
        Message({TEXT: "hệ cao đẳng", "intent": "a", "entities": [entity]}),
        Message({TEXT: "ok", "intent": "b"}),
    ]
    copies = DiacriticFreeCopies().process_training_data(TrainingData(examples)).training_examples
    assert [(m.get(TEXT), m.get("intent")) for m in copies] == [
        ("hệ cao đẳng", "a"),
        ("ok", "b"),
        ("he cao dang", "a"),
    ]
    assert copies[2].get("entities") == [entity]
    assert examples[0].get(TEXT) == "hệ cao đẳng"
    assert DiacriticFreeCopies().process(examples) == examples


def test_features_of_sentence_and_tokens_have_the_encoders_length(storage: LocalModelStorage) -> None:
    message = Message({TEXT: "học phí bao nhiêu"})
    TOKENIZER.process([message])
    trained(storage).process([message])
    shapes = {feature.type: feature.features.shape for feature in message.features}
    assert shapes == {FEATURE_TYPE_SEQUENCE: (4, 384), FEATURE_TYPE_SENTENCE: (1, 384)}


def test_an_embedding_that_came_along_is_used_and_nothing_encoded(
    storage: LocalModelStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    component = trained(storage)
    encoded = Message({TEXT: "học phí bao nhiêu"})
    component.process([encoded])
    vector = featurizer._load_encoder(str(featurizer.MODEL_DIR), 1).encode(["học phí bao nhiêu"], "query")[0]
    monkeypatch.setattr(OnnxFeaturizer, "_encode", lambda *_: pytest.fail("the text was encoded again"))
    given = Message({TEXT: "xin chào", "metadata": {"embedding": pack(vector)}})
    component.process([given])
    same = [message.get_dense_features(TEXT)[1].features for message in (encoded, given)]
    np.testing.assert_allclose(*same, atol=1e-5)


def test_the_centre_is_taken_off_and_survives_saving(storage: LocalModelStorage) -> None:
    component = trained(storage)
    assert np.linalg.norm(component._centre) > 0.5
    message = Message({TEXT: "học phí"})
    component.process([message])
    vector = component._encode(["học phí"])[0]
    expected = (vector - component._centre) * component._config["stretch"]
    np.testing.assert_allclose(message.get_dense_features(TEXT)[1].features[0], expected, rtol=1e-5)


def test_the_fingerprint_follows_the_models_files(tmp_path: Path) -> None:
    for name in ("onnx/model_qint8.onnx", "tokenizer.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("one", "utf-8")
    before = OnnxFeaturizer.fingerprint_addon({"model_dir": str(tmp_path)})
    assert OnnxFeaturizer.fingerprint_addon({"model_dir": str(tmp_path)}) == before
    (tmp_path / "tokenizer.json").write_text("two", "utf-8")
    assert OnnxFeaturizer.fingerprint_addon({"model_dir": str(tmp_path)}) != before


@pytest.mark.parametrize("text", ["hệ cao đẳng ở Hải Phòng", "he cao dang o hai phong"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_entities_carry_the_entrys_id_and_their_place(
    storage: LocalModelStorage, text: str, form: str
) -> None:
    typed = unicodedata.normalize(form, text)
    config = GazetteerEntityExtractor.get_default_config()
    component = GazetteerEntityExtractor.create(config, storage, Resource("g"), CONTEXT)
    (message,) = component.process([Message({TEXT: typed})])
    level, place = message.get("entities")
    assert (level["entity"], level["value"], place["entity"], place["value"]) == (
        "level",
        "cao-dang",
        "place",
        "hai-phong",
    )
    assert (
        typed[level["start"] : level["end"]] + " " + unicodedata.normalize(form, "ở" if "ở" in text else "o")
        in typed
    )
    assert typed[place["start"] : place["end"]] == typed[-len(typed[place["start"] :]) :]
    assert level["extractor"] == "GazetteerEntityExtractor"
    assert 0 < level["confidence_entity"] <= 1
