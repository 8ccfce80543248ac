"""The result of the quiz: letters, trades with reasons, a hint and not a verdict, with its sources."""

from itertools import permutations

import pytest

from knowledge.answers import ANSWER_CHARACTERS
from knowledge.career.proposals import proposal
from knowledge.career.quiz import LETTERS, load_quiz
from knowledge.search import Retriever

QUIZ = load_quiz()
PROFILES = sorted({*permutations((12, 11, 9, 4, 2, 0)), (6, 6, 6, 6, 6, 6), (1, 0, 2, 3, 0, 1)})[::29]


@pytest.mark.parametrize("points", [*PROFILES, (6, 6, 6, 6, 6, 6), (1, 0, 2, 3, 0, 1)])
@pytest.mark.parametrize("parent", [False, True])
def test_every_result_fits_a_screen_with_all_its_parts(
    retriever: Retriever, points: tuple[int, ...], parent: bool
) -> None:
    scores = {letter: float(score) for letter, score in zip(LETTERS, points, strict=True)}
    answer = proposal(scores, QUIZ, retriever, parent=parent)
    assert len(answer.text) <= ANSWER_CHARACTERS
    assert answer.text.count("\n- **") == 5
    assert QUIZ.words.hint in answer.text
    assert QUIZ.words.next.to(parent) in answer.text
    assert ("★" in answer.text) == (QUIZ.words.starred in answer.text)
    assert ("bạn" in answer.text.split("\n")[0].lower()) is not parent


def test_letters_are_explained_and_cited(retriever: Retriever) -> None:
    answer = proposal({"R": 12, "I": 8, "A": 3, "S": 9, "E": 4, "C": 6}, QUIZ, retriever)
    assert "**R** – kỹ thuật" in answer.text
    assert answer.passages[:2] == ("guidance#riasec-r", "guidance#riasec-s")
    assert {"policies#nq03-9-nghe", "guidance#trac-nghiem-chi-tham-khao"} <= set(answer.passages)
    assert len(answer.sources) == len(answer.passages)
    assert "kinh nghiệm chung" in answer.text  # What is said of S has no source of its own.


def test_trades_are_quick_replies_and_the_check_follows(retriever: Retriever) -> None:
    answer = proposal({"R": 12, "I": 8, "A": 3, "S": 9, "E": 4, "C": 6}, QUIZ, retriever)
    assert [reply.title for reply in answer.replies][-1] == "Kiểm tra hỗ trợ"
    named = [retriever.mentions(reply.ask) for reply in answer.replies[:-1]]
    assert all(mentions and mentions[0].entity == "occupation" for mentions in named)


def test_every_passage_that_the_quiz_cites_exists(retriever: Retriever) -> None:
    cited = [letter.fact for letter in QUIZ.letters.values()]
    for passage in (*cited, QUIZ.cites.starred, QUIZ.cites.hint, QUIZ.cites.next):
        assert retriever.passage(passage), passage
