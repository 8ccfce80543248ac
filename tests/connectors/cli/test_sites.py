"""`laban sites`: a site is added, changed in parts, listed and removed; what cannot be is one line an option."""

import json
from pathlib import Path

import pytest

from actions.records import Records
from connectors.keys import Keys
from tests.connectors.cli.conftest import Laban

SECRET = "a secret of the tests that is long enough"
ORIGIN = "https://truong-a.edu.vn"


@pytest.fixture
def url(tmp_path: Path, laban: Laban, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database that the commands use."""
    address = f"sqlite:///{tmp_path / 'records.sqlite'}"
    monkeypatch.setenv("LABAN_DATABASE_URL", address)
    monkeypatch.setenv("LABAN_SECRET_KEY", SECRET)
    monkeypatch.setenv("LABAN_PUBLIC_URL", "https://laban.vn")
    return address


def kept(url: str) -> dict[str, dict[str, object]]:
    """The sites that the database holds."""
    records = Records.open(url, Keys(SECRET))
    try:
        return records.sites.all()
    finally:
        records.close()


def test_a_site_is_added_and_its_line_and_pages_are_printed(laban: Laban, url: str) -> None:
    code, out, err = laban("sites", "add", "truong-a", "--origin", ORIGIN, "--title", "Trường A")
    assert (code, err) == (0, "")
    assert '<script src="https://laban.vn/widget.js" data-site="truong-a" async></script>' in out
    assert "https://laban.vn/chat/truong-a" in out
    assert "https://laban.vn/sites/truong-a" in out
    assert "No page may show it yet" not in out
    assert kept(url)["truong-a"]["origins"] == [ORIGIN]


def test_only_what_is_given_of_a_site_is_changed(laban: Laban, url: str) -> None:
    laban("sites", "add", "truong-a", "--origin", ORIGIN, "--question", "Học phí?", "--question", "Ở đâu?")
    assert laban("sites", "add", "truong-a", "--colour", "#0B3F77", "--idle-minutes", 30)[0] == 0
    site = kept(url)["truong-a"]
    assert (site["origins"], site["questions"]) == ([ORIGIN], ["Học phí?", "Ở đâu?"])
    assert (site["colour"], site["idle_minutes"]) == ("#0b3f77", 30)


def test_without_an_origin_it_is_said_that_no_page_may_show_it(laban: Laban, url: str) -> None:
    assert "No page may show it yet" in laban("sites", "add", "truong-a")[1]
    assert "none: shown nowhere" in laban("sites", "list")[1]


def test_sites_are_listed_and_removed(laban: Laban, url: str) -> None:
    laban("sites", "add", "truong-b")
    laban("sites", "add", "truong-a", "--origin", ORIGIN, "--title", "Trường [b]A[/b]")
    shown = laban("sites", "list")[1]
    assert "Trường [b]A[/b]" in shown
    assert shown.index("truong-a") < shown.index("truong-b")
    rows = json.loads(laban("sites", "list", "--json")[1])
    assert [(row["key"], row["origins"]) for row in rows] == [("truong-a", [ORIGIN]), ("truong-b", [])]
    assert laban("sites", "remove", "truong-a") == (0, "removed: truong-a\n", "")
    assert laban("sites", "remove", "truong-a") == (1, "", "laban: there is no site truong-a\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("truong-a", "--origin", "truong.edu.vn"), "--origin: truong.edu.vn is no origin"),
        (("truong-a", "--origin", "https://*.vn"), "--origin: https://*.vn: neither a user name nor *"),
        (("truong-a", "--colour", "#ffff00"), "--colour: #ffff00 stands out too little"),
        (("truong-a", "--position", "top"), "--position: Input should be 'right' or 'left'"),
        (("truong-a", *(7 * ("--question", "x"))), "--question: List should have at most 6 items"),
        (("truong-a", "--phone", "cô Hà"), "--phone: "),
        (("truong-a", "--idle-minutes", 0), "--idle-minutes: "),
        (("Truong-A",), "KEY: "),
        (("laban", "--title", "Khác"), "laban is La Bàn's own site"),
    ],
)
def test_what_cannot_be_is_named_and_nothing_is_kept(
    laban: Laban, url: str, arguments: tuple[object, ...], message: str
) -> None:
    code, out, err = laban("sites", "add", *arguments)
    assert (code, out) == (1, "")
    assert err.startswith(f"laban: {message}")
    assert kept(url) == {}
