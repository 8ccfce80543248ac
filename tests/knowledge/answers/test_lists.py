"""A list of schools or trades is complete, or says how many are left out."""

import re
from itertools import pairwise

import pytest

from knowledge.answers import ANSWER_CHARACTERS, Answer, direct_answer
from knowledge.answers.lists import schools_in, schools_that_teach
from knowledge.facts import Institution, Reference
from knowledge.question import Question
from knowledge.search import Retriever
from tests.knowledge.answers.composing import place_in, with_entries

SOURCE = Reference(name="Sổ trường", kind="official", date="2026")


def listed(retriever: Retriever, question: str) -> Answer:
    told = direct_answer(Question.read(question), retriever)
    assert told is not None
    return told


def items(told: Answer) -> list[str]:
    return [line.removeprefix("- ") for line in told.text.splitlines() if line.startswith("- ")]


def schools(count: int, **fields: object) -> list[Institution]:
    """So many schools with long names."""
    return [
        Institution.model_validate(
            {
                "collection": "institutions",
                "id": f"truong-{n}",
                "name": f"Trường Trung cấp Kỹ thuật Nghiệp vụ Thứ {n}",
                "locality": "TP Hải Phòng",
                "source": SOURCE,
                **fields,
            }
        )
        for n in range(count)
    ]


@pytest.mark.parametrize(
    "asked",
    [
        "trường nào dạy gốm",
        "truong nao day nghe gom",
        "học gốm ở đâu dạy vậy ad",
        # the trade's name in the middle of the words that ask
        "em muốn học nghề gốm ở đâu ạ",
        "hoc nghe gom o dau",
    ],
)
def test_every_school_that_teaches_a_trade_is_listed_those_elsewhere_with_their_place(
    small_base: Retriever, asked: str
) -> None:
    told = listed(small_base, asked)
    assert items(told) == ["Trường Cao đẳng Sông Giá", "Trường Trung cấp Kỳ Cùng (Lạng Sơn)"]
    assert told.passages == ("institutions#song-gia", "institutions#ky-cung")
    assert told.text.splitlines()[-1] == ("Nguồn: Trang Trường Cao đẳng Sông Giá (1/2026); Trang Kỳ Cùng.")
    assert "nên hỏi lại trường" in told.text


def test_in_a_place_only_its_schools_are_listed(small_base: Retriever) -> None:
    assert items(listed(small_base, "trường nào dạy gốm ở Lạng Sơn")) == [
        "Trường Trung cấp Kỳ Cùng (Lạng Sơn)"
    ]
    assert items(listed(small_base, "trường nào dạy gốm ở Hải Phòng")) == ["Trường Cao đẳng Sông Giá"]


def test_where_none_is_known_in_a_place_it_is_said_and_those_elsewhere_are_told(
    small_base: Retriever,
) -> None:
    told = listed(small_base, "trường nào dạy gốm ở Hà Nội")
    assert told.text.startswith("Mình chưa biết trường nào ở Hà Nội dạy nghề này")
    assert len(items(told)) == 2


def test_a_school_of_which_only_the_group_of_trades_is_known_is_told_apart(small_base: Retriever) -> None:
    sure, likely = listed(small_base, "trường nào dạy khảm trai").text.split("nên hỏi trường xem có")
    assert "Trường Cao đẳng Sông Giá" in sure
    assert "Trung tâm Núi Voi" in likely


def test_a_trade_taught_nowhere_is_not_known(small_base: Retriever) -> None:
    trade = small_base.index.facts.occupations["gom"].model_copy(update={"id": "khac", "name": "Nghề khác"})
    told = schools_that_teach(trade, None, small_base)
    assert not told.known
    assert "Mình chưa có thông tin" in told.text
    assert told.sources == ()


def test_the_best_school_is_not_known_but_all_are_told(small_base: Retriever) -> None:
    told = listed(small_base, "trường nào dạy gốm tốt nhất")
    assert not told.known
    assert "tốt nhất" in told.text.splitlines()[0]
    assert len(items(told)) == 2


def test_schools_of_a_place_teach_a_trade_and_are_not_gone(small_base: Retriever) -> None:
    told = listed(small_base, "Hải Phòng có những trường cao đẳng nào")
    assert items(told) == ["Trường Cao đẳng Sông Giá"]
    everything = schools_in(place_in(small_base, "Hải Phòng"), None, small_base)
    assert everything
    assert items(everything) == ["Trường Cao đẳng Sông Giá", "Trung tâm Núi Voi"]
    assert schools_in(place_in(small_base, "Hà Nội"), None, small_base) is None


@pytest.mark.parametrize(
    "asked", ["học nghề ở đâu ạ", "hai phong hoc nghe o dau", "trường nghề nào ở Hải Phòng"]
)
def test_where_to_learn_a_trade_is_answered_with_the_schools(small_base: Retriever, asked: str) -> None:
    assert items(listed(small_base, asked)) == ["Trường Cao đẳng Sông Giá", "Trung tâm Núi Voi"]


@pytest.mark.parametrize(
    "asked",
    ["trường nghề nào có ký túc xá", "truong nghe nao vua hoc vua lam", "có trường nghề nào miễn phí không"],
)
def test_a_list_of_all_schools_is_no_answer_to_what_it_does_not_tell(
    small_base: Retriever, asked: str
) -> None:
    assert direct_answer(Question.read(asked), small_base) is None


@pytest.mark.parametrize(
    "fields",
    [{"teaches": ["dan-lat"]}, {"may_teach": ["dan-lat"]}, {"teaches": [], "may_teach": ["dan-lat"]}],
)
@pytest.mark.parametrize("count", [5, 11, 12, 13, 14, 15, 16, 17, 40])
def test_what_does_not_fit_is_counted(small_base: Retriever, count: int, fields: dict[str, object]) -> None:
    more = with_entries(small_base, *schools(count, **fields))
    told = schools_that_teach(more.index.facts.occupations["dan-lat"], None, more)
    left = re.search(r"và (\d+) trường nữa", told.text)
    # Two more in the small knowledge base teach it, or may.
    assert len(items(told)) + (int(left[1]) if left else 0) == count + 2
    assert len(told.passages) == count + 2
    assert len(told.text) <= ANSWER_CHARACTERS


@pytest.mark.parametrize("sure", [8, 9, 10, 11, 12, 13])
def test_what_does_not_fit_of_two_lists_is_counted(small_base: Retriever, sure: int) -> None:
    likely = [s.model_copy(update={"id": f"k-{s.id}"}) for s in schools(9, may_teach=["dan-lat"])]
    more = with_entries(small_base, *schools(sure, teaches=["dan-lat"]), *likely)
    told = schools_that_teach(more.index.facts.occupations["dan-lat"], None, more)
    left = re.search(r"và (\d+) trường nữa", told.text)
    assert len(items(told)) + (int(left[1]) if left else 0) == sure + 9 + 2
    # No heading stands with nothing below it.
    lines = told.text.splitlines()
    assert not [a for a, b in pairwise(lines) if a.endswith(":") and not b.startswith("- ")]


@pytest.mark.parametrize(
    "asked", ["9 nghề nào được hỗ trợ", "những nghề nào được hỗ trợ", "nhung nghe nao duoc ho tro"]
)
def test_supported_trades_are_listed_with_the_fact_that_they_rest_on(
    small_base: Retriever, asked: str
) -> None:
    told = listed(small_base, asked)
    assert items(told) == ["Gốm", "Khảm trai"]
    assert told.text.startswith("**2 nghề**")
    assert told.passages == ("policies#nq03-9-nghe",)
    assert told.sources[0].quote == "Danh sách nghề được hỗ trợ có Gốm và Khảm trai."


@pytest.mark.parametrize(
    "asked",
    [
        "số điện thoại riêng của thầy hiệu trưởng",
        "cho em xin zalo cô chủ nhiệm",
        "so dien thoai rieng cua thay",
    ],
)
def test_what_belongs_to_a_person_is_told_to_nobody(small_base: Retriever, asked: str) -> None:
    told = listed(small_base, asked)
    assert not told.known
    assert not re.search(r"\d", told.text)


@pytest.mark.parametrize("asked", ["nghề gốm là gì", "xin chào", "học phí bao nhiêu", ""])
def test_what_asks_for_no_list_gets_none(small_base: Retriever, asked: str) -> None:
    assert direct_answer(Question.read(asked), small_base) is None


@pytest.mark.parametrize(
    "asked",
    [
        "số điện thoại và địa chỉ trường Sông Giá",
        "so dien thoai va dia chi truong song gia",
        "cho em số điện thoại trường có không ạ",
        "email trường có gửi hồ sơ được không",
    ],
)
def test_what_belongs_to_a_school_is_not_taken_for_a_persons(small_base: Retriever, asked: str) -> None:
    assert direct_answer(Question.read(asked), small_base) is None
