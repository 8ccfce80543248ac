"""The facts keep to their schema, and a broken entry is named with its file, line and field."""

from datetime import date
from pathlib import Path

import pytest

from knowledge.errors import FactError
from knowledge.fact_files import check_facts, read_facts
from knowledge.facts import Fact, FactBase, Institution, sources_of

SHIPPED = Path(__file__).parents[2] / "knowledge" / "facts"
GOOD = "- {id: mot, topic: t, statement: Học phí được giảm., source: {name: Báo A, kind: press}}\n"
TRADE = (
    "- {id: gom, name: Gốm, description: {statement: Nung đất.}, workplaces: [lò], suits: [R], levels: [sơ cấp], "
    "supported_by_nq03: false}\n"
)
SCHOOL = "- {id: truong, name: Trường Sông Giá, locality: TP Hải Phòng}\n"
ASKED = "- {id: hoi, asks: [Ai vậy], answer: Mình., cites: [policies#mot]}\n"


def read(folder: Path, text: str, name: str = "policies.yml") -> FactBase:
    (folder / name).write_text(text, encoding="utf-8")
    return read_facts(folder)


def test_the_shipped_facts_keep_to_the_schema() -> None:
    facts = read_facts(SHIPPED)
    assert len(facts.occupations) >= 35
    assert len(facts.institutions) >= 41
    assert len(facts.by_id) >= 380


def test_an_entry_is_found_by_its_passage_id(tmp_path: Path) -> None:
    facts = read(tmp_path, GOOD)
    assert facts.entry("policies#mot") is facts.of("policies")[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + GOOD, "another entry has this id"),
        ("- {id: mot, topic: t, statement: Không nguồn.}\n", "a fact needs a source"),
        (GOOD.replace("topic", "topik"), "topi"),
        (GOOD.replace("source:", "supersedes: [hai], source:"), "there is no entry 'policies#hai'"),
        ("- {id: mot, [}\n", "not YAML"),
        ("mot: hai\n", "not a list"),
    ],
)
def test_a_fault_is_told_with_its_file_and_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(FactError, match=r"policies\.yml:\d+: ") as raised:
        read(tmp_path, text)
    assert said in str(raised.value)


def test_a_file_of_no_collection_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FactError, match="no such collection"):
        read(tmp_path, GOOD, "policy.yml")


@pytest.mark.parametrize(
    ("file", "text", "place", "said"),
    [
        # Every fact has a source, and has been checked.
        (
            "policies",
            GOOD.replace("source:", "verified: false, source:"),
            "1: mot: ",
            "a fact needs a source",
        ),
        ("policies", GOOD.replace("kind: press", "kind: tờ rơi"), "1: mot: source.kind", "'press'"),
        ("policies", GOOD.replace("name: Báo A, ", ""), "1: mot: source.name", "required"),
        ("policies", "- {id: mot, topic: t, statement: S., use: đoán}\n", "1: mot: use", "'advice'"),
        # Dates are days of the calendar.
        (
            "policies",
            GOOD.replace("source:", "applies_to: {from: 2026-13}, source:"),
            "1: mot: applies_to.from",
            "",
        ),
        (
            "policies",
            GOOD.replace("source:", "applies_to: {to: hôm qua}, source:"),
            "1: mot: applies_to.to",
            "2024-03",
        ),
        ("policies", GOOD.replace("kind:", "date: 2026-02-30, kind:"), "1: ", "not YAML"),
        (
            "policies",
            GOOD.replace("kind:", "date: '2026-02-30', kind:"),
            "1: mot: source.date",
            "no day of the calendar",
        ),
        # Ids are names in lower case.
        ("policies", GOOD.replace("id: mot", "id: Một"), "1: Một: id", "pattern"),
        ("policies", GOOD.replace("id: mot, ", ""), "1: id", "required"),
        # Nothing that the schema does not know.
        ("policies", GOOD.replace("source:", "đơn vị: x, source:"), "1: mot: đơn vị", "not permitted"),
        (
            "policies",
            GOOD.replace("source:", "applies_to: {until: '2026'}, source:"),
            "1: mot: applies_to.until",
            "",
        ),
        ("occupations", TRADE.replace("suits: [R]", "suits: [X]"), "1: gom: suits.0", "'R'"),
        ("occupations", TRADE.replace("sơ cấp", "đại học"), "1: gom: levels.0", "'sơ cấp'"),
        (
            "occupations",
            TRADE.replace("supported_by_nq03: false", ""),
            "1: gom: supported_by_nq03",
            "required",
        ),
        ("institutions", SCHOOL.replace(", locality: TP Hải Phòng", ""), "1: truong: locality", "required"),
        ("faq", ASKED.replace("asks: [Ai vậy]", "asks: []"), "1: hoi: asks", "at least 1"),
        ("faq", ASKED.replace("answer: Mình.", "use: advice, answer: Mình."), "1: hoi: use", "'gap'"),
        # Whatever an entry names exists.
        (
            "policies",
            GOOD.replace("source:", "contradicts: [hai], source:"),
            "1: mot: contradicts",
            "'policies#hai'",
        ),
        (
            "institutions",
            SCHOOL.replace("locality", "teaches: [gom], locality"),
            "1: truong: teaches",
            "#gom'",
        ),
        (
            "institutions",
            SCHOOL.replace("locality", "may_teach: [gom], locality"),
            "1: truong: may_teach",
            "#gom'",
        ),
        (
            "institutions",
            SCHOOL.replace("locality", "merged_into: b, locality"),
            "1: truong: merged_into",
            "#b'",
        ),
        ("faq", ASKED, "1: hoi: cites", "'policies#mot'"),
        # A file is a list of entries.
        ("policies", "- mot\n", "1: ", "field: value"),
        ("policies", "# ghi chú\n\n" + GOOD + "- hai\n", "4: ", "field: value"),
        ("policies", GOOD + "\t- hai\n", "2: ", "not YAML"),
        ("policies", "chữ\n", "1: ", "not a list"),
    ],
)
def test_every_rule_is_kept_and_a_fault_names_its_line_its_entry_and_its_field(
    tmp_path: Path, file: str, text: str, place: str, said: str
) -> None:
    with pytest.raises(FactError) as raised:
        read(tmp_path, text, f"{file}.yml")
    told = str(raised.value)
    assert told.startswith(f"{tmp_path / file}.yml:{place}")
    assert said in told
    assert raised.value.line == int(place.partition(":")[0])


def test_a_file_that_is_not_utf8_is_told_to_be_saved_as_that(tmp_path: Path) -> None:
    (tmp_path / "policies.yml").write_bytes(GOOD.encode("utf-16"))
    with pytest.raises(FactError, match=r"policies\.yml:1: not UTF-8 text .*save it as UTF-8"):
        read_facts(tmp_path)


@pytest.mark.parametrize("text", ["", "# chỉ có ghi chú\n", "[]\n"])
def test_a_file_without_entries_is_no_fault(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text).by_id == {}


@pytest.mark.parametrize("start", ["\ufeff", "\r\n"])
def test_a_file_saved_on_windows_is_read(tmp_path: Path, start: str) -> None:
    text = (start + GOOD).replace("\n", "\r\n")
    assert [entry.id for entry in read(tmp_path, text).of("policies")] == ["mot"]


@pytest.mark.parametrize("use", ["advice", "gap"])
def test_what_is_no_fact_needs_no_source(tmp_path: Path, use: str) -> None:
    (entry,) = read(tmp_path, f"- {{id: mot, topic: t, statement: S., use: {use}, verified: false}}\n").of(
        "policies"
    )
    assert isinstance(entry, Fact)
    assert (entry.use, entry.source) == (use, None)


def test_all_faults_are_found_in_one_go_and_the_rest_is_read(tmp_path: Path) -> None:
    text = GOOD.replace("mot", "hai") + GOOD.replace("topic: t, ", "") + GOOD.replace("mot", "hai")
    (tmp_path / "faq.yml").write_text("- x\n", encoding="utf-8")
    (tmp_path / "policies.yml").write_text(text, encoding="utf-8")
    facts, faults = check_facts(tmp_path)
    assert [(fault.file.name, fault.line, fault.entry) for fault in faults] == [
        ("faq.yml", 1, None),
        ("policies.yml", 2, "mot"),
        ("policies.yml", 3, "hai"),
    ]
    assert list(facts.by_id) == ["policies#hai"]


def test_what_could_not_be_read_is_not_missed_by_those_that_name_it(tmp_path: Path) -> None:
    (tmp_path / "policies.yml").write_text(GOOD.replace("topic: t, ", ""), encoding="utf-8")
    (tmp_path / "faq.yml").write_text(ASKED, encoding="utf-8")
    assert [fault.file.name for fault in check_facts(tmp_path)[1]] == ["policies.yml"]


@pytest.mark.parametrize(("passages", "count"), [(None, 0), ({"kh#i"}, 0), ({"kh"}, 1), (set(), 1)])
def test_cited_passages_are_looked_up_where_the_documents_are_known(
    tmp_path: Path, passages: set[str] | None, count: int
) -> None:
    (tmp_path / "policies.yml").write_text(
        GOOD.replace("kind: press", "kind: document, passage: kh#i"), "utf-8"
    )
    faults = check_facts(tmp_path, passages)[1]
    assert len(faults) == count
    assert all("source.passage: no document has the passage 'kh#i'" in str(fault) for fault in faults)


def test_the_same_id_may_stand_in_two_collections(tmp_path: Path) -> None:
    read(tmp_path, GOOD, "changes.yml")
    assert set(read(tmp_path, GOOD).by_id) == {"policies#mot", "changes#mot"}


def test_facts_are_the_same_after_they_have_been_stored(tmp_path: Path) -> None:
    facts = read_facts(SHIPPED)
    assert FactBase.parse(facts.dump()) == facts


def test_trades_and_schools_are_known_by_their_own_id(tmp_path: Path) -> None:
    read(tmp_path, TRADE, "occupations.yml")
    facts = read(tmp_path, SCHOOL.replace("locality", "teaches: [gom], locality"), "institutions.yml")
    assert facts.occupations["gom"].name == "Gốm"
    assert isinstance(facts.institutions["truong"], Institution)


@pytest.mark.parametrize(
    ("end", "ended"), [("2025", True), ("2026-11-21", True), ("2026-11", False), (None, False)]
)
def test_an_entry_has_ended_after_the_last_day_of_its_period(
    tmp_path: Path, end: str | None, ended: bool
) -> None:
    text = GOOD.replace("source:", f"applies_to: {{to: {(end and repr(end)) or 'null'}}}, source:")
    assert read(tmp_path, text).of("policies")[0].ended(date(2026, 11, 22)) is ended


def test_every_source_of_an_entry_is_named_with_its_field(tmp_path: Path) -> None:
    source = "{name: Báo A, kind: press}"
    pay = TRADE.replace("suits", f"pay: [{{statement: S., source: {source}}}, {{statement: T.}}], suits")
    (trade,) = read(tmp_path, pay, "occupations.yml").of("occupations")
    assert [name for name, _ in sources_of(trade)] == ["pay.0.source"]
    (fact,) = read(tmp_path, GOOD.replace("source:", f"other_sources: [{source}], source:")).of("policies")
    assert [name for name, _ in sources_of(fact)] == ["source", "other_sources.0"]
