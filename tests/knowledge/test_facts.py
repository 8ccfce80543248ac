"""The facts keep to their schema, and a broken entry is named with its file, line and field."""

from pathlib import Path

import pytest

from knowledge.errors import FactError
from knowledge.facts import FactBase, read_facts

SHIPPED = Path(__file__).parents[2] / "knowledge" / "facts"
GOOD = "- {id: mot, topic: t, statement: Học phí được giảm., source: {name: Báo A, kind: press}}\n"


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
