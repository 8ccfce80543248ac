"""The Markdown documents keep the official text word for word, and the question files point into them.

Run as a script with the folder of the original texts to renew the stored checksums:
`python tests/knowledge/test_documents_verbatim.py FOLDER`
"""

import hashlib
import json
import re
import sys
import unicodedata
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ROOT / "knowledge" / "documents"
QUESTIONS = ROOT / "knowledge" / "questions"
ORIGINALS = ROOT.parent / "shared" / "documents"
CHECKSUMS = Path(__file__).with_name("verbatim_checksums.json")

# Which original text (by the number its file name begins with) became which document.
NUMBERS = {
    "huong-dan-nq03-2024": "000",
    "ke-hoach-126-2019": "001",
    "tuyen-truyen-gdnn-2024": "002",
    "bao-cao-huong-nghiep-duong-kinh-2023": "003",
    "ke-hoach-tuyen-truyen-lang-son-2023": "004",
}
KEYS = {
    "id", "type", "number", "citation", "title", "issuer", "place", "issued",
    "valid_from", "valid_to", "status", "signer", "source", "ocr_notes",
}  # fmt: skip
DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
HEADING = re.compile(r"^#{1,6} +", re.MULTILINE)
THEMATIC_BREAK = re.compile(r"^---$", re.MULTILINE)
BULLET = re.compile(r"^- ", re.MULTILINE)
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")

Entry = dict[str, Any]
with_each_document = pytest.mark.parametrize("document_id", NUMBERS)


def words_of(text: str) -> str:
    """The words of a text, free of Markdown and of the way its lines are broken.

    Hyphens inside a line, numbers and punctuation stay, so that a change of any of them is seen.
    """
    text = unicodedata.normalize("NFC", text)
    for mark in (FRONT_MATTER, THEMATIC_BREAK, HEADING, BULLET):
        text = mark.sub("", text)
    # "**GIÁM ĐỐC****Phạm Đức Huân**" is two bold runs, hence two lines, and not one word.
    text = ESCAPE.sub(r"\1", text.replace("****", " ").replace("*", ""))
    return " ".join(text.split())


def checksum(text: str) -> str:
    """The sha256 (hexadecimal) of a text's words."""
    return hashlib.sha256(words_of(text).encode()).hexdigest()


def original_of(document_id: str, originals: Path) -> str:
    """The original text of a document, from the folder of originals; fails unless there is exactly one."""
    (path,) = originals.glob(f"{NUMBERS[document_id]}_*.txt")
    return path.read_text(encoding="utf-8")


def write_checksums(originals: Path) -> None:
    """Renews the stored checksums from the original texts, never from our own Markdown."""
    sums = {document_id: checksum(original_of(document_id, originals)) for document_id in NUMBERS}
    CHECKSUMS.write_text(json.dumps(sums, indent=2) + "\n", encoding="utf-8")


def first_difference(ours: str, original: str) -> str:
    """Where two texts part, with a little of both sides; empty when they are equal."""
    if ours == original:
        return ""
    at = next((i for i, (a, b) in enumerate(zip(ours, original, strict=False)) if a != b), -1)
    at = min(len(ours), len(original)) if at < 0 else at
    window = slice(max(0, at - 40), at + 40)
    return f"character {at}:\n  ours     …{ours[window]!r}\n  original …{original[window]!r}"


def markdown(document_id: str) -> str:
    return (DOCUMENTS / f"{document_id}.md").read_text(encoding="utf-8")


def front_matter(document_id: str) -> Entry:
    found = FRONT_MATTER.match(markdown(document_id))
    assert found is not None, f"{document_id} has no front matter"
    fields: Entry = yaml.safe_load(found[1])
    return fields


def answer_blocks(document_id: str) -> list[str]:
    """The words of every list item and paragraph, headings left out."""
    body = FRONT_MATTER.sub("", unicodedata.normalize("NFC", markdown(document_id)))
    blocks = re.split(r"\n\s*\n|\n(?=- )", body)
    return [words_of(block) for block in blocks if words_of(block) and not HEADING.match(block.strip())]


def questions_of(document_id: str) -> list[Entry]:
    entries: list[Entry] = yaml.safe_load((QUESTIONS / f"{document_id}.yml").read_text(encoding="utf-8"))
    return entries


@with_each_document
def test_no_word_is_lost_added_or_changed(document_id: str) -> None:
    stored = json.loads(CHECKSUMS.read_text(encoding="utf-8"))
    assert checksum(markdown(document_id)) == stored[document_id]


@with_each_document
def test_document_equals_the_original_beside_the_checkout(document_id: str) -> None:
    if not ORIGINALS.is_dir():
        pytest.skip("the original texts do not lie beside this checkout; the checksums were compared")
    ours, original = words_of(markdown(document_id)), words_of(original_of(document_id, ORIGINALS))
    assert not first_difference(ours, original), first_difference(ours, original)


@pytest.mark.parametrize(
    ("changed", "original"),
    [
        ("Đạt mức 30% học sinh", "Đạt mức 40% học sinh"),
        ("giai đoạn 2018 2025", "giai đoạn 2018-2025"),
        ("học sinh, phụ huynh", "học sinh phụ huynh"),
        ("phân luồng", "phân luông"),
        ("Nơi nhận", "Nơi nhận: Như trên"),
    ],
)
def test_any_change_of_a_word_number_or_punctuation_is_noticed(changed: str, original: str) -> None:
    assert checksum(changed) != checksum(original)
    assert "character" in first_difference(words_of(changed), words_of(original))


def test_marks_and_line_breaks_do_not_count_as_words() -> None:
    document = "---\nid: a\n---\n\n# Một\n\n- **hai** ba\n\n---\n\n1\\. *bốn*  \nnăm\n"
    assert words_of(document) == "Một hai ba 1. bốn năm"


def test_every_document_is_checked_and_has_questions() -> None:
    assert {path.stem for path in DOCUMENTS.glob("*.md")} == set(NUMBERS)
    assert {path.stem for path in QUESTIONS.glob("*.yml")} >= set(NUMBERS)


@with_each_document
def test_front_matter_has_every_key_and_sound_values(document_id: str) -> None:
    fields = front_matter(document_id)
    assert set(fields) == KEYS
    assert fields["id"] == document_id
    assert fields["status"] in {"ended", "in_force", "unknown"}
    assert DATE.fullmatch(fields["issued"])
    for key in ("valid_from", "valid_to"):
        assert fields[key] is None or DATE.fullmatch(fields[key])
    assert (fields["valid_to"] is None) == (fields["status"] == "unknown")
    for key in KEYS - {"valid_from", "valid_to", "ocr_notes"}:
        assert isinstance(fields[key], str)
        assert fields[key].strip()
    assert all(isinstance(note, str) for note in fields["ocr_notes"])


@with_each_document
def test_signer_and_number_stand_in_the_documents(document_id: str) -> None:
    fields = front_matter(document_id)
    assert fields["signer"] in words_of(markdown(document_id))
    # The text of Kế hoạch 126 has lost its own letterhead; the other documents give its number.
    assert any(fields["number"] in words_of(markdown(each)) for each in NUMBERS)


@with_each_document
def test_headings_go_down_one_level_at_a_time_from_one_title(document_id: str) -> None:
    levels = [len(marks) for marks in re.findall(r"^(#+) ", markdown(document_id), re.MULTILINE)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


@with_each_document
def test_evidence_occurs_once_and_inside_one_block(document_id: str) -> None:
    text, blocks = words_of(markdown(document_id)), answer_blocks(document_id)
    wrong = [
        (evidence, text.count(evidence), sum(evidence in block for block in blocks))
        for evidence in (words_of(entry["evidence"]) for entry in questions_of(document_id))
        if text.count(evidence) != 1 or sum(evidence in block for block in blocks) != 1
    ]
    assert not wrong, "evidence, times in the text, blocks that hold it"


@with_each_document
def test_every_block_of_more_than_a_few_words_has_questions(document_id: str) -> None:
    text = words_of(markdown(document_id))
    evidence = [words_of(entry["evidence"]) for entry in questions_of(document_id)]
    bare = [
        block
        for block in answer_blocks(document_id)
        if len(block.split()) > 12 and not any(snippet in block for snippet in evidence)
    ]
    # A line that only repeats another (the budget's item is its title) cannot be named by a snippet.
    assert not [block for block in bare if text.count(block) == 1]


def test_questions_are_distinct_sentences() -> None:
    asked = [
        question
        for document_id in NUMBERS
        for entry in questions_of(document_id)
        for question in entry["questions"]
    ]
    assert all(isinstance(question, str) and len(question.split()) >= 2 for question in asked)
    assert all(unicodedata.is_normalized("NFC", question) for question in asked)
    twice = [
        question
        for question, times in Counter(" ".join(re.findall(r"\w+", q.lower())) for q in asked).items()
        if times > 1
    ]
    assert not twice


if __name__ == "__main__":
    write_checksums(Path(sys.argv[1]))
