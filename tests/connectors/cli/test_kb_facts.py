"""`laban kb` checks and lists the facts, and tells what in them is getting old."""

import json
from pathlib import Path

import pytest

from tests.connectors.cli.conftest import Laban
from tests.connectors.conftest import DOCUMENT

SOURCE = "{name: Báo Thử, kind: press, url: 'https://bao.example.vn/1', date: '2025-01-02'}"
POLICIES = f"""- id: het-han
  topic: nq03
  statement: Lớp gốm được hỗ trợ 10%.
  applies_to: {{from: '2020', to: '2023'}}
  source: {SOURCE}
- id: sap-het
  topic: nq03
  statement: Lớp mộc được hỗ trợ 20%.
  applies_to: {{to: '2024-06-30'}}
  source: {SOURCE}
- id: con-lau
  topic: nq03
  statement: Lớp may [b]được[/b] hỗ trợ 30%.
  applies_to: {{to: '2024-09'}}
  source: {{name: Trang không ngày, kind: web}}
- id: trong-quy-che
  topic: nq03
  statement: Lớp gốm thu 123.000 đồng mỗi tháng.
  source: {{name: Quy chế 7, kind: document, passage: quy-che-thu#i}}
"""
FAQ = """- id: hoc-phi
  asks:
    - Học gốm hết bao nhiêu?
  answer: 123.000 đồng mỗi tháng.
  cites:
    - policies#trong-quy-che
    - quy-che-thu#i
"""


@pytest.fixture
def facts(tmp_path: Path, laban: Laban, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of facts beside one document; both are named by the settings, and it is June 2024."""
    documents, folder = tmp_path / "documents", tmp_path / "facts"
    documents.mkdir()
    folder.mkdir()
    (documents / "quy-che-thu.md").write_text(DOCUMENT, encoding="utf-8")
    (folder / "policies.yml").write_text(POLICIES, encoding="utf-8")
    (folder / "faq.yml").write_text(FAQ, encoding="utf-8")
    monkeypatch.setenv("LABAN_DOCUMENTS_DIR", str(documents))
    monkeypatch.setenv("LABAN_FACTS_DIR", str(folder))
    monkeypatch.setenv("LABAN_TODAY", "2024-06-01")
    return folder


def test_check_counts_facts_and_what_is_getting_old(laban: Laban, facts: Path) -> None:
    code, out, err = laban("kb", "check")
    assert (code, err) == (0, "")
    assert "5 facts: no fault found" in out
    assert "1 ended, 1 ending within 90 days, 1 without a source date" in out


def test_check_names_file_line_entry_and_field_of_every_fault(laban: Laban, facts: Path) -> None:
    (facts / "policies.yml").write_text(
        POLICIES.replace("topic: nq03", "topics: nq03", 1).replace("to: '2024-06-30'", "to: hôm qua"),
        encoding="utf-8",
    )
    (facts / "changes.yml").write_text("- id: [\n", encoding="utf-8")
    (facts / "faq.yml").write_text(FAQ.replace("quy-che-thu#i", "quy-che-thu#xx"), encoding="utf-8")
    (facts / "khac.yml").write_text("[]", encoding="utf-8")
    code, out, err = laban("kb", "check")
    assert (code, out) == (1, "")
    assert "policies.yml:1: het-han: topic: Field required" in err
    assert "policies.yml:1: het-han: topics: Extra inputs are not permitted" in err
    assert "policies.yml:6: sap-het: applies_to.to: " in err
    assert "changes.yml:" in err
    assert "khac.yml:1: no such collection" in err
    assert "faq.yml:1: hoc-phi: cites: no document has the passage 'quy-che-thu#xx'" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("policies.yml", "passage: quy-che-thu#i", "passage: quy-che-thu#ix", "source.passage: no document"),
        ("policies.yml", "passage: quy-che-thu#i", "passage: khong-co", "source.passage: no document"),
        ("faq.yml", "policies#trong-quy-che", "policies#khong-co", "cites: there is no entry"),
    ],
)
def test_check_follows_every_citation(
    laban: Laban, facts: Path, file: str, old: str, new: str, fault: str
) -> None:
    text = (facts / file).read_text(encoding="utf-8")
    (facts / file).write_text(text.replace(old, new), encoding="utf-8")
    code, _, err = laban("kb", "check")
    assert code == 1
    assert fault in err


def test_whole_document_may_be_cited(laban: Laban, facts: Path) -> None:
    (facts / "policies.yml").write_text(POLICIES.replace("quy-che-thu#i", "quy-che-thu"), encoding="utf-8")
    assert laban("kb", "check")[0] == 0


@pytest.mark.parametrize(
    ("days", "expiring"),
    [(0, set()), (30, {"policies#sap-het"}), (200, {"policies#sap-het", "policies#con-lau"})],
)
def test_expiring_lists_what_ends_in_so_many_days(
    laban: Laban, facts: Path, days: int, expiring: set[str]
) -> None:
    code, out, _ = laban("kb", "check", "--expiring", days, "--json")
    report = json.loads(out)
    states: dict[str, set[str]] = {"ended": set(), "expiring": set(), "undated": set()}
    for row in report["expiring"]:
        states[row["state"]].add(row["id"])
    assert code == 0
    assert (report["facts"], report["faults"]) == (5, [])
    assert states == {"ended": {"policies#het-han"}, "expiring": expiring, "undated": {"policies#con-lau"}}


def test_expiring_is_a_table_for_a_reader(laban: Laban, facts: Path) -> None:
    out = laban("kb", "check", "--expiring", 60)[1]
    assert "policies#sap-het" in out
    assert "2024-06-30" in out
    assert "Trang không ngày" in out
    assert "lists them" not in out


def test_faults_are_in_the_json_too(laban: Laban, facts: Path) -> None:
    (facts / "changes.yml").write_text("a: b\n", encoding="utf-8")
    code, out, err = laban("kb", "check", "--json")
    assert (code, err) == (1, "")
    (fault,) = json.loads(out)["faults"]
    assert "changes.yml:1: not a list of entries" in fault


def test_missing_folder_of_facts_is_a_fault(
    laban: Laban, facts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABAN_FACTS_DIR", str(facts / "missing"))
    code, _, err = laban("kb", "check")
    assert code == 1
    assert "missing: no such folder" in err


def test_list_counts_the_entries_of_each_collection(laban: Laban, facts: Path) -> None:
    rows = json.loads(laban("kb", "list", "--json")[1])
    assert [row["id"] for row in rows if "id" in row] == ["quy-che-thu"]
    assert {row["collection"]: row["entries"] for row in rows if "collection" in row} == {
        "policies": 4,
        "faq": 1,
    }
    assert "policies" in laban("kb", "list")[1]


def test_list_shows_the_entries_of_a_collection(laban: Laban, facts: Path) -> None:
    code, out, _ = laban("kb", "list", "--collection", "policies", "--json")
    rows = json.loads(out)
    assert code == 0
    assert [row["id"] for row in rows][:2] == ["policies#het-han", "policies#sap-het"]
    assert rows[0]["to"] == "2023"
    assert rows[0]["dated"] == "2025-01-02"
    table = laban("kb", "list", "--collection", "policies")[1]
    assert "[b]được[/b]" in table
    faq = json.loads(laban("kb", "list", "--collection", "faq", "--json")[1])
    assert faq[0]["about"] == "Học gốm hết bao nhiêu?"


def test_unknown_collection_is_named(laban: Laban, facts: Path) -> None:
    code, _, err = laban("kb", "list", "--collection", "khac")
    assert code == 1
    assert "no collection 'khac'; there are policies" in err


def test_folder_of_foreign_documents_has_no_facts(laban: Laban, facts: Path) -> None:
    documents = facts.parent / "documents"
    assert "0 facts" in laban("kb", "check", "--documents", documents)[1]
    assert [row["id"] for row in json.loads(laban("kb", "list", "--documents", documents, "--json")[1])] == [
        "quy-che-thu"
    ]
