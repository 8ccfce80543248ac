"""Puts a cry for help before everything else a message may be: by the words of it, and by the classifier."""

# ruff: noqa: ARG003  (the arguments' names are part of Rasa's graph)
from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from knowledge.safety import Reading, read

# The key of a message's metadata under which the app sends the grade that it found itself.
ALARM = "alarm"
# The intent of each grade of `knowledge.safety`.
INTENTS = {
    "emergency": "distress_emergency",
    "serious": "distress_serious",
    "abuse": "abuse",
    "mild": "distress_mild",
}
_INSULT = "insult"
# How sure a phrase of mild distress makes at least.
_LEAST_SAID = 0.5
_GRAVE = tuple(INTENTS[grade] for grade in ("emergency", "serious", "abuse"))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Distress(GraphComponent):
    """Puts an intent of distress first where the phrases of `knowledge/safety.yml` or the classifier see it.

    Phrases decide, whatever the classifier holds likelier. What they do not know counts from the confidences of
    `config.yml` on, and goes to search below them. Stands after `FallbackClassifier`, which would undo it.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        """Takes the confidences from which on the classifier counts (see `get_default_config`)."""
        self._grave = config["grave"]
        self._emergency, self._emergency_now = config["emergency"], config["emergency_now"]
        self._idiom, self._insult = config["idiom"], config["insult"]

    @classmethod
    def required_components(cls) -> list[type]:
        """A classifier comes first."""
        return [IntentClassifier]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the least confidences.

        `grave`: of serious distress, emergency and abuse together; `idiom`: the same where the message plays with such
        words ("mệt chết"); `emergency`: the share of emergency in these three from which on it is one;
        `emergency_now`: the same where the message tells of what happens now; `insult`: of an insult.
        """
        return {"grave": 0.4, "idiom": 0.97, "emergency": 0.4, "emergency_now": 0.2, "insult": 0.7}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Distress:
        """Creates the component."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Reorders the intents of each message in which there is distress, or only seems to be."""
        for message in messages:
            ranking = message.get(INTENT_RANKING_KEY) or []
            first = self._first(message, {guess[INTENT_NAME_KEY]: _confidence(guess) for guess in ranking})
            if first is not None:
                name, confidence = first
                guess = {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: confidence}
                rest = [guess for guess in ranking if guess[INTENT_NAME_KEY] != name]
                message.set(INTENT, guess, add_to_output=True)
                message.set(INTENT_RANKING_KEY, [guess, *rest], add_to_output=True)
        return messages

    def _first(self, message: Message, guesses: dict[str, float]) -> tuple[str, float] | None:
        """Returns the intent that has to come first and its confidence, or None if the order may stay."""
        reading = read(message.get(TEXT) or "")
        told = (message.get("metadata") or {}).get(ALARM)
        grades = {told, reading.alarm.grade if reading.alarm else None}
        said = next((intent for grade, intent in INTENTS.items() if grade in grades), None)
        if said in _GRAVE:
            return said, 1.0
        guessed = self._guessed(guesses, reading)
        if guessed is not None:
            return guessed
        if said:
            return said, max(guesses.get(said, 0.0), _LEAST_SAID)
        # What only sounds grave or rude is somebody's question, more likely than not.
        present = message.get(INTENT) or {INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0}
        name, confidence = present[INTENT_NAME_KEY], _confidence(present)
        doubtful = name in _GRAVE or (name == _INSULT and confidence < self._insult)
        return (DEFAULT_NLU_FALLBACK_INTENT_NAME, confidence) if doubtful else None

    def _guessed(self, guesses: dict[str, float], reading: Reading) -> tuple[str, float] | None:
        """Returns the grave intent that the classifier sees, if it is sure enough of all of them together."""
        grave = {intent: guesses.get(intent, 0.0) for intent in _GRAVE}
        total = sum(grave.values())
        if total < (self._idiom if reading.is_idiom else self._grave):
            return None
        share = self._emergency_now if reading.is_now else self._emergency
        urgent = grave[_GRAVE[0]] >= share * total
        return _GRAVE[0] if urgent else max(grave, key=lambda intent: grave[intent]), total


def _confidence(guess: dict[str, Any]) -> float:
    return float(guess[PREDICTED_CONFIDENCE_KEY])
