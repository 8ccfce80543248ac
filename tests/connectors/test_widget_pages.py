"""The loader, the chat alone on a page, and the page for administrators, with a line to paste and a code to print."""

from collections.abc import Iterator
from html import unescape
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from actions.records import Records
from connectors.settings import Settings
from connectors.sites import Site
from connectors.widget_pages import LOADER, qr, snippet
from tests.connectors.apps import app_of

BASE_URL = "https://laban.example.vn"
PROOF = {"zalo_verifierABC.html": "proof of the domain"}


@pytest.fixture(scope="module")
def pages(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of an app with two schools."""
    changes = {
        "var_dir": tmp_path_factory.mktemp("pages"),
        "public_url": BASE_URL,
        "zalo_verification": PROOF,
    }
    app = app_of(settings.model_copy(update=changes))
    records: Records = app.state.records
    records.sites.put("truong-a", {"title": 'Trường <b>"A"', "origins": ["https://a.edu.vn", "https://b.vn"]})
    records.sites.put("truong-none", {})
    with TestClient(app) as client:
        yield client


def test_the_loader_can_be_embedded_anywhere_and_is_asked_for_again(pages: TestClient) -> None:
    answer = pages.get("/widget.js")
    assert answer.text == LOADER.read_text(encoding="utf-8")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "no-cache"
    assert pages.get("/widget.js", headers={"If-None-Match": answer.headers["etag"]}).status_code in (
        200,
        304,
    )
    assert pages.head("/widget.js").status_code == 200


def test_only_pages_of_the_site_may_frame_its_chat(pages: TestClient) -> None:
    answer = pages.get("/chat/truong-a")
    assert answer.status_code == 200
    assert "frame-ancestors https://a.edu.vn https://b.vn" in answer.headers["content-security-policy"]
    for path in ("/chat/truong-none", "/chat/laban", "/sites/truong-a", "/"):
        assert "frame-ancestors 'none'" in pages.get(path).headers["content-security-policy"]


def test_what_a_site_is_called_is_text_on_its_pages(pages: TestClient) -> None:
    for path in ("/chat/truong-a", "/sites/truong-a"):
        page = pages.get(path).text
        assert "<b>" not in page
        assert 'Trường <b>"A"' in unescape(page)


def test_the_administrators_page_shows_the_line_the_code_and_the_address(pages: TestClient) -> None:
    page = pages.get("/sites/truong-a").text
    assert f'<script src="{BASE_URL}/widget.js" data-site="truong-a" async></script>' in unescape(page)
    assert f"{BASE_URL}/chat/truong-a" in page
    assert "<svg" in page


@pytest.mark.parametrize("path", ["/chat/truong-c", "/sites/truong-c", "/chat/Laban", "/sites/%00", "/chat/"])
def test_of_a_site_that_does_not_exist_there_is_no_page(pages: TestClient, path: str) -> None:
    assert pages.get(path, headers={"Accept": "text/html"}).status_code == 404


def test_a_platforms_proof_of_the_domain_is_served_and_nothing_else(pages: TestClient) -> None:
    assert pages.get("/zalo_verifierABC.html").text == "proof of the domain"
    assert pages.get("/zalo_verifierXYZ.html").status_code == 404


def test_the_line_to_paste_names_only_what_differs() -> None:
    assert snippet(Site(key="a"), BASE_URL) == (
        f'<script src="{BASE_URL}/widget.js" data-site="a" async></script>'
    )
    assert snippet(Site(key="a", colour="#0b3f77", position="left"), BASE_URL) == (
        f'<script src="{BASE_URL}/widget.js" data-site="a" data-color="#0b3f77" data-position="left" async></script>'
    )


def test_the_code_is_a_drawing_that_names_its_address() -> None:
    drawing = ElementTree.fromstring(qr(f"{BASE_URL}/chat/a"))
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    assert drawing.findtext("{http://www.w3.org/2000/svg}title") == f"{BASE_URL}/chat/a"
