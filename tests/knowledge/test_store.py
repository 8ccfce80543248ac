"""A running program goes over to a newer index by itself; what it holds already keeps working."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from knowledge import index
from knowledge.encoder import Encoder, load_encoder
from knowledge.errors import IndexUnusable
from knowledge.gazetteer import Gazetteer
from knowledge.onnx_encoder import MODEL_DIR
from knowledge.sources import Sources
from knowledge.store import KnowledgeStore
from tests.knowledge.conftest import SMALL


def test_the_index_is_loaded_once(index_copy: Path, encoder: Encoder) -> None:
    store = KnowledgeStore(index_copy, encoder)
    first = store.retriever()
    assert store.retriever() is first


def test_many_threads_share_one_load(index_copy: Path, encoder: Encoder) -> None:
    store = KnowledgeStore(index_copy, encoder)
    with ThreadPoolExecutor(8) as pool:
        retrievers = list(pool.map(lambda _: store.retriever(), range(16)))
    assert len({id(retriever) for retriever in retrievers}) == 1


def test_a_newer_version_takes_over_while_the_old_retriever_works_on(
    two_documents: Path, tmp_path: Path, encoder: Encoder
) -> None:
    index.build(Sources(two_documents), tmp_path / "index", encoder)
    store = KnowledgeStore(tmp_path / "index", encoder)
    old = store.retriever()
    (two_documents / "ky-tuc-xa.md").write_text("Ký túc xá khóa cửa lúc 23 giờ.", encoding="utf-8")
    index.build(Sources(two_documents), tmp_path / "index", encoder)
    new = store.retriever()
    assert new is not old
    assert new.search("ký túc xá đóng cửa mấy giờ")[0].passage.id == "ky-tuc-xa#doan-1"
    assert old.search("mượn được mấy cuốn sách")[0].passage.id == "thu-vien#doan-1"
    assert old.passage("ky-tuc-xa#doan-1") is None
    # Even once the folder that it was read from is gone.
    shutil.rmtree(tmp_path / "index" / old.index.version, ignore_errors=True)
    assert old.search("mượn được mấy cuốn sách")[0].passage.id == "thu-vien#doan-1"


def test_an_index_of_another_encoder_is_refused(index_copy: Path, tmp_path: Path) -> None:
    (tmp_path / "other-e5").symlink_to(MODEL_DIR)
    store = KnowledgeStore(index_copy, load_encoder(str(tmp_path / "other-e5")))
    with pytest.raises(IndexUnusable, match=r"vi-e5-small.*other-e5.*laban kb build"):
        store.retriever()


def test_vectors_of_another_encoder_are_not_taken_over(
    two_documents: Path, tmp_path: Path, encoder: Encoder
) -> None:
    index.build(Sources(two_documents), tmp_path / "index", encoder)
    (tmp_path / "other-e5").symlink_to(MODEL_DIR)
    other = load_encoder(str(tmp_path / "other-e5"))
    assert index.build(Sources(two_documents), tmp_path / "index", other).encoded == 4


def test_without_an_index_the_remedy_is_named_and_a_later_build_is_noticed(
    two_documents: Path, tmp_path: Path, encoder: Encoder
) -> None:
    store = KnowledgeStore(tmp_path / "index", encoder)
    with pytest.raises(IndexUnusable, match="laban kb build"):
        store.retriever()
    index.build(Sources(two_documents), tmp_path / "index", encoder)
    assert store.retriever().search("trả tiền bằng gì")


def test_names_of_trades_and_schools_follow_the_facts_when_a_new_version_comes(
    two_documents: Path, tmp_path: Path, encoder: Encoder
) -> None:
    facts = shutil.copytree(SMALL / "facts", tmp_path / "facts")
    index.build(Sources(two_documents, facts=facts), tmp_path / "index", encoder)
    store = KnowledgeStore(tmp_path / "index", encoder)
    old = store.retriever()
    assert store.gazetteer.find("nghề chạm bạc") == []
    text = (facts / "occupations.yml").read_text(encoding="utf-8")
    (facts / "occupations.yml").write_text(text.replace("name: Đan lát", "name: Chạm bạc"), encoding="utf-8")
    index.build(Sources(two_documents, facts=facts), tmp_path / "index", encoder)
    new = store.retriever()
    assert [mention.value for mention in store.gazetteer.find("nghề chạm bạc")] == ["dan-lat"]
    assert [mention.value for mention in new.mentions("nghề chạm bạc")] == ["dan-lat"]
    assert old.mentions("nghề chạm bạc") == []


def test_a_gazetteer_that_was_given_stays(
    index_copy: Path, encoder: Encoder, small_gazetteer: Gazetteer
) -> None:
    store = KnowledgeStore(index_copy, encoder, small_gazetteer)
    store.retriever()
    assert store.gazetteer is small_gazetteer
