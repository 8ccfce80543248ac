"""Passages and their windows: short enough to be found, and nothing of a passage left out."""

from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from knowledge.documents import Document
from knowledge.errors import DocumentError
from knowledge.passages import WINDOW_CHARACTERS, passages_of, read_questions, sentences, windows_of
from knowledge.search import Retriever
from knowledge.structure import parse_sections
from knowledge.text import tokens

BODY = """# Kế hoạch

## I. MỤC TIÊU

### 1. Mục tiêu chung

- Nâng cao **nhận thức** của xã hội.
- Đạt mức 40%.
"""


def document(body: str, name: str = "kh") -> Document:
    return Document(id=name, citation="Kế hoạch 1", title="Kế hoạch", outline=tuple(parse_sections(body)))


def questions_file(folder: Path, *entries: dict[str, object]) -> Path:
    (folder / "kh.yml").write_text(yaml.safe_dump(list(entries), allow_unicode=True), encoding="utf-8")
    return folder


def test_a_passage_has_a_stable_id_and_its_path() -> None:
    (passage,) = passages_of([document(BODY)])
    assert passage.id == "kh#i-1"
    assert passage.path == ("Kế hoạch 1", "Kế hoạch", "I. MỤC TIÊU", "1. Mục tiêu chung")
    assert passage.heading == "1. Mục tiêu chung"
    assert passage.text == "- Nâng cao nhận thức của xã hội.\n- Đạt mức 40%."


def test_a_paragraph_under_the_title_has_no_heading() -> None:
    (passage,) = passages_of([document("# Kế hoạch\n\nCăn cứ.")])
    assert passage.heading == ""


def test_a_short_passage_is_one_window_with_its_headings_in_front() -> None:
    passages = passages_of([document(BODY)])
    (window,) = windows_of(passages, {})
    assert (window.passage, window.first_block, window.last_block, window.kind) == (0, 0, 1, "text")
    assert window.text == (
        "Kế hoạch 1 › I. MỤC TIÊU › 1. Mục tiêu chung: Nâng cao nhận thức của xã hội. Đạt mức 40%."
    )


def test_a_long_passage_is_searched_in_parts_and_whole() -> None:
    items = [
        f"Việc thứ {n} là phối hợp với các sở, ngành, địa phương để thực hiện kế hoạch này."
        for n in range(20)
    ]
    passages = passages_of([document("# A\n\n## I. B\n\n" + "\n".join(f"- {item}" for item in items))])
    *parts, whole = windows_of(passages, {})
    assert len(parts) > 3
    assert all(len(part.text) <= WINDOW_CHARACTERS + 60 for part in parts)
    assert (whole.first_block, whole.last_block) == (0, 19)
    assert [after.first_block - before.last_block for before, after in pairwise(parts)] == [1] * (
        len(parts) - 1
    )


def test_questions_are_windows_of_the_block_that_answers(tmp_path: Path) -> None:
    passages = passages_of([document(BODY)])
    folder = questions_file(tmp_path, {"evidence": "Đạt mức 40%", "questions": ["Bao nhiêu?", "Mấy %?"]})
    questions = read_questions(folder, passages)
    assert questions == {"kh#i-1": {1: ["Bao nhiêu?", "Mấy %?"]}}
    asked = [window for window in windows_of(passages, questions) if window.kind == "question"]
    assert [(w.passage, w.first_block, w.last_block, w.text) for w in asked] == [
        (0, 1, 1, "Bao nhiêu?"),
        (0, 1, 1, "Mấy %?"),
    ]


@pytest.mark.parametrize(
    "evidence", ["Nâng cao nhận thức", "Nâng cao **nhận thức**", "Nâng  cao nhâ\u0323n thức"]
)
def test_evidence_is_found_whatever_its_marks_spaces_and_encoding(tmp_path: Path, evidence: str) -> None:
    folder = questions_file(tmp_path, {"evidence": evidence, "questions": ["Gì?"]})
    assert read_questions(folder, passages_of([document(BODY)])) == {"kh#i-1": {0: ["Gì?"]}}


def test_unknown_evidence_is_named(tmp_path: Path) -> None:
    folder = questions_file(tmp_path, {"evidence": "Đạt mức 99%", "questions": ["Gì?"]})
    with pytest.raises(DocumentError, match="Đạt mức 99%") as raised:
        read_questions(folder, passages_of([document(BODY)]))
    assert raised.value.file == tmp_path / "kh.yml"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('- evidence: "một" hai\n  questions: [x]\n', 1, "not YAML"),
        ("evidence: một\n", 1, "not a list"),
        ("- questions: [x]\n", 1, "needs 'evidence'"),
        ("# ghi chú\n- evidence: một\n  question: [x]\n", 2, "needs 'questions'"),
        ("- evidence: một\n  questions:\n    - Có gì: hay không?\n", 1, "needs 'questions'"),
    ],
)
def test_a_broken_file_of_questions_is_named_with_its_line(
    tmp_path: Path, text: str, line: int, reason: str
) -> None:
    file = tmp_path / "kh.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DocumentError, match=f"kh.yml:{line}: .*{reason}"):
        read_questions(tmp_path, passages_of([document(BODY)]))


def test_evidence_counts_in_its_own_document_only(tmp_path: Path) -> None:
    folder = questions_file(tmp_path, {"evidence": "Đạt mức 40%", "questions": ["Gì?"]})
    with pytest.raises(DocumentError, match="no block of kh"):
        read_questions(folder, passages_of([document(BODY, "khac")]))


@given(st.text(st.sampled_from("ab .;:!?…\n"), max_size=60))
def test_sentences_lose_no_letter(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@given(
    st.text(max_size=1500)
    | st.lists(st.sampled_from(["- mục.", "a) điểm.", "## I. A", "chữ " * 150]), max_size=9).map("\n\n".join)
)
def test_windows_together_hold_the_whole_passage(body: str) -> None:
    passages = passages_of([document(body)])
    windows = windows_of(passages, {})
    assert {window.passage for window in windows} == set(range(len(passages)))
    for number, passage in enumerate(passages):
        own = [window for window in windows if window.passage == number]
        assert {n for w in own for n in range(w.first_block, w.last_block + 1)} == set(
            range(len(passage.section.blocks))
        )
        held = " ".join(window.text for window in own)
        assert set(tokens(passage.text)) <= set(tokens(held))


def test_every_passage_of_the_five_documents_is_searched(retriever: Retriever) -> None:
    index = retriever.index
    assert {window.passage for window in index.windows} == set(range(len(index.passages)))
    assert [window.passage for window in index.windows] == sorted(window.passage for window in index.windows)
