"""Routes are complete, say nothing that their sources do not, and fit a screen."""

from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from knowledge.answers import ANSWER_CHARACTERS
from knowledge.career.routes import ROUTES_FILE, Routes, load_routes, route_answer
from knowledge.search import Retriever
from knowledge.support import evidence_of, unsupported_numbers
from knowledge.text import prepare

ROUTES = load_routes()
PAIRS = [(start, aim) for start in ROUTES.starts for aim in ROUTES.aims]


@pytest.mark.parametrize("name", ROUTES.steps)
def test_every_number_of_a_step_stands_in_what_it_cites(retriever: Retriever, name: str) -> None:
    step = ROUTES.steps[name]
    cited = [retriever.passage(passage) for passage in step.cites]
    assert all(cited), step.cites
    said = " . ".join(filter(None, (step.does, step.needs, step.time, step.cost, step.diploma)))
    assert unsupported_numbers(said, [text for p in cited if p for text in evidence_of(p)]) == []


@pytest.mark.parametrize(("start", "aim"), PAIRS)
def test_every_route_is_told_whole_with_its_sources(retriever: Retriever, start: str, aim: str) -> None:
    answer = route_answer(ROUTES, start, aim, retriever)
    steps = [ROUTES.steps[name] for way in ROUTES.route(start, aim).ways for name in way]
    assert len(answer.text) <= ANSWER_CHARACTERS
    for step in steps:
        assert f"**{step.does}**" in answer.text
    for words in ("Thời gian", "Học phí", "Được"):
        assert answer.text.count(f"{words}:") == len(steps)
    assert "\nNguồn: " in answer.text
    assert {passage for step in steps for passage in step.cites} == set(answer.passages)
    assert len(answer.sources) == len(answer.passages)


def test_no_step_is_left_unused() -> None:
    assert set(ROUTES.steps) == {name for route in ROUTES.routes for way in route.ways for name in way}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c["routes"].pop(), "one route from trung_cap to vua_hoc_vua_lam"),
        (lambda c: c["routes"][0]["ways"].append(["bay"]), "ways names bay"),
        (lambda c: c["routes"][0].update({"to": "ca_si"}), "to names ca_si"),
    ],
)
def test_a_broken_table_is_refused_with_what_is_wrong(change: Any, message: str) -> None:
    content: dict[str, Any] = yaml.safe_load(ROUTES_FILE.read_text(encoding="utf-8"))
    change(content)
    with pytest.raises(ValidationError, match=message):
        Routes.model_validate(content)


@pytest.mark.parametrize("places", [ROUTES.starts, ROUTES.aims])
def test_every_button_is_read_as_what_it_says(places: Any) -> None:
    for name, place in places.items():
        assert name in ROUTES.read(prepare(place.title))


@pytest.mark.parametrize(
    ("message", "read"),
    [
        ("em truot lop 10, ve lo trinh len cao dang", ("truot_10", "cao_dang")),
        ("đang học trung cấp muốn lên đại học", ("trung_cap", "dai_hoc")),
        ("E RỚT ĐH RỒI H MUỐN HỌC CĐ", ("truot_dai_hoc", "cao_dang")),
        ("Trượt đại học", ("truot_dai_hoc", None)),
        ("lộ trình ngắn nhất để có nghề", (None, "nghe_nhanh")),
        ("mình đi làm rồi, lộ trình học lên thế nào", ("di_lam", None)),
        ("con tôi hết lớp 9 muốn có bằng cấp 3", ("lop_9", "bang_cap_3")),
        ("tốt nghiệp thpt xong muốn vừa học vừa làm", ("lop_12", "vua_hoc_vua_lam")),
        ("xem đường đi", (None, None)),
    ],
)
def test_start_and_aim_are_read_in_every_spelling(message: str, read: tuple[str | None, str | None]) -> None:
    assert ROUTES.read(prepare(message)) == read
