"""What the records need of the keys of an installation."""

from __future__ import annotations

import json
from typing import Any, Protocol


class Cipher(Protocol):
    """Encrypts what must not lie readable on a disk: contacts, addresses, messages on their way."""

    def encrypt(self, text: str) -> bytes:
        """Returns `text` as nobody can read it."""

    def decrypt(self, data: bytes) -> str:
        """Returns what was encrypted; ValueError if it was with another key."""


def sealed(cipher: Cipher, value: Any) -> bytes:
    """Returns a value that is ready for JSON, encrypted."""
    return cipher.encrypt(json.dumps(value))


def opened(cipher: Cipher, data: bytes | None) -> Any | None:
    """Returns what `sealed` gave; None of nothing, and of what was encrypted with another secret."""
    try:
        return None if data is None else json.loads(cipher.decrypt(data))
    except ValueError:
        return None
