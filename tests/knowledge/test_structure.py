"""The structure of a document's text: what is cited as one stays in one piece."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.structure import Section, parse_sections
from knowledge.text import tokens

PLAN = """# KẾ HOẠCH

Căn cứ Quyết định số 522/QĐ-TTg.

Ủy ban nhân dân ban hành Kế hoạch.

## I. MỤC TIÊU

### 1. Mục tiêu chung

Nâng cao nhận thức.

### 2. Mục tiêu cụ thể

#### a) Mục tiêu đến năm 2020

- Đạt mức **30%**.
- Đạt mức 20%.

#### b) Mục tiêu đến năm 2025

- Đạt mức 40%.

## II. NHIỆM VỤ

c) Xây dựng trang thông tin.

d) Đẩy mạnh phối hợp.

đ) Cung cấp thông tin.

---

Trên đây là Kế hoạch.

## Nơi nhận:

- Như trên;
- Lưu: VT.

---

KT. CHỦ TỊCH
"""


def by_label(body: str) -> dict[str, Section]:
    return {section.label: section for section in parse_sections(body) if section.blocks}


def test_sections_are_cited_by_their_labels() -> None:
    assert list(by_label(PLAN)) == [
        "đoạn 1",
        "đoạn 2",
        "I.1",
        "I.2.a",
        "I.2.b",
        "II.c",
        "II.d",
        "II.đ",
        "đoạn 3",
        "Nơi nhận",
        "đoạn 4",
    ]


def test_a_section_knows_the_headings_above_it() -> None:
    section = by_label(PLAN)["I.2.b"]
    assert section.path == ("KẾ HOẠCH", "I. MỤC TIÊU", "2. Mục tiêu cụ thể", "b) Mục tiêu đến năm 2025")
    assert section.level == 4
    assert section.slug == "i-2-b"


def test_point_d_and_point_dd_have_addresses_of_their_own() -> None:
    sections = by_label(PLAN)
    assert (sections["II.d"].slug, sections["II.đ"].slug) == ("ii-d", "ii-d-2")


def test_items_are_blocks_and_marks_are_kept_for_reading_only() -> None:
    first, second = by_label(PLAN)["I.2.a"].blocks
    assert (first.kind, first.text, first.plain) == ("item", "Đạt mức **30%**.", "Đạt mức 30%.")
    assert by_label(PLAN)["I.2.a"].text == "- Đạt mức 30%.\n- Đạt mức 20%."
    assert (first.anchor, second.anchor) == ("i-2-a.1", "i-2-a.2")


def test_a_break_returns_to_the_level_of_the_document() -> None:
    sections = by_label(PLAN)
    assert sections["đoạn 3"].text == "Trên đây là Kế hoạch."
    assert sections["đoạn 4"].text == "KT. CHỦ TỊCH"
    assert not {"II. NHIỆM VỤ", "Nơi nhận:"} & {*sections["đoạn 3"].path, *sections["đoạn 4"].path}


def test_a_heading_without_text_stays_in_the_outline() -> None:
    outline = [(section.heading, len(section.blocks)) for section in parse_sections(PLAN) if section.heading]
    assert ("I. MỤC TIÊU", 0) in outline
    assert ("2. Mục tiêu cụ thể", 0) in outline


@pytest.mark.parametrize(
    ("heading", "label"),
    [
        ("IV. TỔ CHỨC THỰC HIỆN", "IV"),
        ("Điều 5. Hiệu lực", "5"),
        ("Chương II", "II"),
        ("CHƯƠNG III: QUY ĐỊNH", "III"),
        ("2.1. Chi tiết", "2.1"),
        ("đ) Điểm đ", "đ"),
        ("**1. Đậm**", "1"),
        ("Nơi nhận:", "Nơi nhận"),
        ("Các bước", "Các bước"),
    ],
)
def test_the_label_of_a_heading(heading: str, label: str) -> None:
    assert parse_sections(f"## {heading}\n\nChữ.")[0].label == label


def test_a_point_is_never_cut() -> None:
    long = "; ".join(f"việc thứ {n} là một việc dài" for n in range(300))
    sections = by_label(f"# A\n\n## I. B\n\na) {long}.\n\n- thêm\n\nb) hai.")
    assert list(sections) == ["I.a", "I.b"]
    assert len(sections["I.a"].blocks) == 2
    assert sections["I.a"].blocks[0].plain == f"a) {long}."


def test_a_long_section_is_cut_between_paragraphs_only() -> None:
    paragraphs = [f"Đoạn {n} " + "nói rất dài " * 70 + "." for n in range(4)]
    sections = [s for s in parse_sections("# A\n\n## I. B\n\n" + "\n\n".join(paragraphs)) if s.blocks]
    assert len(sections) > 1
    assert [b.plain for s in sections for b in s.blocks] == [" ".join(p.split()) for p in paragraphs]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a) Các sở, ngành, Ủy ban nhân dân", "Thành phố Hải Phòng phối hợp."),
        ("a) Các sở, ngành;", "và các quận, huyện."),
    ],
)
def test_a_sentence_goes_on_over_a_page_break(first: str, second: str) -> None:
    (section,) = parse_sections(f"{first}\n\n{second}")
    assert [block.plain for block in section.blocks] == [first, second]


def test_at_document_level_every_paragraph_stands_for_itself() -> None:
    assert list(by_label("# A\n\nMột.\n\nHai.")) == ["đoạn 1", "đoạn 2"]


def test_lines_of_one_paragraph_are_joined() -> None:
    (section,) = parse_sections("Kính gửi\\\ncác trường\nTHCS.")
    assert section.text == "Kính gửi các trường THCS."


def test_contacts_of_persons_are_masked() -> None:
    (section,) = parse_sections("# A\n\nLiên hệ ông An, SĐT 0912 345\n678, an@mail.vn.")[1:]
    assert section.text == "Liên hệ ông An, SĐT [số điện thoại đã ẩn], [hộp thư đã ẩn]."


def test_an_empty_item_or_a_lone_mark_is_no_block() -> None:
    (section,) = parse_sections("- \n- một\n\n**\n\n\\\n")
    assert [block.plain for block in section.blocks] == ["một"]


lines = st.sampled_from(
    ["# T", "## I. A", "### 1. B", "#### a) C", "a) điểm.", "đ) điểm.", "1. khoản.", "- mục",
     "---", "", "chữ", "Câu.", "**", "- "]
)  # fmt: skip


@given(st.lists(lines, max_size=30).map("\n\n".join) | st.text(max_size=200))
def test_no_word_is_lost_and_every_address_is_unique(body: str) -> None:
    sections = parse_sections(body)
    slugs = [section.slug for section in sections]
    assert len(set(slugs)) == len(slugs)
    assert all(block.plain.strip() for section in sections for block in section.blocks)
    anchors = [block.anchor for section in sections for block in section.blocks]
    assert len(set(anchors)) == len(anchors)


@given(st.lists(lines, max_size=30))
def test_every_paragraph_and_item_is_in_exactly_one_block(body: list[str]) -> None:
    said = [t for line in body if not line.startswith("#") for t in tokens(line)]
    blocks = [block for section in parse_sections("\n\n".join(body)) for block in section.blocks]
    assert [t for block in blocks for t in tokens(block.plain)] == said
