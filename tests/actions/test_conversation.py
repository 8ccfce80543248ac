"""A turn is what Rasa's tracker says, whatever of it is missing."""

from rasa_sdk import Tracker

from actions.conversation import ENTITIES, Mention, Turn
from tests.actions.playing import MakeTracker


def test_a_turn_holds_the_message_its_meaning_and_what_was_said_before(tracker: MakeTracker) -> None:
    turn = Turn.of(
        tracker(
            "thế còn hệ cao đẳng năm 2020?",
            "follow_up",
            last_question="Học trung cấp được gì?",
            previous_question="Học gì?",
            last_passages=["kh#i-1"],
            suggestions=["Một?"],
        )
    )
    assert (turn.text, turn.intent, turn.confidence) == ("thế còn hệ cao đẳng năm 2020?", "follow_up", 0.9)
    assert turn.mentions == (Mention("level", "cao-dang", "hệ cao đẳng"), Mention("year", "2020", "2020"))
    assert (turn.last_question, turn.previous_question) == ("Học trung cấp được gì?", "Học gì?")
    assert (turn.last_passages, turn.suggestions) == (("kh#i-1",), ("Một?",))


def test_the_first_message_of_a_conversation_has_nothing_before_it(tracker: MakeTracker) -> None:
    turn = Turn.of(tracker("xin chào", "greet"))
    assert (turn.last_question, turn.previous_question, turn.last_passages, turn.suggestions) == (
        None,
        None,
        (),
        (),
    )


def test_a_message_without_intent_or_text_is_read_as_not_understood() -> None:
    turn = Turn.of(
        Tracker("someone", {}, {"intent": {"name": None}, "text": None}, [], False, None, {}, None)
    )
    assert (turn.text, turn.intent, turn.confidence, turn.mentions) == ("", "nlu_fallback", 0.0, ())
    assert Turn.of(Tracker("someone", {}, {}, [], False, None, {}, None)) == turn


def test_entities_of_no_slot_are_left_out() -> None:
    entities = [
        {"entity": "number", "value": 5, "start": 0, "end": 1},
        {"entity": "year", "value": 2020, "start": 2, "end": 6},
    ]
    message = {"text": "5 2020", "intent": {"name": "ask_policy", "confidence": 1.0}, "entities": entities}
    assert Turn.of(Tracker("someone", {}, message, [], False, None, {}, None)).mentions == (
        Mention("year", "2020", "2020"),
    )
    assert "number" not in ENTITIES
