"""What the records need of the keys of an installation."""

from __future__ import annotations

from typing import Protocol


class Cipher(Protocol):
    """Encrypts what must not lie readable on a disk: contacts, addresses, messages on their way."""

    def encrypt(self, text: str) -> bytes:
        """Returns `text` as nobody can read it."""

    def decrypt(self, data: bytes) -> str:
        """Returns what was encrypted; ValueError if it was with another key."""
