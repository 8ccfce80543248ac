"""Takes a weighty intent seriously even when the classifier is not sure of it."""

# ruff: noqa: ARG003  (the arguments' names are part of Rasa's graph)
from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY
from rasa.shared.nlu.training_data.message import Message


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class CarefulIntent(GraphComponent):
    """Puts an intent first as soon as it reaches a confidence of its own, whatever else is likelier.

    A cry for help that is taken for small talk costs more than help that was not asked for. Stands after
    `FallbackClassifier`, which would undo it.
    """

    def __init__(self, least: dict[str, float]) -> None:
        """Takes the confidence from which each such intent counts."""
        self._least = least

    @classmethod
    def required_components(cls) -> list[type]:
        """A classifier comes first."""
        return [IntentClassifier]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`intents`: least confidence by intent's name."""
        return {"intents": {}}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CarefulIntent:
        """Creates the component."""
        return cls(config["intents"])

    def process(self, messages: list[Message]) -> list[Message]:
        """Reorders the intents of each message where one of the weighty ones is likely enough."""
        for message in messages:
            ranking = message.get(INTENT_RANKING_KEY) or []
            weighty = next((guess for guess in ranking if self._counts(guess)), None)
            if weighty is not None:
                message.set(INTENT, weighty, add_to_output=True)
                rest = [guess for guess in ranking if guess is not weighty]
                message.set(INTENT_RANKING_KEY, [weighty, *rest], add_to_output=True)
        return messages

    def _counts(self, guess: dict[str, Any]) -> bool:
        least = self._least.get(guess[INTENT_NAME_KEY])
        return least is not None and guess[PREDICTED_CONFIDENCE_KEY] >= least
