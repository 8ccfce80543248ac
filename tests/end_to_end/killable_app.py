"""The pipeline as a process that can be killed and begun again within a fraction of a second.

    python -m tests.end_to_end.killable_app SETTINGS_JSON    each line on stdin forks an app; its process id is printed

Everything is imported before; a child has the encoder's work left out, which no message depends on.
"""

import json
import os
import socket
import sys

import numpy as np
import uvicorn
from fastapi import FastAPI

from actions.records import Records
from connectors.assistant import Assistant
from connectors.channel_setup import set_up_pipeline
from connectors.keys import Keys
from connectors.logging import configure_logging
from connectors.rasa import RasaClient
from connectors.sentences import Sentences
from connectors.settings import Settings
from connectors.webhooks import Webhooks
from connectors.zalo_tokens import ZaloTokens
from knowledge.safety import grade
from knowledge.text import prepare

_VECTOR = np.zeros(384, dtype=np.float32)


class NoEncoder:
    """An encoder to which all questions are the same."""

    name = "none"

    def question(self, text: str) -> np.ndarray:
        return _VECTOR


def run(settings: Settings, sentences: Sentences, listener: socket.socket) -> None:
    """Serves until killed."""
    configure_logging(settings)
    keys = Keys.load(settings)
    records = Records.open(settings.records_url, keys)
    assert settings.rasa_url is not None
    assert settings.rasa_token is not None
    rasa = RasaClient(settings.rasa_url, settings.rasa_token.get_secret_value(), settings.rasa_timeout_s)
    assistant = Assistant(
        rasa,
        NoEncoder(),  # type: ignore[arg-type]
        sentences,
        records,
        keys,
        longest_text=settings.message_max_chars,
        retention_days=settings.retention_days,
    )
    tokens = ZaloTokens({}, records.accounts, settings.zalo_oauth_url)
    pipeline = set_up_pipeline(settings, assistant, records, keys, sentences, tokens)
    app = FastAPI(lifespan=lambda _: pipeline.running())
    app.add_middleware(Webhooks, channels=pipeline.channels, intake=pipeline.intake, verify_token=None)
    uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, ws="none")).run([listener])


def main() -> None:
    """Forks an app for each line of stdin."""
    given = json.loads(sys.argv[1])
    settings = Settings(_env_file=None, **given)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", settings.port))
    listener.listen(512)
    sentences = Sentences.load()
    grade(prepare("đọc hết từ vựng trước khi sinh con"))
    print("ready", flush=True)
    child = 0
    for _ in sys.stdin:
        if child:
            os.waitpid(child, 0)
        child = os.fork()
        if child == 0:
            run(settings, sentences, listener)
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
