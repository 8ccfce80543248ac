"""The index changes, or goes missing, under a running assistant."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.server import RunningAssistant
from tests.end_to_end.test_rasa_down import assert_polite_refusal

PAGE = {"Accept": "text/html"}
QUESTION = "Mục tiêu đến năm 2025 bao nhiêu % học sinh lớp 9 đi học nghề?"
ADDED = """---
id: quy-che-nghe-gom
type: Quy chế
number: 7/QC-GOM
citation: Quy chế 7/QC-GOM
title: Quy chế lớp dạy nghề gốm Bát Tràng
issued: "2025-03-02"
---
# QUY CHẾ lớp dạy nghề gốm Bát Tràng

## I. Học phí

Học viên lớp nghề gốm Bát Tràng đóng học phí 123.000 đồng mỗi tháng.

## II. Thời gian

Khóa học nghề gốm Bát Tràng kéo dài 7 tháng.
"""
ASKED = "học phí lớp nghề gốm Bát Tràng bao nhiêu?"


@pytest.fixture
def added(assistant: RunningAssistant) -> Iterator[str]:
    """A document more, indexed while the assistant runs; taken away again after the test."""
    file = assistant.settings.documents_dir / "quy-che-nghe-gom.md"
    file.write_text(ADDED, encoding="utf-8")
    try:
        build(assistant)
        yield file.stem
    finally:
        file.unlink()
        build(assistant)


def build(assistant: RunningAssistant) -> None:
    """Builds the index as an operator would."""
    done = assistant.laban("kb", "build")
    assert done.returncode == 0, done.stderr


def test_added_document_is_answered_from_without_a_restart(assistant: RunningAssistant, added: str) -> None:
    reply = assistant.ask(ASKED)
    assert reply["outcome"] == "answered"
    (message,) = reply["messages"]
    assert "123.000 đồng" in message["text"].replace("**", "")
    source = message["sources"][0]
    assert (source["id"], source["number"], source["section"]) == (f"{added}#i", "7/QC-GOM", "mục I")
    assert "Bát Tràng" in assistant.client.get(source["url"]).text
    assert f"/documents/{added}" in assistant.client.get("/documents").text
    assert assistant.ask(QUESTION)["outcome"] == "answered"


def test_document_that_was_taken_away_is_no_longer_answered_from(assistant: RunningAssistant) -> None:
    reply = assistant.ask(ASKED)
    assert not [s for message in reply["messages"] for s in message["sources"] if "gom" in s["id"]]
    assert assistant.client.get("/documents/quy-che-nghe-gom").status_code == 404


def test_missing_index_is_told_and_never_a_stack_trace(assistant: RunningAssistant) -> None:
    folder = assistant.settings.index_dir
    aside = folder.with_name("index-aside")
    folder.rename(aside)
    try:
        assert_without_index(assistant, "laban kb build")
    finally:
        aside.rename(folder)
    assert assistant.ready()
    assert assistant.ask(QUESTION)["outcome"] == "answered"


@pytest.mark.parametrize("fault", ["older release", "damaged"])
def test_index_that_cannot_be_read_is_told_with_the_remedy(assistant: RunningAssistant, fault: str) -> None:
    folder = assistant.settings.index_dir
    current = folder / "CURRENT"
    version = current.read_text()
    other = folder / "00000000T000000-00000000"
    other.mkdir()
    manifest = json.loads((folder / version / "manifest.json").read_text())
    if fault == "older release":
        manifest["format"] = 0
    (other / "manifest.json").write_text(json.dumps(manifest))
    try:
        current.write_text(other.name)
        assert_without_index(assistant, "build it again with: laban kb build")
    finally:
        current.write_text(version)
        remove(other)
    assert assistant.ask(QUESTION)["outcome"] == "answered"


def assert_without_index(assistant: RunningAssistant, remedy: str) -> None:
    """Asserts that everything that needs the index says so, and the rest still works."""
    told = assistant.client.get("/readyz")
    assert told.status_code == 503
    (reason,) = told.json()["reasons"]
    assert remedy in reason
    for path in ("/", "/documents", "/documents/ke-hoach-126-2019"):
        page = assistant.client.get(path, headers=PAGE)
        assert page.status_code == 503, path
        assert "Trang đang gặp trục trặc" in page.text
        assert "Traceback" not in page.text
    assert_polite_refusal(assistant.post(f"bimatkhimatchimuc {QUESTION}"))
    assert assistant.ask("xin chào")["outcome"] == "flow"
    assert assistant.client.get("/healthz").status_code == 200
    logs = assistant.logs()
    assert "index unusable" in logs
    assert "bimatkhimatchimuc" not in logs


def remove(folder: Path) -> None:
    """Removes a folder of files."""
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
