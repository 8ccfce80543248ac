"""A desk over the index of the five documents, and trackers as Rasa would hand them over."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from rasa_sdk import Tracker

from actions.finding import Desk
from actions.records import Records
from knowledge.encoder import Encoder
from knowledge.gazetteer import Gazetteer
from knowledge.ranking import default_ranking
from knowledge.store import KnowledgeStore
from tests.actions.playing import MakeTracker

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="session")
def desk(store: KnowledgeStore) -> Desk:
    """The desk as it is shipped, on a fixed day."""
    return Desk(store, lambda: TODAY)


@pytest.fixture(scope="session")
def unsure_desk(index_dir: Path, encoder: Encoder) -> Desk:
    """A desk that is sure of nothing below 0.95 and offers "did you mean" for all the rest."""
    ranking = replace(default_ranking(), answer=0.95, suggest=0.0)
    return Desk(KnowledgeStore(index_dir, encoder, ranking=ranking), lambda: TODAY)


@pytest.fixture(scope="session")
def doubting_desk(index_dir: Path, encoder: Encoder) -> Desk:
    """A desk that is sure of nothing and half knows nothing: whatever is near is only near."""
    ranking = replace(default_ranking(), answer=1.0, suggest=1.0)
    return Desk(KnowledgeStore(index_dir, encoder, ranking=ranking), lambda: TODAY)


class PlainCipher:
    """Encrypts nothing; the real one is the app's (tests/connectors/test_keys.py)."""

    def encrypt(self, text: str) -> bytes:
        return text.encode()

    def decrypt(self, data: bytes) -> str:
        return data.decode()


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    """Records that hold nothing."""
    opened = Records.open(f"sqlite:///{tmp_path / 'records.sqlite'}", PlainCipher())
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def gazetteer(store: KnowledgeStore) -> Gazetteer:
    """The shipped gazetteers."""
    return store.gazetteer


@pytest.fixture(scope="session")
def tracker(gazetteer: Gazetteer) -> MakeTracker:
    """Returns a tracker whose latest message is `text`, its entities found as Rasa's extractor finds them."""

    def make(text: str, intent: str = "ask_policy", **slots: object) -> Tracker:
        entities = [
            {"entity": m.entity, "value": m.value, "start": m.start, "end": m.end}
            for m in gazetteer.find(text)
        ]
        message = {"text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": entities}
        return Tracker("someone", slots, message, [], False, None, {}, "action_listen")

    return make
