"""A short link leads to the very paragraph, and nowhere when there is no such thing."""

import pytest
from fastapi.testclient import TestClient

from connectors.short_links import short_link


def test_a_short_link_is_short_and_always_the_same() -> None:
    link = short_link("quy-che-thu#i", "https://laban.vn")
    assert link.startswith("https://laban.vn/s/")
    assert len(link.rpartition("/")[2]) == 8
    assert short_link("quy-che-thu#i", "https://laban.vn") == link
    assert short_link("quy-che-thu#ii", "https://laban.vn") != link


def test_it_leads_to_the_paragraph(client: TestClient) -> None:
    passages = client.app.state.store.retriever().index.passages  # type: ignore[attr-defined]
    assert len(passages) > 3
    for passage in passages:
        answer = client.get(short_link(passage.id, ""), follow_redirects=False)
        assert answer.status_code == 302
        page, _, anchor = answer.headers["location"].partition("#")
        shown = client.get(page)
        assert shown.status_code == 200
        assert f'id="{anchor}"' in shown.text


@pytest.mark.parametrize("code", ["00000000", "x", "a" * 500, "%00", "..%2Fstatic"])
def test_what_leads_nowhere_is_404(client: TestClient, code: str) -> None:
    assert client.get(f"/s/{code}", follow_redirects=False).status_code == 404
