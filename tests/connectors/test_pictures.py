"""The picture of a quiz is drawn from its address, and from nothing else."""

import io
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient
from PIL import Image

PATH = "/pictures/interests/"


def test_the_scores_are_drawn_as_svg_that_says_them_in_words(client: TestClient) -> None:
    answer = client.get(f"{PATH}12-8-3-9-4-0.svg")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    root = ElementTree.fromstring(answer.text)
    title = root.find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert "12/12" in (title.text or "")
    assert "max-age" in answer.headers["cache-control"]


def test_messengers_get_a_png(client: TestClient) -> None:
    answer = client.get(f"{PATH}12-8-3-9-4-0.png")
    assert answer.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).size[0] > 500


@pytest.mark.parametrize(
    "name",
    [
        "13-0-0-0-0-0.svg",
        "1-2-3.svg",
        "1-2-3-4-5-6.gif",
        "a.svg",
        "1-2-3-4-5-6-7.svg",
        "1-2-3-4-5-.png",
        "%3Cscript%3E.svg",
    ],
)
def test_anything_else_is_not_found(client: TestClient, name: str) -> None:
    assert client.get(f"{PATH}{name}").status_code == 404
