"""A site is described strictly: origins without paths, colours that can be read, few and short words."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from actions.records import Records
from connectors.keys import Keys
from connectors.sites import OWN, Site, contrast, own_origin


@pytest.fixture
def records(tmp_path: Path) -> Any:
    """Records that hold no site."""
    opened = Records.open(
        f"sqlite:///{tmp_path / 'records.sqlite'}", Keys("a secret of the tests, long enough")
    )
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        # https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio; the values are those of WebAIM's checker.
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),
        ("#0000ff", "#ffffff", 8.59),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize("colour", ["#0b5f57", "#FF0000", "#d9480f", "#777777", "#000000"])
def test_a_colour_that_stands_out_is_taken(colour: str) -> None:
    assert Site(key="a", colour=colour).colour == colour.lower()


@pytest.mark.parametrize("colour", ["#ffff00", "#ffffff", "#a0a0a0", "#00ff00"])
def test_a_colour_that_stands_out_too_little_is_refused_with_its_contrast(colour: str) -> None:
    with pytest.raises(ValidationError, match=f"{colour} stands out too little.*at least 3 is needed"):
        Site(key="a", colour=colour)


@pytest.mark.parametrize("colour", ["red", "#fff", "0b5f57", "#0b5f5g", "#0b5f57;", "#0b5f57\n"])
def test_what_is_no_colour_is_refused(colour: str) -> None:
    with pytest.raises(ValidationError, match="must be a colour such as"):
        Site(key="a", colour=colour)


@given(colour=st.integers(0, 0xFFFFFF).map("#{:06x}".format))
def test_on_every_colour_that_is_taken_white_or_black_can_be_read(colour: str) -> None:
    try:
        taken = Site(key="a", colour=colour).colour
    except ValidationError:
        assert contrast(colour, "#ffffff") < 3
    else:
        assert contrast(taken, "#ffffff") >= 3
        assert max(contrast(taken, "#ffffff"), contrast(taken, "#000000")) >= 4.5


@pytest.mark.parametrize(
    ("given_as", "kept"),
    [
        ("https://truong.edu.vn", "https://truong.edu.vn"),
        ("https://Truong.EDU.vn/", "https://truong.edu.vn"),
        (" http://localhost:8080 ", "http://localhost:8080"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ],
)
def test_an_origin_is_kept_as_a_browser_says_it(given_as: str, kept: str) -> None:
    assert Site(key="a", origins=[given_as]).origins == [kept]


@pytest.mark.parametrize(
    "origin",
    [
        "truong.edu.vn",
        "https://truong.edu.vn/chat",
        "https://truong.edu.vn?x=1",
        "https://*.edu.vn",
        "https://someone@truong.edu.vn",
        "ftp://truong.edu.vn",
        "https://",
        "https://truong.edu.vn; script-src 'unsafe-inline'",
        "https://truong.edu.vn:99999",
        "https://truong..edu.vn",
        "null",
        "*",
        "",
    ],
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(ValidationError):
        Site(key="a", origins=[origin])


@pytest.mark.parametrize(
    ("given_as", "sent"),
    [
        ("https://truong.edu.vn:443", "https://truong.edu.vn"),
        ("http://truong.edu.vn:80", "http://truong.edu.vn"),
        ("https://trường.edu.vn", "https://xn--trng-rib8295b.edu.vn"),
    ],
)
def test_an_origin_matches_what_a_browser_sends(given_as: str, sent: str) -> None:
    assert Site(key="a", origins=[given_as]).allows(sent, "https://laban.example.vn")


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "Truong-A"},
        {"key": "-a"},
        {"key": "a" * 41},
        {"title": ""},
        {"title": "a" * 61},
        {"greeting": "a" * 401},
        {"questions": ["q"] * 7},
        {"questions": [""]},
        {"phone": "gọi cô Hà"},
        {"position": "top"},
        {"idle_minutes": 0},
        {"color": "#000000"},
    ],
)
def test_what_does_not_fit_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Site.model_validate({"key": "a", **wrong})


def test_only_own_and_named_origins_are_allowed() -> None:
    site, own = Site(key="a", origins=["https://a.edu.vn"]), own_origin("https://LaBan.vn:8443/chat")
    assert own == "https://laban.vn:8443"
    assert own_origin("https://laban.vn:443") == "https://laban.vn"
    assert site.allows("https://a.edu.vn", own)
    assert site.allows("https://laban.vn:8443", own)
    assert not site.allows("https://laban.vn", own)
    assert not site.allows(None, own)
    assert not Site(key="a").allows("https://a.edu.vn", own)


def test_our_own_site_is_always_there_and_others_when_they_are_kept(records: Records) -> None:
    own = Site.find(records.sites, OWN)
    assert own is not None
    assert (own.key, own.origins) == (OWN, [])
    assert own.questions
    records.sites.put(OWN, {"title": "Giả"})
    assert Site.find(records.sites, OWN) == own
    assert Site.find(records.sites, "truong-a") is None
    records.sites.put("truong-a", {"title": "Trường A"})
    found = Site.find(records.sites, "truong-a")
    assert found is not None
    assert (found.key, found.title, found.position) == ("truong-a", "Trường A", "right")


@pytest.mark.parametrize("key", ["", "Truong-A", "../laban", "a\x00b", "a" * 500, "trường"])
def test_what_is_no_key_is_no_site(records: Records, key: str) -> None:
    assert Site.find(records.sites, key) is None
