"""A person takes over: the bot is silent meanwhile, says so when it is back, and nothing said is lost."""

from tests.end_to_end.server import RunningAssistant
from tests.end_to_end.staff import Staff

QUESTION = "học nghề hàn có được hỗ trợ không"


def told(assistant: RunningAssistant, conversation: str) -> list[tuple[str, str]]:
    """Returns what was told outside the turns: who said it, and what."""
    reply = assistant.client.get(f"/api/v1/conversations/{conversation}/messages?told=true").json()
    return [(message["author"], message["text"]) for message in reply["messages"]]


def test_a_person_answers_and_gives_the_talk_back(
    assistant: RunningAssistant, staff: Staff, conversation: str
) -> None:
    assistant.ask(f"{QUESTION}, số em 0912345678", conversation)
    reply = assistant.ask("cho em gặp người tư vấn ạ", conversation)
    assert (reply["outcome"], reply.get("held")) == ("handoff", None)
    number = reply["ticket"]
    assert str(number) in reply["messages"][0]["text"]
    # Until somebody comes the bot goes on.
    assert assistant.ask(QUESTION, conversation)["outcome"] == "answered"

    staff.answer(number, "Chào em, chị là Hà ở phòng tuyển sinh.")
    assert told(assistant, conversation) == [("staff", "Chào em, chị là Hà ở phòng tuyển sinh.")]
    silent = assistant.ask("dạ em chào chị ạ", conversation)
    assert (silent["messages"], silent["held"], silent["ticket"]) == ([], True, number)
    talk = [message["text"] for message in staff.ticket(number)["messages"]]
    assert "dạ em chào chị ạ" in talk
    assert not any("0912345678" in text for text in talk)

    staff.close(number)
    assert told(assistant, conversation)[-1][0] == "assistant"
    back = assistant.ask(QUESTION, conversation)
    assert back["outcome"] == "answered"
    assert not {"held", "ticket"} & set(back)


def test_a_contact_is_kept_for_the_person_alone(
    assistant: RunningAssistant, staff: Staff, conversation: str
) -> None:
    number = assistant.ask("gặp người tư vấn", conversation)["ticket"]
    reply = assistant.ask("đây là số của mẹ em 0912 345 678", conversation)
    assert "đã chuyển cách liên hệ" in reply["messages"][0]["text"]
    detail = staff.ticket(number)
    assert detail["contact"] == "0912 345 678"
    assert not any("345" in message["text"] for message in detail["messages"])


def test_a_number_sent_later_is_no_longer_taken_for_a_contact(
    assistant: RunningAssistant, staff: Staff, conversation: str
) -> None:
    number = assistant.ask("gặp người tư vấn", conversation)["ticket"]
    assistant.ask("không cần liên hệ lại ạ", conversation)
    assistant.ask("số này 0912 345 678 của ai nhỉ", conversation)
    assert staff.ticket(number)["contact"] is None


def test_a_cry_for_help_gets_through_while_a_person_holds_the_talk(
    assistant: RunningAssistant, staff: Staff, conversation: str
) -> None:
    number = assistant.ask("gặp người tư vấn", conversation)["ticket"]
    staff.answer(number, "Chào em.")
    reply = assistant.ask("em uống cả vỉ thuốc rồi, em không muốn sống nữa", conversation)
    assert reply["outcome"] == "safety"
    assert "115" in reply["messages"][0]["text"]
    assert staff.ticket(number)["priority"] == "top"


def test_asking_twice_opens_one_ticket(assistant: RunningAssistant, conversation: str) -> None:
    first = assistant.ask("gặp người tư vấn", conversation)
    second = assistant.ask("cho em gặp người thật", conversation)
    assert second["ticket"] == first["ticket"]
    assert "vẫn đang chờ" in second["messages"][0]["text"]
