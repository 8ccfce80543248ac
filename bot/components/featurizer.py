"""Dense features from search's own sentence encoder, so that a question is encoded once a turn."""

# ruff: noqa: ARG003  (the arguments' names are part of Rasa's graph)
from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
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
from knowledge.onnx_encoder import DIMENSION, MODEL_DIR, OnnxEncoder, unpack
from knowledge.text import prepare

EMBEDDING = "embedding"

_ABBREVIATIONS = Path(knowledge.__file__).parent / "vocabulary" / "abbreviations.yml"
_CENTRE = "centre.json"
_SAMPLE = 256


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class OnnxFeaturizer(DenseFeaturizer, GraphComponent):
    """Sentence features (1, 384) of a text; its sequence features repeat them for each token.

    e5's vectors all point much the same way (cosines of 0.75 to 0.93), so the mean of the training examples
    is taken off and the rest stretched; else a linear classifier hardly tells them apart.
    """

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        model_storage: ModelStorage,
        resource: Resource,
        centre: NDArray[np.float32],
    ) -> None:
        """Takes the mean vector, `centre` (384,); zeros before training."""
        super().__init__(name, config)
        self._model_storage, self._resource, self._centre = model_storage, resource, centre

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
        """`model_dir`: an encoder's folder; `threads`: cores a text; `stretch`: factor on the vectors."""
        return {
            **DenseFeaturizer.get_default_config(),
            "model_dir": str(MODEL_DIR),
            "threads": 1,
            "stretch": 8.0,
        }

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
        """Creates an untrained component; the encoder is loaded once a process."""
        name = execution_context.node_name or cls.__name__
        return cls(config, name, model_storage, resource, np.zeros(DIMENSION, np.float32))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> OnnxFeaturizer:
        """Loads the trained component."""
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            component._centre = np.array(json.loads((folder / _CENTRE).read_text()), np.float32)
        return component

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Retrains when the encoder or the abbreviations change."""
        model_dir = Path(config.get("model_dir", MODEL_DIR))
        return digest([model_dir / "onnx" / "model_qint8.onnx", model_dir / "tokenizer.json", _ABBREVIATIONS])

    def train(self, training_data: TrainingData) -> Resource:
        """Finds the centre of the examples, from an even sample of them."""
        texts = [example.get(TEXT) for example in training_data.training_examples if example.get(TEXT)]
        sample = texts[:: max(1, len(texts) // _SAMPLE)]
        centre = self._encode(sample).mean(axis=0)
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _CENTRE).write_text(json.dumps([float(value) for value in centre]))
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Encodes all examples, in batches."""
        examples = [example for example in training_data.training_examples if example.get(TEXT)]
        vectors = self._encode([example.get(TEXT) for example in examples])
        for example, vector in zip(examples, vectors, strict=True):
            self._add(example, vector)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the vector that came with the message, or else encodes its text."""
        for message in messages:
            if message.get(TEXT):
                self._add(message, self._vector(message))
        return messages

    def _vector(self, message: Message) -> NDArray[np.float32]:
        embedding = (message.get("metadata") or {}).get(EMBEDDING)
        if embedding is not None:
            return unpack(embedding)
        return self._encode([message.get(TEXT)])[0]

    def _encode(self, texts: list[str]) -> NDArray[np.float32]:
        encoder = _load_encoder(self._config["model_dir"], self._config["threads"])
        return encoder.encode([prepare(text) for text in texts], "query")

    def _add(self, message: Message, vector: NDArray[np.float32]) -> None:
        sentence = ((vector - self._centre) * self._config["stretch"])[np.newaxis, :]
        tokens = message.get(TOKENS_NAMES[TEXT]) or []
        sequence = np.broadcast_to(sentence, (max(len(tokens), 1), len(vector)))
        self.add_features_to_message(sequence, sentence, TEXT, message)


def digest(files: list[Path]) -> str:
    """Returns one hash over the content of `files`."""
    whole = hashlib.sha256()
    for file in files:
        whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


@lru_cache(maxsize=2)
def _load_encoder(model_dir: str, threads: int) -> OnnxEncoder:
    return OnnxEncoder(Path(model_dir), threads)
