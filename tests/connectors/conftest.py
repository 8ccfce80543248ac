"""What the tests of the web app share: the encoder, a small index, and a stand-in for Rasa's channel."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from connectors.app import create_apps
from connectors.settings import ROOT, Settings
from knowledge import index
from knowledge.encoder import Encoder, load_encoder
from tests.connectors.loopback import TOKEN, RasaChannel, channel_app, serving

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
"""


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
    """The index of `documents`."""
    folder = tmp_path_factory.mktemp("index")
    index.build(documents, folder, encoder)
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


@pytest.fixture
def settings(channel: RasaChannel, index_dir: Path, tmp_path: Path) -> Settings:
    """Complete settings for an app that talks to the stand-in."""
    return Settings(
        _env_file=None,
        var_dir=tmp_path,
        index_dir=index_dir,
        rasa_url=channel.url,
        rasa_token=TOKEN,  # type: ignore[arg-type]  # pydantic makes it a secret
        rasa_timeout_s=2,
        action_token=ACTION_TOKEN,  # type: ignore[arg-type]
        action_port=5055,
    )


@pytest.fixture
def apps(settings: Settings) -> tuple[FastAPI, FastAPI]:
    """The public app and the one of the actions, as `laban serve` makes them."""
    return create_apps(settings)


@pytest.fixture
def client(apps: tuple[FastAPI, FastAPI]) -> Iterator[TestClient]:
    """A client of the public app."""
    with TestClient(apps[0]) as running:
        yield running
