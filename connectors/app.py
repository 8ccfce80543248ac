"""Puts the two web apps together: pages, channels and REST API for everybody, and the actions for Rasa alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.applications import Starlette

from actions.finding import Desk
from actions.records import DatabaseUnusable, Records
from actions.registry import executor
from connectors import (
    api,
    conversations_api,
    health,
    pictures,
    problems,
    short_links,
    staff_api,
    widget_api,
    widget_pages,
    zalo_oauth,
)
from connectors.action_server import create_action_app
from connectors.assistant import Assistant
from connectors.channel_setup import set_up_pipeline
from connectors.errors import StartError
from connectors.keys import Keys
from connectors.logging import configure_logging
from connectors.pages import install_pages
from connectors.pipeline import Pipeline
from connectors.rasa import RasaClient
from connectors.retention import retention
from connectors.sentences import Sentences
from connectors.settings import VIETNAM, Settings
from connectors.sites import own_origin
from connectors.telegram_polling import telegram
from connectors.webhooks import Webhooks
from connectors.widget_origins import WidgetOrigins
from connectors.zalo_consent import ZaloConsent
from connectors.zalo_tokens import ZaloTokens
from knowledge.documents import Document
from knowledge.encoder import load_encoder
from knowledge.facts import FactBase
from knowledge.store import KnowledgeStore

# Otherwise FastAPI sends traces to whoever the environment names, and looks for them at every call.
_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}


@dataclass(frozen=True)
class CurrentLibrary:
    """The documents and facts of the index version in use, whichever that is."""

    store: KnowledgeStore

    def documents(self) -> Sequence[Document]:
        """Returns all documents in order."""
        return self.store.retriever().index.library.documents()

    def document(self, document_id: str) -> Document | None:
        """Returns one document, or None."""
        return self.store.retriever().index.library.document(document_id)

    def facts(self) -> FactBase:
        """Returns all facts."""
        return self.store.retriever().index.facts


@dataclass(frozen=True)
class Shared:
    """What the app and the actions both work with; each process loads its own."""

    store: KnowledgeStore
    keys: Keys
    records: Records

    @classmethod
    def load(cls, settings: Settings) -> Self:
        """Loads encoder, index, keys and records, and sets up the log.

        Raises:
            EncoderError: the encoder cannot be loaded.
            StartError: the records or the secret key cannot be used.
        """
        configure_logging(settings)
        keys = Keys.load(settings)
        store = KnowledgeStore(settings.index_dir, load_encoder(settings.encoder))
        return cls(store, keys, _open_records(settings, keys))


def create_actions(settings: Settings, shared: Shared) -> Starlette:
    """Returns the app for Rasa's action calls; the settings must hold the token that Rasa shows."""
    if settings.action_token is None:
        raise ValueError("the settings must hold the actions' token")

    def data_link(conversation: str) -> str:
        return f"{settings.base_url}/api/v1/data/{shared.keys.sign(conversations_api.EXPORT, conversation)}"

    registered = executor(
        Desk(shared.store, settings.current_date),
        shared.records,
        now=lambda: datetime.now(VIETNAM),
        data_link=data_link,
        retention_days=settings.retention_days,
    )
    return create_action_app(registered, shared.store.encoder, settings.action_token.get_secret_value())


def create_app(settings: Settings, shared: Shared) -> FastAPI:
    """Returns the public app.

    Args:
        settings: complete, as `connectors.serving` makes them: Rasa's address and token are set.
        shared: what the actions work with too.
    """
    if settings.rasa_url is None or settings.rasa_token is None:
        raise ValueError("the settings must name Rasa's address and hold its token")
    sentences = Sentences.load()
    assistant = Assistant(
        RasaClient(settings.rasa_url, settings.rasa_token.get_secret_value(), settings.rasa_timeout_s),
        shared.store.encoder,
        sentences,
        shared.records,
        shared.keys,
        longest_text=settings.message_max_chars,
        retention_days=settings.retention_days,
    )
    assistant.make_ready()
    tokens = ZaloTokens(settings.zalo_accounts, shared.records.accounts, settings.zalo_oauth_url)
    pipeline = set_up_pipeline(settings, assistant, shared.records, shared.keys, sentences, tokens)
    return _public_app(settings, assistant, shared.store, shared.keys, pipeline, tokens)


def _open_records(settings: Settings, keys: Keys) -> Records:
    try:
        return Records.open(settings.records_url, keys)
    except DatabaseUnusable as error:
        raise StartError(f"LABAN_DATABASE_URL: {error}") from error


def _public_app(
    settings: Settings,
    assistant: Assistant,
    store: KnowledgeStore,
    keys: Keys,
    pipeline: Pipeline,
    tokens: ZaloTokens,
) -> FastAPI:
    records = pipeline.records

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as running:
            await running.enter_async_context(retention(records, settings.retention_days))
            # What is delivered last still needs its tokens.
            await running.enter_async_context(tokens.keep_fresh())
            await running.enter_async_context(pipeline.running())
            polled = settings.telegram_polling
            await running.enter_async_context(telegram(pipeline.channels, pipeline.intake, polled=polled))
            yield
        await assistant.rasa.close()
        records.close()

    app = FastAPI(
        title="La Bàn",
        version=api.VERSION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        telemetry=_NO_TELEMETRY,
    )
    app.state.assistant = assistant
    app.state.store = store
    app.state.records = records
    app.state.keys = keys
    # `laban serve`, which supervises the actions, says otherwise until they answer.
    app.state.actions_ready = lambda: True
    app.state.staff_token = settings.staff_token
    app.state.intake, app.state.fanout = pipeline.intake, pipeline.fanout
    # Called by the server before it waits for its responses (`connectors.serving`).
    app.state.end_streams = pipeline.fanout.end
    app.state.rate_limits, app.state.inbox_max = pipeline.intake.limits, settings.inbox_max
    app.state.zalo_consent = ZaloConsent(tokens, keys, settings.base_url) if settings.zalo_accounts else None
    app.state.message_max_chars, app.state.retention_days = (
        settings.message_max_chars,
        settings.retention_days,
    )
    problems.install(app)
    app.include_router(api.router)
    app.include_router(conversations_api.router)
    app.include_router(staff_api.router)
    app.include_router(health.router)
    app.include_router(pictures.router)
    app.include_router(short_links.router)
    app.include_router(zalo_oauth.router)
    app.include_router(widget_api.router)
    app.include_router(
        widget_pages.widget_pages_router(records.sites, settings.base_url, settings.zalo_verification)
    )
    # What is added later lies further out: pages that embed the widget can read that a body is too large or that
    # something went wrong, and the answers of all get the security headers of the pages.
    app.add_middleware(problems.BodyLimit, limit=settings.body_max_bytes)
    app.add_middleware(problems.UnexpectedErrors)
    app.add_middleware(WidgetOrigins, sites=records.sites, own_origin=own_origin(settings.base_url))
    app.add_middleware(
        Webhooks,
        channels=pipeline.channels,
        intake=pipeline.intake,
        verify_token=settings.messenger_verify_token,
    )
    app.add_middleware(problems.UnexpectedErrors)
    install_pages(
        app,
        CurrentLibrary(store),
        today=settings.current_date,
        message_max_chars=settings.message_max_chars,
        retention_days=settings.retention_days,
    )
    return app
