"""Dense features from the sentence encoder that search uses too, so that a question is encoded once a turn."""

from __future__ import annotations

import base64
import binascii
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

import knowledge
from knowledge.onnx_encoder import MODEL_DIR, OnnxEncoder
from knowledge.text import prepare

EMBEDDING = "embedding"
DIMENSION = 384

_ABBREVIATIONS = Path(knowledge.__file__).parent / "vocabulary" / "abbreviations.yml"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class OnnxFeaturizer(DenseFeaturizer, GraphComponent):
    """Sentence features (1, 384) of a text; its sequence features repeat them for each token."""

    @classmethod
    def required_components(cls) -> list[type]:
        """A tokenizer comes first: sequence features have one row a token."""
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        """What must be installed."""
        return ["onnxruntime", "tokenizers"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`model_dir`: folder of an ONNX encoder, the shipped one by default; `threads`: cores for one text."""
        return {**DenseFeaturizer.get_default_config(), "model_dir": str(MODEL_DIR), "threads": 1}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Accepts any configuration: a missing model is reported by the encoder."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> OnnxFeaturizer:
        """Creates the component; the encoder is loaded once a process."""
        return cls(execution_context.node_name or cls.__name__, config)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Retrains when the encoder or the abbreviations change."""
        model_dir = Path(config.get("model_dir", MODEL_DIR))
        return digest([model_dir / "onnx" / "model_qint8.onnx", model_dir / "tokenizer.json", _ABBREVIATIONS])

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Encodes all examples, in batches."""
        examples = [example for example in training_data.training_examples if example.get(TEXT)]
        vectors = self._encoder().encode([prepare(example.get(TEXT)) for example in examples], "query")
        for example, vector in zip(examples, vectors):
            self._add(example, vector)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the vector that came with the message, or else encodes its text."""
        for message in messages:
            if message.get(TEXT):
                self._add(message, self._vector(message))
        return messages

    def _vector(self, message: Message) -> np.ndarray:
        embedding = (message.get("metadata") or {}).get(EMBEDDING)
        if embedding is not None:
            return decode_embedding(embedding)
        return self._encoder().encode([prepare(message.get(TEXT))], "query")[0]

    def _add(self, message: Message, vector: np.ndarray) -> None:
        sentence = vector[np.newaxis, :]
        tokens = message.get(TOKENS_NAMES[TEXT]) or []
        sequence = np.broadcast_to(sentence, (max(len(tokens), 1), len(vector)))
        self.add_features_to_message(sequence, sentence, TEXT, message)

    def _encoder(self) -> OnnxEncoder:
        return _load_encoder(self._config["model_dir"], self._config["threads"])


def decode_embedding(encoded: str) -> np.ndarray:
    """Returns the vector (384,) float32 in `encoded`, base64 of little-endian float16.

    Raises:
        ValueError: it is not base64, not 384 numbers, or not all finite.
    """
    try:
        vector = np.frombuffer(base64.b64decode(encoded, validate=True), dtype="<f2").astype(np.float32)
    except (TypeError, binascii.Error) as error:
        raise ValueError("the embedding is not base64") from error
    if vector.shape != (DIMENSION,) or not np.isfinite(vector).all():
        raise ValueError(f"the embedding is not {DIMENSION} finite numbers")
    return vector


def digest(files: list[Path]) -> str:
    """Returns one hash over the content of `files`."""
    whole = hashlib.sha256()
    for file in files:
        whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


@lru_cache(maxsize=2)
def _load_encoder(model_dir: str, threads: int) -> OnnxEncoder:
    return OnnxEncoder(Path(model_dir), threads)
