"""What a passage holds of a question: its words, what it lacks, and whether it is the card that is named."""

import pytest

from knowledge.expectations import Expectations
from knowledge.gazetteer import Gazetteer
from knowledge.question import Question
from knowledge.ranking import default_ranking
from knowledge.reading import Reader, entry_of
from knowledge.search import Retriever


@pytest.fixture(scope="module")
def expectations(small_gazetteer: Gazetteer) -> Expectations:
    return Expectations(small_gazetteer)


@pytest.fixture(scope="module")
def reader(small_base: Retriever, expectations: Expectations) -> Reader:
    return Reader(small_base.index, expectations, default_ranking())


def number_of(base: Retriever, passage_id: str) -> int:
    return [passage.id for passage in base.index.passages].index(passage_id)


def read(
    base: Retriever, reader: Reader, expectations: Expectations, text: str, passage_id: str
) -> dict[str, float]:
    question = Question.read(text)
    return reader.read(question, expectations.of(question), number_of(base, passage_id))


def test_only_a_trade_or_a_school_has_a_card(small_base: Retriever) -> None:
    cards = {entry_of(passage) for passage in small_base.index.passages}
    assert ("occupation", "gom") in cards
    assert ("institution", "song-gia") in cards
    assert all(
        entry_of(passage) is None
        for passage in small_base.index.passages
        if passage.id.startswith(("policies#", "faq#", "quyet-dinh-5#"))
    )


@pytest.mark.parametrize(
    ("text", "entry", "unnamed"),
    [("làm gốm lương bao nhiêu", 1, 0), ("khảm trai lương bao nhiêu", -1, 0), ("lương bao nhiêu", 0, 1)],
)
def test_a_card_is_the_one_named_another_one_or_unnamed(
    small_base: Retriever, reader: Reader, expectations: Expectations, text: str, entry: int, unnamed: int
) -> None:
    reading = read(small_base, reader, expectations, text, "occupations#gom")
    assert (reading["entry"], reading["unnamed"]) == (entry, unnamed)


def test_what_is_asked_beside_the_name_is_weighed_alone(
    small_base: Retriever, reader: Reader, expectations: Expectations
) -> None:
    told, strange = (
        read(small_base, reader, expectations, text, "occupations#gom")
        for text in ("thợ gốm lương bao nhiêu", "thợ gốm hoàng hôn tím biếc vũ trụ")
    )
    assert told["rest"] > strange["rest"]
    assert told["lacked"] < strange["lacked"]
    card = number_of(small_base, "occupations#gom")
    assert reader.speaks_of(Question.read("thợ gốm lương bao nhiêu"), card)
    assert not reader.speaks_of(Question.read("thợ gốm hoàng hôn tím biếc vũ trụ"), card)


def test_a_strange_word_counts_for_less_in_a_long_message(
    small_base: Retriever, reader: Reader, expectations: Expectations
) -> None:
    short = "gốm vũ trụ lương bao nhiêu"
    long = f"{short} nhà em ở làng gần sông có nhiều người làm nghề này từ lâu rồi"
    lacked = [
        read(small_base, reader, expectations, text, "occupations#gom")["lacked"] for text in (short, long)
    ]
    assert lacked[1] < lacked[0]


def test_a_passage_loses_for_each_thing_that_it_lacks(small_base: Retriever, reader: Reader) -> None:
    card, fact = (number_of(small_base, i) for i in ("occupations#gom", "policies#so-lop-2025"))
    holds = {"coverage": 1.0, "rest": 1.0, "missing": 0.0, "unmet": 0.0, "unnamed": 0.0}
    assert reader.lacking(holds, fact) == 0
    assert reader.lacking(holds | {"missing": 1.0}, fact) > 0
    assert reader.lacking(holds | {"missing": 2.0}, fact) > reader.lacking(holds | {"missing": 1.0}, fact)
    # Of a card, what it leaves of the question counts too.
    assert reader.lacking(holds | {"rest": 0.5}, card) > reader.lacking(holds | {"rest": 0.5}, fact)
