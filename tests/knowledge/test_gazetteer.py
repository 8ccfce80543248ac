"""Names are found however they are typed, and everyday words are not taken for names."""

import unicodedata
from pathlib import Path

import pytest

from knowledge.fact_files import read_facts
from knowledge.gazetteer import GAZETTEER_DIR, Entry, Gazetteer, Mention, load_gazetteer, without
from knowledge.text import fold

TRADES, JOINING = frozenset({"nghe", "hoc"}), frozenset({"voi", "hay", "hay la"})
GAZETTEER = Gazetteer(
    [
        Entry("level", "cao-dang", "Cao đẳng", ("hệ cao đẳng",)),
        Entry("level", "trung-cap", "Trung cấp", ()),
        Entry("level", "so-cap", "Sơ cấp", ()),
        Entry("place", "hoa-binh", "Hòa Bình", ()),
        Entry("place", "hai-phong", "Hải Phòng", ()),
        Entry("occupation", "han", "Hàn", ("thợ hàn",), ("hàn",), TRADES, JOINING),
        Entry("occupation", "duoc", "Dược sĩ", (), (), TRADES, exact=("dược",)),
        Entry("occupation", "dien", "Điện công nghiệp", (), joining=JOINING),
        Entry("document", "nq-03", "Nghị quyết 03/2024/NQ-HĐND", ("nq 03", "03/2024/NQ-HĐND")),
        Entry("institution", "cd-hp", "Cao đẳng Hải Phòng", ()),
    ]
)


def found(text: str) -> list[tuple[str, str]]:
    return [(mention.value, text[mention.start : mention.end]) for mention in GAZETTEER.find(text)]


@pytest.mark.parametrize(
    "typed",
    [
        "cao đẳng",
        "CAO ĐẲNG",
        "cao dang",
        "cao đăng",
        "cao đẵng",
        "caođẳng",
        "caodang",
        "cao dẳngg",
        "coa đẳng",
    ],
)
def test_a_level_is_found_with_its_diacritics_missing_or_misplaced_or_a_slip_of_the_keyboard(
    typed: str,
) -> None:
    assert found(f"em học {typed} được không") == [("cao-dang", typed)]


def test_a_name_is_found_in_nfd_and_with_its_tone_on_the_other_vowel() -> None:
    decomposed = unicodedata.normalize("NFD", "ở Hoà Bình")
    assert found(decomposed) == [("hoa-binh", decomposed[decomposed.index("H") :])]


def test_offsets_count_the_text_as_typed() -> None:
    text = unicodedata.normalize("NFD", "thế còn hệ cao đẳng ở ") + "hai phong?"
    for value, words in found(text):
        assert fold(words) in {"cao-dang": ["he cao dang"], "hai-phong": ["hai phong"]}[value]
    assert len(found(text)) == 2


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("học nghề hàn ở đâu", "học nghề ở đâu"),
        ("Thợ hàn lương bao nhiêu, nghề hàn ở Hải Phòng", "lương bao nhiêu, nghề ở"),
        ("không nói tên gì", "không nói tên gì"),
    ],
)
def test_names_can_be_taken_out_of_a_text(text: str, left: str) -> None:
    assert without(text, GAZETTEER.find(text)) == left


def test_the_longest_name_wins() -> None:
    assert found("trường cao đẳng hải phòng") == [("cd-hp", "cao đẳng hải phòng")]


def test_a_slip_never_takes_the_place_of_an_exact_name() -> None:
    assert found("ở hải phòng k ạ") == [("hai-phong", "hải phòng")]


@pytest.mark.parametrize("text", ["thời hạn nộp", "sở cấp bằng", "cao hơn", "hàn quốc", "hai phòng học"])
def test_an_everyday_word_is_no_name(text: str) -> None:
    assert [value for value, _ in found(text) if value != "hai-phong"] == []


def test_an_ambiguous_alias_counts_only_beside_a_word_of_its_context() -> None:
    assert found("học hàn") == [("han", "hàn")]
    assert found("thợ hàn") == [("han", "thợ hàn")]
    assert found("phim hàn") == []


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("giai đoạn 2018-2025", ["2018", "2025"]),
        ("năm 2024, năm 2030", ["2024", "2030"]),
        ("2.024 đồng", []),
        ("số 20245", []),
        ("NQ 03 năm 2024", ["2024"]),
        ("03/2024/NQ-HĐND", []),
    ],
)
def test_a_year_is_four_digits_of_their_own(text: str, years: list[str]) -> None:
    assert [mention.value for mention in GAZETTEER.find(text) if mention.entity == "year"] == years


def test_an_exact_name_is_surer_than_a_plain_one_and_that_surer_than_a_slip() -> None:
    exact, plain, slip = (
        GAZETTEER.find(text)[0].confidence for text in ("trung cấp", "trung cap", "trugn cấp")
    )
    assert exact > plain > slip


def test_the_shipped_gazetteers_load_and_find_what_the_domain_names() -> None:
    text = "Sở GD&ĐT nói gì về hệ cao đẳng cho học sinh hết lớp 9 trong kế hoạch 126 năm 2025"
    mentions = load_gazetteer().find(text)
    assert {mention.entity for mention in mentions} >= {"agency", "level", "schooling", "document", "year"}
    start = text.index("hệ cao đẳng")
    assert Mention("level", "cao-dang", "Cao đẳng", start, start + 11, 1.0) in mentions


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ("- {id: a}", "needs a name"),
        ("- {id: a, name: A}\n- {id: a, name: B}", "id of its own"),
        ("- {id: a, name: A, ambiguous: [b]}", "context"),
    ],
)
def test_a_broken_gazetteer_is_named_with_its_file(tmp_path: Path, entries: str, reason: str) -> None:
    file = tmp_path / "level.yml"
    file.write_text(f"entity: level\nentries:\n{entries}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=reason) as raised:
        load_gazetteer(tmp_path)
    assert str(file) in str(raised.value)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("hàn với điện công nghiệp", ["han", "dien"]),
        ("điện công nghiệp hay hàn", ["dien", "han"]),
        ("han hay la dien cong nghiep", ["han", "dien"]),
        # Not joined by such a word, or not to a thing of the kind.
        ("hàn, điện công nghiệp", ["dien"]),
        ("phim hàn và điện công nghiệp", ["dien"]),
        ("hàn với hải phòng", ["hai-phong"]),
        ("hàn với trung cấp", ["trung-cap"]),
    ],
)
def test_an_ambiguous_alias_counts_when_it_is_set_against_another_of_its_kind(
    text: str, values: list[str]
) -> None:
    assert [value for value, _ in found(text)] == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("học dược", ["duoc"]),
        ("ngành DƯỢC học gì", ["duoc"]),
        ("hoc duoc khong", []),
        ("học được không", []),
        ("nghề duoc", []),
        ("dược liệu", []),  # no word of its context beside it
        ("duoc si", ["duoc"]),  # a name of two words is no other word
    ],
)
def test_an_exact_alias_counts_with_its_diacritics_only(text: str, values: list[str]) -> None:
    assert [value for value, _ in found(text)] == values


def test_names_may_stand_in_a_file_of_facts(tmp_path: Path) -> None:
    folder = tmp_path / "gazetteers"
    folder.mkdir()
    (folder / "occupation.yml").write_text(
        "entity: occupation\ncontext: [nghề]\nentries_of: ../trades.yml\n", encoding="utf-8"
    )
    (tmp_path / "trades.yml").write_text(
        "- {id: gom, name: Gốm sứ, aliases: [làm gốm], ambiguous: [lò], suits: [R], description: {statement: x}}\n",
        encoding="utf-8",
    )
    gazetteer = load_gazetteer(folder)
    for text in ("gốm sứ", "làm gốm", "nghề lò"):
        assert [mention.value for mention in gazetteer.find(text)] == ["gom"], text
    assert gazetteer.find("cái lò") == []
    (tmp_path / "trades.yml").write_text("# chưa có nghề nào\n", encoding="utf-8")
    assert load_gazetteer(folder).find("gốm sứ") == []


@pytest.mark.parametrize(
    ("text", "trades"),
    [
        ("e muốn học tiếng hàn đi làm ở hàn", []),
        ("hoc tieng han roi sang han lam", []),
        ("công ty hàn quốc tuyển thợ hàn ko ạ", ["han"]),
        ("e muốn học hàn", ["han"]),
    ],
)
def test_what_only_sounds_like_a_trade_is_none(text: str, trades: list[str]) -> None:
    mentions = load_gazetteer().find(text)
    assert [mention.value for mention in mentions if mention.entity == "occupation"] == trades
    assert not {mention.entity for mention in mentions} - {"occupation"}


def test_the_shipped_trades_and_schools_are_those_of_the_facts() -> None:
    facts = read_facts(GAZETTEER_DIR.parent / "facts")
    gazetteer = load_gazetteer()
    for kind, entries in (("occupation", facts.occupations), ("institution", facts.institutions)):
        named = {entry.id: entry.name for entry in gazetteer.entries if entry.entity == kind}
        assert named == {entry.id: entry.name for entry in entries.values()}
        for entry in entries.values():
            assert (kind, entry.id) in {(m.entity, m.value) for m in gazetteer.find(f"nghề {entry.name}")}
