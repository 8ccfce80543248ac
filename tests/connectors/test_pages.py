"""The pages as the server gives them; what a browser makes of them is tested in end_to_end/browser."""

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.requests import Request

from connectors.pages import error_page, inline_markdown, install_pages, wants_page
from knowledge.documents import Document, Library, read_documents
from knowledge.facts import FactBase
from knowledge.structure import parse_sections

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "connectors" / "static"
DURING, AFTER = date(2024, 6, 1), date(2026, 1, 15)
BODY = """Số: 7/KH-UBND

# KẾ HOẠCH thử

## I. MỤC TIÊU

### 1. Mục tiêu <chung>

- Đạt **40%** học sinh <script>alert(1)</script>
- Đạt *45%* & hơn

a) Một điểm, liên hệ 0912 345 678 hoặc ai-do@example.vn.

### 2. Mục tiêu riêng

Một đoạn.
"""
PLAN = Document(
    id="ke-hoach-7",
    type="Kế hoạch",
    number="/KH-UBND",
    citation="Kế hoạch 7",
    title="Thử “<b>trang</b>” đọc",
    issuer="Ủy ban",
    issued="2023-03",
    valid_from="2018",
    valid_to="2025",
    signer="Người Ký",
    source="Bản gốc",
    ocr_notes=("Chữ “a” thừa.",),
    outline=tuple(parse_sections(BODY)),
)
BARE = Document(
    id="tran", citation="tran", title="Văn bản không đầu", outline=tuple(parse_sections("Một đoạn."))
)


class Shelf(Library):
    """Documents without any facts."""

    def facts(self) -> FactBase:
        return FactBase()


class _Seen(HTMLParser):
    """Collects the ids and the elements of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if identifier := attributes.get("id"):
            self.ids.append(identifier)


def client_of(*documents: Document, today: date = AFTER) -> TestClient:
    app = FastAPI()
    library = Shelf({document.id: document for document in documents})
    install_pages(app, library, today=lambda: today, message_max_chars=1234, retention_days=90)
    return TestClient(app)


@pytest.fixture
def client() -> TestClient:
    return client_of(PLAN, BARE)


def test_landing_page_holds_the_chat_and_its_limit(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert '<la-ban-chat site="laban" max-length="1234">' in page.text
    assert "Xem 2 văn bản gốc" in page.text
    questions = [a["data-ask"] for tag, a in _Seen(page.text).elements if "data-ask" in a]
    assert 3 <= len(questions) <= 5


def test_every_passage_and_block_has_its_id_once(client: TestClient) -> None:
    seen = _Seen(client.get("/documents/ke-hoach-7").text)
    wanted = [section.slug for section in PLAN.outline]
    wanted += [block.anchor for section in PLAN.outline for block in section.blocks if block.anchor]
    assert "i-1" in wanted
    assert set(wanted) <= set(seen.ids)
    assert len(seen.ids) == len(set(seen.ids))


def test_every_document_of_ours_can_be_read() -> None:
    documents = read_documents(ROOT / "knowledge" / "documents")
    client = client_of(*documents)
    for document in documents:
        page = client.get(f"/documents/{document.id}").text
        ids = _Seen(page).ids
        assert len(ids) == len(set(ids))
        assert {section.slug for section in document.outline} <= set(ids)
        text = re.sub(r"<[^>]+>", "", page)
        assert "**" not in text


def test_document_text_is_escaped_but_emphasised(client: TestClient) -> None:
    page = client.get("/documents/ke-hoach-7").text
    assert "<strong>40%</strong> học sinh &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<em>45%</em> &amp; hơn" in page
    assert "1. Mục tiêu &lt;chung&gt;" in page
    assert "&lt;b&gt;trang&lt;/b&gt;" in page
    assert [tag for tag, _ in _Seen(page).elements if tag in ("script", "style", "b")] == []


def test_personal_contacts_are_not_shown(client: TestClient) -> None:
    page = client.get("/documents/ke-hoach-7").text
    assert "Một điểm, liên hệ" in page
    assert "0912" not in page
    assert "@" not in page


def test_front_matter_is_shown_as_facts(client: TestClient) -> None:
    page = client.get("/documents/ke-hoach-7").text
    facts = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page))
    assert facts == {
        "Loại văn bản": "Kế hoạch",
        "Số hiệu": "……/KH-UBND",
        "Ngày ban hành": "tháng 3/2023",
        "Cơ quan ban hành": "Ủy ban",
        "Giai đoạn áp dụng": "2018–2025",
        "Người ký": "Người Ký",
        "Nguồn": "Bản gốc",
    }
    assert "Chữ “a” thừa." in page


@pytest.mark.parametrize(
    ("issued", "written"),
    [("2024", "năm 2024"), ("2023-03", "tháng 3/2023"), ("2019-04-24", "ngày 24/4/2019")],
)
def test_partial_dates_stay_partial(issued: str, written: str) -> None:
    page = client_of(PLAN.model_copy(update={"issued": issued})).get("/documents/ke-hoach-7").text
    assert f"<dt>Ngày ban hành</dt><dd>{written}</dd>" in page


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "written"),
    [
        ("2024", None, "từ 2024"),
        (None, "2030", "đến hết 2030"),
        ("2023-05", "2023-12", "tháng 5/2023–tháng 12/2023"),
    ],
)
def test_period_is_written_as_far_as_it_is_known(
    valid_from: str | None, valid_to: str | None, written: str
) -> None:
    document = PLAN.model_copy(update={"valid_from": valid_from, "valid_to": valid_to})
    page = client_of(document).get("/documents/ke-hoach-7").text
    assert f"<dt>Giai đoạn áp dụng</dt><dd>{written}</dd>" in page


def test_ended_period_is_told_on_both_pages() -> None:
    running, ended = client_of(PLAN, today=DURING), client_of(PLAN, today=AFTER)
    assert "<strong>Đã kết thúc.</strong>" not in running.get("/documents/ke-hoach-7").text
    assert "<strong>Đã kết thúc.</strong>" in ended.get("/documents/ke-hoach-7").text
    assert "Áp dụng: 2018–2025" in running.get("/documents").text
    assert "Đã kết thúc: 2018–2025" in ended.get("/documents").text


def test_contents_link_to_existing_headings(client: TestClient) -> None:
    page = client.get("/documents/ke-hoach-7").text
    seen = _Seen(page)
    links = {a["href"] for tag, a in seen.elements if tag == "a" and str(a.get("href")).startswith("#")}
    assert {"#i", "#i-1", "#i-2"} <= links
    assert {str(link)[1:] for link in links} <= set(seen.ids)


def test_document_without_front_matter_can_be_read(client: TestClient) -> None:
    page = client.get("/documents/tran")
    assert page.status_code == 200
    assert "Một đoạn." in page.text
    assert "Mục lục" not in page.text


def test_list_names_every_document(client: TestClient) -> None:
    links = [a.get("href") for tag, a in _Seen(client.get("/documents").text).elements if tag == "a"]
    assert {"/documents/ke-hoach-7", "/documents/tran"} <= set(links)


def test_list_without_documents_says_so() -> None:
    assert "Chưa có văn bản nào." in client_of().get("/documents").text


@pytest.mark.parametrize("path", ["/documents/khong-co", "/documents/%3Cscript%3E"])
def test_unknown_document_gets_a_page_in_vietnamese(client: TestClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 404
    assert "Không tìm thấy trang này" in page.text
    assert "<script>" not in page.text


@pytest.mark.parametrize(
    ("status", "words"), [(404, "Không tìm thấy trang này"), (500, "Trang đang gặp trục trặc")]
)
def test_error_page_tells_what_is_wrong(status: int, words: str) -> None:
    request = Request({"type": "http", "method": "GET", "path": "/x", "headers": [], "query_string": b""})
    page = error_page(request, status)
    assert page.status_code == status
    assert words in bytes(page.body).decode()


@pytest.mark.parametrize(
    ("path", "accept", "page"),
    [("/x", "text/html,*/*", True), ("/x", "*/*", False), ("/api/v1/messages", "text/html", False)],
)
def test_errors_are_pages_for_browsers_only(path: str, accept: str, page: bool) -> None:
    headers = [(b"accept", accept.encode()), (b"host", b"localhost")]
    request = Request(
        {"type": "http", "method": "GET", "path": path, "headers": headers, "query_string": b""}
    )
    assert wants_page(request) is page


@pytest.mark.parametrize("path", ["/", "/documents", "/documents/ke-hoach-7", "/static/chat.js"])
def test_head_is_answered_and_pages_are_revalidated(client: TestClient, path: str) -> None:
    answer = client.head(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


def test_unchanged_script_is_not_sent_again(client: TestClient) -> None:
    tag = client.get("/static/chat.js").headers["etag"]
    assert client.get("/static/chat.js", headers={"if-none-match": tag}).status_code == 304


@pytest.mark.parametrize(
    "path", ["/", "/documents", "/documents/ke-hoach-7", "/documents/khong-co", "/facts", "/facts/policies"]
)
def test_pages_need_nothing_inline_and_nothing_foreign(client: TestClient, path: str) -> None:
    for tag, attributes in _Seen(client.get(path).text).elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert tag != "style"
        assert tag != "script" or str(attributes.get("src")).startswith("/static/")
        for name in ("src", "href"):
            assert re.match(r"/(?!/)|#", attributes.get(name) or "#")


def test_inline_markdown_knows_emphasis_only() -> None:
    assert inline_markdown("***a*** [b](http://c) `d` \\*e\\*") == (
        "<em><strong>a</strong></em> [b](http://c) `d` *e*"
    )


def test_scripts_never_turn_text_into_markup() -> None:
    sinks = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|DOMParser|srcdoc")
    for script in STATIC.glob("*.js"):
        assert not sinks.search(script.read_text(encoding="utf-8")), script.name
