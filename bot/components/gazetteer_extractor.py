"""Gives Rasa the entities that the gazetteers find."""

# ruff: noqa: ARG003  (the arguments' names are part of Rasa's graph)
from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.featurizer import digest
from knowledge.gazetteer import GAZETTEER_DIR, Gazetteer, Mention, load_gazetteer


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class GazetteerEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Entities with `value` (the entry's id), `name`, `start`, `end`, `confidence_entity` and `extractor`."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        """Takes the gazetteer, which is read when the model is loaded and not kept in it."""
        self._gazetteer = gazetteer

    @staticmethod
    def required_packages() -> list[str]:
        """What must be installed."""
        return ["rapidfuzz"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`folder`: where the gazetteers are, the repository's by default."""
        return {"folder": str(GAZETTEER_DIR)}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GazetteerEntityExtractor:
        """Creates the component; the files are read once a process."""
        return cls(_load(config["folder"]))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Counts as changed when a gazetteer is."""
        return digest(sorted(Path(config.get("folder", GAZETTEER_DIR)).glob("*.yml")))

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the entities of each message's text."""
        for message in messages:
            mentions = self._gazetteer.find(message.get(TEXT) or "")
            found = self.add_extractor_name([_entity(mention) for mention in mentions])
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages


def _entity(mention: Mention) -> dict[str, Any]:
    return {
        "entity": mention.entity,
        "value": mention.value,
        "name": mention.name,
        "start": mention.start,
        "end": mention.end,
        "confidence_entity": mention.confidence,
    }


@lru_cache(maxsize=2)
def _load(folder: str) -> Gazetteer:
    return load_gazetteer(Path(folder))
