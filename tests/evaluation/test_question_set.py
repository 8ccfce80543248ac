"""The evaluation sets are sound: evidence is in documents and facts, every style is there, nothing is said twice."""

import json
import re
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.entries import aspects_of
from knowledge.fact_files import read_facts
from knowledge.facts import Entry, Institution, Occupation
from knowledge.vocabulary import vocabulary
from tests.evaluation.sets import comparable

HERE = Path(__file__).parent
KNOWLEDGE = HERE.parents[1] / "knowledge"
DOCUMENTS = KNOWLEDGE / "documents"
DOCUMENT_IDS = {
    "ke-hoach-126-2019",
    "huong-dan-nq03-2024",
    "tuyen-truyen-gdnn-2024",
    "bao-cao-huong-nghiep-duong-kinh-2023",
    "ke-hoach-tuyen-truyen-lang-son-2023",
}
STYLES = {
    "plain", "no_diacritics", "teencode", "typo", "caps", "fragment", "parent", "story", "official", "nfd",
}  # fmt: skip
# A message with two or three questions in it.
FACT_STYLES = STYLES | {"multi"}
TOPICS = {
    "occupation", "pay", "policy", "pathway", "institution", "comparison", "list", "time", "change", "labour_market",
    "guidance", "multi", "unknown",
}  # fmt: skip
KINDS = {"out_of_domain", "in_domain_unknown", "other_place", "nonsense", "injection"}
DECLINED_KINDS = KINDS | {"personal"}
OUTCOMES = {"answered", "clarify", "no_answer", "flow", "handoff", "safety"}
MARKDOWN_MARKS = re.compile(r"^\s*(?:#+\s|>\s?|-{3,}\s*$)|\*|\\(?=[^\w\s])", re.MULTILINE)


def read_jsonl(name: str) -> list[dict[str, Any]]:
    """The objects of one JSON Lines file beside this module, in order."""
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


QUESTIONS = read_jsonl("questions.jsonl")
UNANSWERABLE = read_jsonl("unanswerable.jsonl")
FACT_QUESTIONS = read_jsonl("fact_questions.jsonl")
DECLINED = read_jsonl("declined.jsonl")
EVERY_ROW = QUESTIONS + UNANSWERABLE + FACT_QUESTIONS + DECLINED
DIALOGUES: list[dict[str, Any]] = yaml.safe_load((HERE / "dialogues.yml").read_text(encoding="utf-8"))
FACT_DIALOGUES: list[dict[str, Any]] = yaml.safe_load(
    (HERE / "fact_dialogues.yml").read_text(encoding="utf-8")
)
EVERY_DIALOGUE = DIALOGUES + FACT_DIALOGUES


def plain_text(markdown: str) -> str:
    """NFC text without Markdown marks, white space collapsed to single spaces."""
    return " ".join(MARKDOWN_MARKS.sub("", unicodedata.normalize("NFC", markdown)).split())


@cache
def document_text(document: str) -> str:
    """Body of one document as `plain_text`, front matter left out."""
    markdown = (DOCUMENTS / f"{document}.md").read_text(encoding="utf-8")
    _, _, body = markdown.split("---\n", 2)
    return plain_text(body)


@cache
def entries() -> dict[str, Entry]:
    """The facts, by passage id."""
    return dict(read_facts(KNOWLEDGE / "facts").by_id)


@cache
def entry_text(passage_id: str) -> str:
    """What an answer can show of an entry, as `comparable` text."""
    entry = entries()[passage_id]
    name = [entry.name] if isinstance(entry, Occupation | Institution) else []
    return comparable(" ".join([*name, *(aspect.text for aspect in aspects_of(entry))]))


@cache
def phrases() -> str:
    """What answers say around the facts, such as that nothing is known, as `comparable` text."""
    said = [phrase for phrase in vocabulary("answers").values() if isinstance(phrase, str)]
    return comparable(" ".join(said).replace("{place}", ""))


def folded(text: str) -> str:
    """Lower case without diacritics or punctuation, so that two spellings of one message compare equal."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(re.findall(r"\w+", letters)) or text


def has_diacritics(text: str) -> bool:
    return "đ" in text.casefold() or any(map(unicodedata.combining, unicodedata.normalize("NFD", text)))


def test_sets_are_large_enough() -> None:
    assert len(QUESTIONS) >= 200
    assert len(UNANSWERABLE) >= 60
    assert len(DIALOGUES) >= 15
    assert len(FACT_QUESTIONS) >= 250
    assert len(DECLINED) >= 100
    assert len(FACT_DIALOGUES) >= 25


def test_ids_are_unique() -> None:
    counts = Counter(row["id"] for row in [*EVERY_ROW, *EVERY_DIALOGUE])
    assert [key for key, count in counts.items() if count > 1] == []


def test_no_text_is_repeated() -> None:
    counts = Counter(folded(row["text"]) for row in EVERY_ROW)
    assert [text for text, count in counts.items() if count > 1] == []


@pytest.mark.parametrize(
    ("rows", "styles"),
    [(QUESTIONS, STYLES), (UNANSWERABLE, STYLES), (FACT_QUESTIONS, FACT_STYLES), (DECLINED, STYLES)],
    ids=["questions", "unanswerable", "fact_questions", "declined"],
)
def test_every_style_occurs(rows: list[dict[str, Any]], styles: set[str]) -> None:
    assert {row["style"] for row in rows} == styles


def test_every_kind_topic_and_document_occurs() -> None:
    assert {row["kind"] for row in UNANSWERABLE} == KINDS
    assert {row["kind"] for row in DECLINED} == DECLINED_KINDS
    assert {row["document"] for row in QUESTIONS} == DOCUMENT_IDS
    assert {row["topic"] for row in FACT_QUESTIONS} == TOPICS


@pytest.mark.parametrize("row", EVERY_ROW, ids=lambda row: row["id"])
def test_text_is_written_in_its_style(row: dict[str, Any]) -> None:
    text, style = row["text"], row["style"]
    words = len(text.split())
    if style == "nfd":
        assert unicodedata.is_normalized("NFD", text)
        assert not unicodedata.is_normalized("NFC", text)
        return
    assert unicodedata.is_normalized("NFC", text)
    if style == "no_diacritics":
        assert not has_diacritics(text)
    elif style == "caps":
        assert text == text.upper()
    elif style == "story":
        assert 40 <= words <= 70
    elif style == "fragment":
        assert words <= 10


@pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: row["id"])
def test_evidence_is_verbatim(row: dict[str, Any]) -> None:
    missing = [snippet for snippet in row["evidence"] if snippet not in document_text(row["document"])]
    assert missing == []
    for snippets in row.get("alternatives", []):
        assert any(
            all(snippet in document_text(document) for snippet in snippets) for document in DOCUMENT_IDS
        ), snippets


@pytest.mark.parametrize("row", [row for row in QUESTIONS if "facts_say" in row], ids=lambda row: row["id"])
def test_what_facts_say_of_a_documents_question_is_in_the_facts_named(row: dict[str, Any]) -> None:
    text = " ".join(entry_text(fact) for fact in row["facts"])
    assert [snippet for snippet in row["facts_say"] if comparable(snippet) not in text] == []


@pytest.mark.parametrize("row", FACT_QUESTIONS, ids=lambda row: row["id"])
def test_evidence_is_in_the_facts_named(row: dict[str, Any]) -> None:
    assert row.keys() <= {"id", "topic", "facts", "evidence", "alternatives", "outcome", "style", "text"}
    assert row.get("outcome") in {None, "no_answer"}
    assert row["facts"]
    text = " ".join(entry_text(fact) for fact in row["facts"])
    if "outcome" in row:
        text = f"{text} {phrases()}"
    for snippets in [row["evidence"], *row.get("alternatives", [])]:
        assert snippets
        assert [snippet for snippet in snippets if comparable(snippet) not in text] == []


@pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: row["id"])
def test_evidence_is_short_and_shows_nothing_private(row: dict[str, Any]) -> None:
    for snippets in [row["evidence"], *row.get("alternatives", [])]:
        assert snippets
        for snippet in snippets:
            assert unicodedata.is_normalized("NFC", snippet)
            assert snippet == " ".join(snippet.split())
            assert 2 <= len(snippet.split()) <= 17
            assert not any(private in snippet for private in row.get("must_not_show", []))


@pytest.mark.parametrize("dialogue", EVERY_DIALOGUE, ids=lambda dialogue: dialogue["id"])
def test_dialogue_expects_what_documents_or_facts_say(dialogue: dict[str, Any]) -> None:
    over_facts = dialogue in FACT_DIALOGUES
    turns = dialogue["turns"]
    assert len(turns) >= 2
    for turn in turns:
        assert turn["user"].strip()
        assert turn.keys() <= {"user", "expect_any", "expect_outcome", "must_not_show"}
        assert set(turn.get("expect_outcome", [])) <= OUTCOMES
        for snippet in turn.get("expect_any", []):
            if over_facts:
                assert any(comparable(snippet) in entry_text(entry) for entry in entries()), snippet
            else:
                assert any(snippet in document_text(document) for document in DOCUMENT_IDS), snippet
