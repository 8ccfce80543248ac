"""The pages of the facts as the server gives them: every entry with its source, and nothing an entry says is obeyed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi import FastAPI
from fastapi.testclient import TestClient

from connectors.fact_pages import dialled, groups_of, web_address
from connectors.pages import install_pages
from knowledge.documents import Document, read_documents
from knowledge.fact_files import read_facts
from knowledge.facts import KINDS, CommonQuestion, Entry, Fact, FactBase, Institution, Occupation
from knowledge.structure import parse_sections
from knowledge.vocabulary import vocabulary

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 1, 15)
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}"
PRESS = {"name": "Báo Thử", "kind": "press", "url": "https://bao.example.vn/a?b=1&c=2", "date": "2025-06"}
OLD, NEW, OTHER, TIP, GAP = (
    Fact.model_validate({"collection": "policies", "topic": "nq03", "source": PRESS, **fields})
    for fields in (
        {
            "id": "cu",
            "statement": "Hỗ trợ 10% học phí.",
            "applies_to": {"place": "Hải Phòng cũ", "from": "2018", "to": "2025"},
            "note": "Chỉ có một nguồn.",
        },
        {
            "id": "moi",
            "statement": "Hỗ trợ 50% học phí.",
            "supersedes": ["cu"],
            "applies_to": {"from": "2026-01"},
        },
        {
            "id": "khac",
            "statement": "Năm 2024 có 33 trường.",
            "contradicts": ["moi"],
            "applies_to": {"at": "2024"},
            "source": {"name": "Kế hoạch 7", "kind": "document", "passage": "ke-hoach-7#i"},
        },
        {
            "id": "kinh-nghiem",
            "statement": "Nên đi thăm trường.",
            "use": "advice",
            "source": None,
            "verified": False,
        },
        {"id": "chua-biet", "statement": "Chưa rõ trả mấy tháng.", "use": "gap", "source": None},
    )
)
WELDING = Occupation.model_validate(
    {
        "collection": "occupations",
        "id": "han",
        "name": "Hàn",
        "description": {"statement": "Nối kim loại."},
        "workplaces": ["xưởng", "nhà máy"],
        "suits": ["R", "C"],
        "levels": ["sơ cấp", "trung cấp"],
        "supported_by_nq03": True,
        "pay": [{"statement": "8-15 triệu đồng/tháng.", "source": PRESS}],
    }
)
SCHOOL, FORMER = (
    Institution.model_validate({"collection": "institutions", "locality": "TP Hải Phòng", **fields})
    for fields in (
        {
            "id": "truong-moi",
            "name": "Trường Mới",
            "phone": "0225.3552.322 (fax 0225.859.336)",
            "website": "https://moi.example.vn",
            "trades": ["hàn"],
            "teaches": ["han"],
            "facts": ["Lập ngày 4/5/1972."],
            "source": {"name": "Trang trường", "kind": "school"},
        },
        {"id": "truong-cu", "name": "Trường Cũ", "merged_into": "truong-moi"},
    )
)
ASKED = CommonQuestion(
    collection="faq",
    id="ho-tro",
    asks=("Được hỗ trợ gì?", "hỗ trợ gì"),
    answer="Có hai khoản:\n- **50%** học phí.\n- 900.000 đồng/tháng.",
    cites=("policies#moi", "ke-hoach-7#i"),
)
PLAN = Document(
    id="ke-hoach-7",
    citation="Kế hoạch 7",
    title="Kế hoạch thử",
    outline=tuple(parse_sections("# KẾ HOẠCH\n\n## I. MỤC TIÊU\n\nMột đoạn.\n")),
)


@dataclass(frozen=True)
class Shelf:
    """A few documents and entries."""

    entries: tuple[Entry, ...]
    papers: tuple[Document, ...] = (PLAN,)

    def documents(self) -> tuple[Document, ...]:
        return self.papers

    def document(self, document_id: str) -> Document | None:
        return next((paper for paper in self.papers if paper.id == document_id), None)

    def facts(self) -> FactBase:
        return FactBase({entry.passage_id: entry for entry in self.entries})


class _Seen(HTMLParser):
    """Collects the elements of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    @property
    def ids(self) -> list[str]:
        return [str(attributes["id"]) for _, attributes in self.elements if "id" in attributes]

    @property
    def links(self) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag == "a"]


def client_of(*entries: Entry, papers: tuple[Document, ...] = (PLAN,)) -> TestClient:
    app = FastAPI()
    install_pages(app, Shelf(entries, papers), today=lambda: TODAY, message_max_chars=99, retention_days=90)
    return TestClient(app)


@pytest.fixture
def client() -> TestClient:
    return client_of(OLD, NEW, OTHER, TIP, GAP, WELDING, FORMER, SCHOOL, ASKED)


def article(client: TestClient, entry: Entry) -> str:
    """The text of an entry's article, with its markup, in one line."""
    page = client.get(f"/facts/{entry.collection}").text
    found = re.search(rf'<article class="entry" id="{entry.id}".*?</article>', page, re.DOTALL)
    assert found
    return " ".join(found[0].split())


def plain(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", markup).split())


def test_overview_names_each_collection_with_its_count(client: TestClient) -> None:
    page = client.get("/facts")
    hrefs = [link.get("href") for link in _Seen(page.text).links]
    assert page.status_code == 200
    assert {f"/facts/{name}" for name in KINDS} <= set(hrefs)
    cards = [plain(card) for card in re.findall(r"<article.*?</article>", page.text, re.DOTALL)]
    assert any(card.startswith("Chính sách") and card.endswith("5 mục") for card in cards)
    assert any(card.startswith("Hướng nghiệp") and card.endswith("0 mục") for card in cards)


def test_overview_and_collection_without_facts_say_so() -> None:
    client = client_of()
    assert "Chưa có dữ kiện nào." in client.get("/facts").text
    assert "Chưa có mục nào." in client.get("/facts/policies").text


@pytest.mark.parametrize("name", ["khong-co", "%3Cscript%3E", "Policies"])
def test_unknown_collection_is_not_found(client: TestClient, name: str) -> None:
    page = client.get(f"/facts/{name}")
    assert page.status_code == 404
    assert "Không tìm thấy trang này" in page.text


@pytest.mark.parametrize("path", ["/", "/documents", "/facts", "/facts/policies"])
def test_facts_are_linked_from_every_page(client: TestClient, path: str) -> None:
    assert "/facts" in [link.get("href") for link in _Seen(client.get(path).text).links]


def test_fact_shows_statement_scope_note_and_source(client: TestClient) -> None:
    shown = article(client, OLD)
    assert 'data-cited="Đoạn được dẫn"' in shown
    assert "Hỗ trợ <strong>10%</strong> học phí." in shown
    assert "Lưu ý: Chỉ có một nguồn." in shown
    assert "Hải Phòng cũ" in shown
    assert "Áp dụng 2018–2025" in shown
    assert "(báo chí, tháng 6/2025)" in plain(shown)


def test_ended_period_is_marked_and_a_running_one_is_not(client: TestClient) -> None:
    assert "Đã kết thúc" in article(client, OLD)
    assert "Đã kết thúc" not in article(client, NEW)


def test_what_replaces_and_what_says_otherwise_is_linked_from_both_sides(client: TestClient) -> None:
    assert 'Nay đã có thông tin mới hơn: <a href="/facts/policies#moi">' in article(client, OLD)
    assert 'Thay cho: <a href="/facts/policies#cu">' in article(client, NEW)
    assert 'Nguồn khác ghi khác: <a href="/facts/policies#moi">' in article(client, OTHER)
    assert 'Nguồn khác ghi khác: <a href="/facts/policies#khac">' in article(client, NEW)


def test_source_among_our_documents_leads_to_its_section(client: TestClient) -> None:
    shown = article(client, OTHER)
    assert '<a href="/documents/ke-hoach-7#i">Kế hoạch 7, mục I</a>' in shown
    assert "Số liệu 2024" in shown


def test_source_elsewhere_opens_outside_and_learns_nothing(client: TestClient) -> None:
    links = [link for link in _Seen(article(client, OLD)).links if str(link["href"]).startswith("http")]
    (link,) = links
    assert link["href"] == PRESS["url"]
    assert link["target"] == "_blank"
    assert set(str(link["rel"]).split()) == {"noopener", "noreferrer", "nofollow"}


def test_advice_and_gaps_are_marked(client: TestClient) -> None:
    assert "Kinh nghiệm chung" in article(client, TIP)
    assert "Chưa có thông tin" in article(client, GAP)


def test_occupation_shows_pay_with_source_and_what_is_unknown(client: TestClient) -> None:
    shown = plain(article(client, WELDING))
    assert "Lương (tham khảo) 8-15 triệu đồng/tháng . Nguồn: Báo Thử (báo chí, tháng 6/2025)" in shown
    assert "Nhu cầu (tham khảo) chưa có thông tin" in shown
    assert "R (kỹ thuật), C (nghiệp vụ)" in shown
    assert "Có , thuộc 9 nghề của Nghị quyết 03/2024/NQ-HĐND" in shown
    assert "Nghề được Hải Phòng hỗ trợ đào tạo" in client.get("/facts/occupations").text


def test_school_shows_what_is_known_and_what_is_not(client: TestClient) -> None:
    shown = article(client, SCHOOL)
    assert "Địa chỉ chưa có thông tin" in plain(shown)
    assert '<a href="tel:02253552322">0225.3552.322 (fax 0225.859.336)</a>' in shown
    assert '<a href="/facts/occupations#han">Hàn</a>' in shown
    assert '<a href="/facts/institutions#truong-cu">Trường Cũ</a>' in shown
    assert "(không rõ ngày)" in shown


def test_old_name_of_a_school_leads_to_the_new_one_and_comes_last(client: TestClient) -> None:
    shown = article(client, FORMER)
    assert 'Nay là: <a href="/facts/institutions#truong-moi">Trường Mới</a>' in shown
    assert "Điện thoại" not in shown
    groups = groups_of("institutions", [FORMER, SCHOOL])
    assert [group.entries for group in groups] == [(SCHOOL,), (FORMER,)]


def test_common_question_shows_its_answer_and_what_it_cites(client: TestClient) -> None:
    shown = article(client, ASKED)
    assert "Được hỗ trợ gì?" in shown
    assert "<p>Có hai khoản:</p>" in shown
    assert "<li><strong>50%</strong> học phí.</li>" in shown
    assert "****" not in shown
    assert '<a href="/facts/policies#moi">' in shown
    assert '<a href="/documents/ke-hoach-7#i">' in shown


def test_citation_of_what_is_gone_is_no_link() -> None:
    client = client_of(ASKED, OTHER, papers=())
    assert "Căn cứ" not in article(client, ASKED)
    assert "Nguồn: Kế hoạch 7 (không rõ ngày)" in article(client, OTHER)


def hostile(entry: Entry) -> Entry:
    """The entry with every text of it, its enumerations apart, made hostile."""
    kept = {"collection", "id", "kind", "use", "suits", "levels", "merged_into", "teaches", "cites"}
    kept |= {"from", "to", "at", "date", "supersedes", "contradicts", "passage", "numbers"}

    def spoil(value: Any, name: str = "") -> Any:
        if name in kept:
            return value
        if isinstance(value, dict):
            return {key: spoil(below, key) for key, below in value.items()}
        if isinstance(value, list):
            return [spoil(below) for below in value]
        return HOSTILE if isinstance(value, str) else value

    return type(entry).model_validate(spoil(entry.model_dump(mode="json", by_alias=True)))


@pytest.mark.parametrize(
    "url", [HOSTILE, "javascript:alert(1)", "data:text/html,x", "//x.example", "https://a b"]
)
def test_what_entries_say_is_shown_and_never_obeyed(url: str) -> None:
    paper = PLAN.model_copy(update={"citation": HOSTILE})
    entries = [hostile(e) for e in (OLD, NEW, OTHER, TIP, GAP, WELDING, SCHOOL, FORMER, ASKED)]
    unsafe = PRESS | {"url": url, "name": HOSTILE}
    linked = Fact.model_validate({**OLD.model_dump(by_alias=True), "id": "lien-ket", "source": unsafe})
    client = client_of(*entries, linked, papers=(paper,))
    for name in ("policies", "occupations", "institutions", "faq"):
        page = client.get(f"/facts/{name}").text
        assert "{{ 7*7 }}" in page
        for tag, attributes in _Seen(page).elements:
            assert tag not in {"script", "img", "style"}
            assert not [a for a in attributes if a.startswith("on") or a == "style"]
            assert re.match(r"/(?!/)|#", attributes.get("href") or "#"), attributes


def test_every_entry_of_ours_is_shown_once_and_every_link_has_an_end() -> None:
    facts = read_facts(ROOT / "knowledge" / "facts")
    papers = tuple(read_documents(ROOT / "knowledge" / "documents"))
    client = client_of(*facts.by_id.values(), papers=papers)
    pages = {f"/facts/{name}": client.get(f"/facts/{name}").text for name in KINDS}
    pages |= {f"/documents/{paper.id}": client.get(f"/documents/{paper.id}").text for paper in papers}
    seen = {path: _Seen(page) for path, page in pages.items()}
    for path, page in seen.items():
        assert len(page.ids) == len(set(page.ids)), path
        for link in page.links:
            target, _, anchor = str(link["href"]).partition("#")
            if (target or path) in seen and anchor:
                assert anchor in seen[target or path].ids, link
    for entry in facts.by_id.values():
        assert entry.id in seen[f"/facts/{entry.collection}"].ids
    assert all("**" not in pages[f"/facts/{name}"] for name in KINDS)


def test_every_topic_of_ours_has_a_name() -> None:
    topics = vocabulary("topics")
    assert list(topics) == list(KINDS)
    for file in sorted((ROOT / "knowledge" / "facts").glob("*.yml")):
        used = {row["topic"] for row in yaml.safe_load(file.read_text(encoding="utf-8")) if "topic" in row}
        assert used <= set(topics[file.stem]["topics"]), file.name


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0225 3552 322", "02253552322"),
        ("+84 225 3552322", "+842253552322"),
        ("1900 9068, 111", "19009068"),
        ("gọi trường", None),
        (None, None),
    ],
)
def test_number_to_dial_is_read_from_the_beginning(text: str | None, number: str | None) -> None:
    assert dialled(text) == number


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("https://a.example.vn/b?c=1", True),
        ("http://a.vn và b.vn", False),
        ("a.vn", False),
        ("javascript://a.vn", False),
        ("http://[", False),
        (None, False),
    ],
)
def test_only_a_web_address_becomes_a_link(text: str | None, known: bool) -> None:
    assert (web_address(text) == text) is (known or text is None)
