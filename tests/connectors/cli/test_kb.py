"""`laban kb` builds, searches, lists and checks any folder of Markdown documents, and names each fault."""

import json
from pathlib import Path

import pytest

from knowledge import index
from tests.connectors.cli.conftest import Laban
from tests.connectors.conftest import DOCUMENT, QUESTION

BARE = "# Tràn\n\nVăn bản [b]không[/b] có đầu đề, nói về cây tre.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two documents, one of them without front matter."""
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "quy-che-thu.md").write_text(DOCUMENT, encoding="utf-8")
    (documents / "tran.md").write_text(BARE, encoding="utf-8")
    return documents


def test_build_reports_what_it_did_and_encodes_only_what_is_new(
    laban: Laban, folder: Path, tmp_path: Path
) -> None:
    target = tmp_path / "index"
    code, out, _ = laban("kb", "build", "--documents", folder, "--index", target, "--json")
    first = json.loads(out)
    assert code == 0
    assert first["documents"] == 2
    assert first["encoded"] == first["windows"] > 0
    (folder / "moi.md").write_text("# Mới\n\nMột đoạn mới về nghề mộc.\n", encoding="utf-8")
    second = json.loads(laban("kb", "build", "--documents", folder, "--index", target, "--json")[1])
    assert second["documents"] == 3
    assert 0 < second["encoded"] < second["windows"]
    assert index.current_version(target) == second["version"] != first["version"]


def test_build_for_a_reader_is_one_line_on_stdout(laban: Laban, folder: Path, tmp_path: Path) -> None:
    code, out, _ = laban("kb", "build", "--documents", folder, "--index", tmp_path / "index")
    assert code == 0
    assert len(out.splitlines()) == 1
    assert "of 2 documents" in out


def test_broken_document_is_named_with_its_line_and_nothing_is_replaced(
    laban: Laban, folder: Path, tmp_path: Path
) -> None:
    target = tmp_path / "index"
    laban("kb", "build", "--documents", folder, "--index", target)
    before = index.current_version(target)
    (folder / "hong.md").write_text("---\nid: hong\ntitle: [\n---\n# Hỏng\n", encoding="utf-8")
    code, out, err = laban("kb", "build", "--documents", folder, "--index", target)
    assert (code, out) == (1, "")
    assert "hong.md:" in err
    assert "Traceback" not in err
    assert index.current_version(target) == before
    assert json.loads(laban("kb", "search", "cây tre", "--index", target, "--json")[1])


def test_search_finds_a_document_without_front_matter(laban: Laban, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "index"
    laban("kb", "build", "--documents", folder, "--index", target)
    code, out, _ = laban("kb", "search", "cay tre", "--index", target, "--json", "--limit", 2)
    hits = json.loads(out)
    assert code == 0
    assert len(hits) == 2
    assert hits[0]["document"] == "tran"
    assert set(hits[0]) == {"passage", "document", "section", "path", "score", "text"}


def test_table_shows_brackets_as_they_are(laban: Laban, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "index"
    laban("kb", "build", "--documents", folder, "--index", target)
    code, out, _ = laban("kb", "search", "[/b] cây tre [red]", "--index", target)
    assert code == 0
    assert "[/b] cây tre [red]" in out
    assert "[b]không[/b]" in out


def test_batch_gives_one_line_of_json_a_query_in_order(laban: Laban, index_dir: Path, tmp_path: Path) -> None:
    queries = tmp_path / "queries.jsonl"
    rows = [
        {"id": "q1", "text": QUESTION, "more": 1},
        {"id": 2, "text": "khóa học kéo dài bao lâu"},
        {"id": "q3", "text": ""},
    ]
    queries.write_text("\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    code, out, _ = laban("kb", "search", "--index", index_dir, "--queries", queries, "--limit", 1, "--json")
    found = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [row["id"] for row in found] == ["q1", 2, "q3"]
    assert [[hit["passage"] for hit in row["hits"]] for row in found] == [
        ["quy-che-thu#i"],
        ["quy-che-thu#ii"],
        [],
    ]
    assert "123.000 đồng" in found[0]["hits"][0]["text"]
    assert 0 <= found[1]["hits"][0]["score"] < found[0]["hits"][0]["score"] <= 1


@pytest.mark.parametrize(
    "line",
    [
        "not JSON",
        "[]",
        '"text"',
        '{"id": "a"}',
        '{"text": "a"}',
        '{"id": "a", "text": 5}',
        '{"id": null, "text": "a"}',
    ],
)
def test_line_that_is_no_query_is_named_by_its_number(
    laban: Laban, index_dir: Path, tmp_path: Path, line: str
) -> None:
    queries = tmp_path / "queries.jsonl"
    queries.write_text('{"id": "a", "text": "b"}\n' + line, encoding="utf-8")
    code, out, err = laban("kb", "search", "--index", index_dir, "--queries", queries)
    assert (code, out) == (1, "")
    assert f"{queries}:2:" in err


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_file_of_queries_that_cannot_be_read_is_named(
    laban: Laban, index_dir: Path, tmp_path: Path, content: bytes | None
) -> None:
    queries = tmp_path / "queries.jsonl"
    if content is not None:
        queries.write_bytes(content)
    code, _, err = laban("kb", "search", "--index", index_dir, "--queries", queries)
    assert code == 1
    assert str(queries) in err


def test_search_needs_a_question_or_a_file_and_not_both(laban: Laban, index_dir: Path) -> None:
    for arguments in ([], ["học phí", "--queries", "x.jsonl"]):
        code, _, err = laban("kb", "search", *arguments, "--index", index_dir)
        assert code == 1
        assert "a question, or a file" in err


def test_search_without_an_index_says_how_to_build_one(laban: Laban, tmp_path: Path) -> None:
    code, _, err = laban("kb", "search", "học phí", "--index", tmp_path)
    assert code == 1
    assert "laban kb build" in err


def test_list_shows_each_document_with_its_passages(laban: Laban, folder: Path) -> None:
    code, out, _ = laban("kb", "list", "--documents", folder, "--json")
    rows = {row["id"]: row for row in json.loads(out)}
    assert code == 0
    assert set(rows) == {"quy-che-thu", "tran"}
    assert (rows["quy-che-thu"]["number"], rows["quy-che-thu"]["issued"]) == ("7/QC-THU", "2024-05-06")
    assert rows["quy-che-thu"]["passages"] >= 6
    table = laban("kb", "list", "--documents", folder)[1]
    assert "quy-che-thu" in table
    assert "–" in table


def test_check_of_whole_documents_finds_nothing(laban: Laban, folder: Path) -> None:
    code, out, err = laban("kb", "check", "--documents", folder)
    assert (code, err) == (0, "")
    assert out.startswith("2 documents")


def test_check_of_our_own_documents_and_questions_finds_nothing(laban: Laban) -> None:
    assert laban("kb", "check")[0] == 0


def test_check_names_every_fault_and_not_only_the_first(laban: Laban, folder: Path) -> None:
    (folder / "hong.md").write_text("---\nid: hong\ntitle: [\n---\n# Hỏng\n", encoding="utf-8")
    (folder / "sai.md").write_text('---\nid: sai\nissued: "hôm qua"\n---\n# Sai\n\nĐoạn.\n', encoding="utf-8")
    (folder / "hai.md").write_text(DOCUMENT, encoding="utf-8")
    code, out, err = laban("kb", "check", "--documents", folder)
    assert (code, out) == (1, "")
    assert "hong.md:" in err
    assert "sai.md:" in err
    assert "'quy-che-thu' is used more than once" in err


def test_check_names_a_question_whose_evidence_is_gone(
    laban: Laban, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = tmp_path / "questions"
    questions.mkdir()
    (questions / "tran.yml").write_text("- evidence: cây đa\n  questions: [Cây gì]\n", encoding="utf-8")
    monkeypatch.setenv("LABAN_DOCUMENTS_DIR", str(folder))
    monkeypatch.setenv("LABAN_QUESTIONS_DIR", str(questions))
    code, _, err = laban("kb", "check")
    assert code == 1
    assert "tran.yml:1: no block of tran contains 'cây đa'" in err


@pytest.mark.parametrize("command", ["build", "list", "check"])
def test_folder_without_documents_is_a_fault(laban: Laban, tmp_path: Path, command: str) -> None:
    code, _, err = laban("kb", command, "--documents", tmp_path / "missing")
    assert code == 1
    assert "missing" in err
