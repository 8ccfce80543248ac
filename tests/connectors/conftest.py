"""What the tests of the web app share: the encoder, a small index, and a stand-in for Rasa's channel."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr
from starlette.applications import Starlette

from connectors.app import Shared, create_actions, create_app
from connectors.settings import ROOT, Settings
from knowledge import index
from knowledge.encoder import Encoder, load_encoder
from knowledge.errors import IndexUnusable
from knowledge.sources import Sources
from tests.connectors.apps import app_of
from tests.connectors.loopback import TOKEN, RasaChannel, channel_app, serving
from tests.connectors.widgets import ServedApp, Widget, served, visiting

ENCODER = ROOT / "knowledge" / "models" / "vi-e5-small"
ACTION_TOKEN = "token-of-the-actions"
DOCUMENT = """---
id: quy-che-thu
number: 7/QC-THU
citation: Quy chế 7
title: Quy chế thử nghiệm
issued: "2024-05-06"
---
# QUY CHẾ thử

## I. Học phí

Học viên nghề gốm đóng học phí 123.000 đồng mỗi tháng.

## II. Thời gian

Khóa học nghề gốm kéo dài 7 tháng.

## III. Nơi học

Lớp học đặt tại nhà văn hóa của làng.

## IV. Dụng cụ

Người học được mượn bàn xoay, lò nung do làng quản lý.

## V. Giữ gìn

Ai làm vỡ đồ thì báo cho người trông lớp.

## VI. Kết thúc

Cuối khóa có buổi trưng bày sản phẩm.
"""
QUESTION = "Học viên nghề gốm đóng học phí bao nhiêu?"
QUESTIONS = f"""
- evidence: đóng học phí 123.000 đồng
  questions:
    - {QUESTION}
"""
# What a user might write, and no log line may hold.
SECRET = "chuyện thầm kín"


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The shipped encoder."""
    return load_encoder(str(ENCODER))


@pytest.fixture(scope="session")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one document."""
    folder = tmp_path_factory.mktemp("documents")
    (folder / "quy-che-thu.md").write_text(DOCUMENT, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def index_dir(tmp_path_factory: pytest.TempPathFactory, documents: Path, encoder: Encoder) -> Path:
    """The index of `documents` with one known question."""
    folder, questions = tmp_path_factory.mktemp("index"), tmp_path_factory.mktemp("questions")
    (questions / "quy-che-thu.yml").write_text(QUESTIONS, encoding="utf-8")
    index.build(Sources(documents, questions), folder, encoder)
    return folder


@pytest.fixture(scope="session")
def running_channel() -> Iterator[RasaChannel]:
    """The stand-in for Rasa, started once."""
    channel = RasaChannel()
    with serving(channel_app(channel)) as channel.url:
        yield channel


@pytest.fixture
def channel(running_channel: RasaChannel) -> RasaChannel:
    """The stand-in for Rasa, as new for each test."""
    running_channel.reset()
    return running_channel


@pytest.fixture(scope="session")
def settings(
    running_channel: RasaChannel, index_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """Complete settings for an app that talks to the stand-in."""
    return Settings(
        _env_file=None,
        var_dir=tmp_path_factory.mktemp("var"),
        index_dir=index_dir,
        rasa_url=running_channel.url,
        rasa_token=SecretStr(TOKEN),
        rasa_timeout_s=2,
        action_token=SecretStr(ACTION_TOKEN),
        action_port=5055,
    )


@pytest.fixture(scope="session")
def apps(settings: Settings) -> tuple[FastAPI, Starlette]:
    """The public app and the one of the actions, as `laban serve` makes them, and two routes that fail."""
    shared = Shared.load(settings)
    public, actions = create_app(settings, shared), create_actions(settings, shared)

    @public.get("/api/broken", include_in_schema=False)
    @public.get("/broken", include_in_schema=False)
    def broken() -> None:
        raise RuntimeError(SECRET)

    @public.get("/api/without-index", include_in_schema=False)
    @public.get("/without-index", include_in_schema=False)
    def without_index() -> None:
        raise IndexUnusable("there is no index; build it with: laban kb build")

    return public, actions


@pytest.fixture(scope="session")
def running_client(apps: tuple[FastAPI, Starlette]) -> Iterator[TestClient]:
    """A client of the public app."""
    with TestClient(apps[0]) as running:
        yield running


@pytest.fixture
def client(running_client: TestClient, channel: RasaChannel) -> TestClient:
    """A client of the public app, whose Rasa is as new."""
    return running_client


@pytest.fixture(scope="session")
def running_port(settings: Settings) -> Iterator[int]:
    """The port of an app that is served."""
    with serving(app_of(settings)) as url:
        yield int(url.rpartition(":")[2])


@pytest.fixture(scope="session")
def widget_app(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApp]:
    """An app of its own that widgets talk to."""
    own = settings.model_copy(update={"var_dir": tmp_path_factory.mktemp("widgets")})
    with served(own) as app:
        yield app


@pytest.fixture
async def widget(widget_app: ServedApp, channel: RasaChannel) -> AsyncIterator[Widget]:
    """A new visitor on one of our own pages."""
    async with visiting(widget_app) as visitor:
        yield visitor
