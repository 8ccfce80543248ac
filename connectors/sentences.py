"""The assistant's fixed sentences, read from Rasa's domain, for when the app must speak without Rasa."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from connectors.messages import QuickReply, ReplyMessage
from connectors.settings import ROOT

DOMAIN_DIR = ROOT / "bot" / "domain"


@dataclass(frozen=True)
class Sentences:
    """Responses by name, each with its variations."""

    responses: dict[str, list[dict[str, Any]]]

    @classmethod
    def load(cls, folder: Path = DOMAIN_DIR) -> Sentences:
        """Reads the `responses` of every file of a domain, as Rasa does."""
        responses: dict[str, list[dict[str, Any]]] = {}
        for file in sorted(folder.glob("*.yml")):
            responses |= yaml.safe_load(file.read_text(encoding="utf-8")).get("responses") or {}
        return cls(responses)

    def message(self, name: str) -> ReplyMessage:
        """Returns one variation of a response."""
        variation = random.choice(self.responses[name])
        replies = [QuickReply(**button) for button in variation.get("buttons", ())]
        return ReplyMessage(text=variation["text"], quick_replies=replies)
