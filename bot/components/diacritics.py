"""Teaches the classifier how text looks without diacritics, by copies made at training and never stored."""

# ruff: noqa: ARG003  (the arguments' names are part of Rasa's graph)
from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from knowledge.text import fold, normalise


# Registered as a featurizer because those are the components that Rasa's graph runs over the training data; a
# training data importer would leak the copies into the test folds of a cross-validation.
@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class DiacriticFreeCopies(GraphComponent):
    """Adds to each example its copy without diacritics; leaves messages to be answered as they are."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DiacriticFreeCopies:
        """Creates the component; it has no options."""
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Returns the examples followed by the copies of those that have diacritics."""
        copies = [
            _without_diacritics(example) for example in training_data.training_examples if _accented(example)
        ]
        return TrainingData(
            training_data.training_examples + copies,
            training_data.entity_synonyms,
            training_data.regex_features,
            training_data.lookup_tables,
            training_data.responses,
        )

    def process(self, messages: list[Message]) -> list[Message]:
        """Returns `messages` unchanged."""
        return messages


def _accented(example: Message) -> bool:
    text = example.get(TEXT)
    return bool(text and example.get(INTENT) and fold(text) != normalise(text).lower())


def _without_diacritics(example: Message) -> Message:
    # `fold` keeps the length of NFC text, so an entity's place stays right.
    return Message(
        data={**example.data, TEXT: fold(example.get(TEXT))}, output_properties=set(example.output_properties)
    )
