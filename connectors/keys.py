"""The keys made from one secret: ids are hashed with one, contacts encrypted with another, links signed with a third.

Whoever loses the secret loses the contacts of open tickets, and conversations begin anew: docs/operations.md.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Self

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import BadSignature, URLSafeTimedSerializer

from connectors.errors import StartError
from connectors.settings import SECRET_MIN_CHARS, Settings

KEY_FILE = "secret.key"
_HASH_CHARS = 32


class Keys:
    """The keys of one installation; the `Cipher` of the tickets' contacts."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._hash_key = _derive(secret, "conversation ids")
        self._fernet = Fernet(base64.urlsafe_b64encode(_derive(secret, "contacts")))
        self._serializer = URLSafeTimedSerializer(
            _derive(secret, "links"), signer_kwargs={"digest_method": hashlib.sha256}
        )

    @classmethod
    def load(cls, settings: Settings) -> Self:
        """Takes the secret of the settings, or the one in the folder of generated files, made if there is none.

        Raises:
            StartError: the file holds no secret of ours, or cannot be read or written.
        """
        if settings.secret_key is not None:
            return cls(settings.secret_key.get_secret_value())
        file = settings.var_dir / KEY_FILE
        try:
            _make(file)
            secret = file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise StartError(f"{file} cannot be used ({type(error).__name__}); {_REMEDY}") from error
        if len(secret) < SECRET_MIN_CHARS:
            raise StartError(f"{file} is not a whole secret; {_REMEDY}")
        return cls(secret)

    def conversation_key(self, channel: str, conversation_id: str) -> str:
        """Returns what the stores know a conversation by: its channel and a hash that does not lead back to the id."""
        digest = hmac.new(self._hash_key, f"{channel}\0{conversation_id}".encode(), hashlib.sha256)
        return f"{channel}-{digest.hexdigest()[:_HASH_CHARS]}"

    def encrypt(self, text: str) -> bytes:
        """Returns `text` encrypted."""
        return self._fernet.encrypt(text.encode())

    def decrypt(self, data: bytes) -> str:
        """Returns what was encrypted; ValueError if that was with another secret."""
        try:
            return self._fernet.decrypt(data).decode()
        except InvalidToken:
            raise ValueError("this was encrypted with another LABAN_SECRET_KEY") from None

    def secret_for(self, purpose: str) -> str:
        """Returns a secret of 43 letters and digits for one purpose, the same each time."""
        return base64.urlsafe_b64encode(_derive(self._secret, purpose)).decode().rstrip("=")

    def telegram_secret(self, bot: str) -> str:
        """Returns the secret token that Telegram shows with each update of a bot."""
        return self.secret_for(f"telegram webhook {bot}")

    def sign(self, purpose: str, value: str) -> str:
        """Returns a token for a link that carries `value` and tells when it was made."""
        return self._serializer.dumps(value, salt=purpose)

    def verify(self, purpose: str, token: str, lifetime_s: int) -> str | None:
        """Returns the value of a token for this purpose; None if it is forged or too old."""
        try:
            return str(self._serializer.loads(token, max_age=lifetime_s, salt=purpose))
        except BadSignature:
            return None


_REMEDY = (
    "restore it from a backup, or remove it: contacts in tickets are lost then, and conversations begin anew"
)


def _make(file: Path) -> None:
    """Writes a new secret unless there is one; of several processes at once, the first one's counts."""
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{KEY_FILE}.{os.getpid()}-{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(secrets.token_urlsafe(48))
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _derive(secret: str, purpose: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=f"la-ban {purpose}".encode()).derive(secret.encode())
