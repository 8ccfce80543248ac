"""The terminal asks over REST and shows replies in full, whatever is in them."""

import pytest
from fastapi import FastAPI
from rich.console import Console

from connectors import terminal
from connectors.listening import free_port
from connectors.messages import Intent, QuickReply, Reply, ReplyMessage, SourceView
from connectors.settings import Settings
from connectors.terminal import TerminalClient, Unreachable, show
from tests.connectors.loopback import RasaChannel, serving

SOURCE = SourceView(
    id="a#i",
    title="Kế hoạch [b]A[/b]",
    number="1/KH",
    section="mục I",
    issued="2024",
    valid_to=None,
    url="/documents/a#i",
    quote="Trích",
)


@pytest.fixture
def own(running_port: int, channel: RasaChannel) -> Settings:
    """Settings of an app that runs."""
    return Settings(_env_file=None, port=running_port)


def shown(*messages: ReplyMessage, width: int = 100) -> str:
    """What a terminal without colours shows of a reply."""
    console = Console(width=width, color_system=None, force_terminal=False, record=True, quiet=False)
    reply = Reply(
        conversation_id="c", messages=[*messages], intent=Intent(name="x", confidence=1), outcome="flow"
    )
    with console.capture() as captured:
        show(reply, "http://127.0.0.1:8000", console)
    return captured.get()


def test_messages_of_one_client_are_one_conversation(own: Settings, channel: RasaChannel) -> None:
    with TerminalClient(own) as first, TerminalClient(own) as second:
        assert first.ask("xin chào").messages[0].text == "Chào bạn!"
        first.ask("học phí bao nhiêu")
        second.ask("xin chào")
    senders = [request["sender"] for request in channel.requests]
    assert senders[0] == senders[1] != senders[2]
    assert channel.texts[:2] == ["xin chào", "học phí bao nhiêu"]


def test_assistant_that_is_not_there_is_told_with_the_way_to_start_it() -> None:
    nobody = Settings(_env_file=None, port=free_port())
    with TerminalClient(nobody) as client, pytest.raises(Unreachable, match="make run"):
        client.ask("xin chào")


def test_refusal_is_told_in_the_servers_words(own: Settings, channel: RasaChannel) -> None:
    channel.status = 500
    with (
        TerminalClient(own) as client,
        pytest.raises(Unreachable, match=r"thử lại sau .* \(503 unavailable\)"),
    ):
        client.ask("xin chào")


def test_server_that_is_no_assistant_is_told_by_its_status() -> None:
    app = FastAPI()
    with serving(app) as url:
        stranger = Settings(_env_file=None, port=int(url.rpartition(":")[2]))
        with TerminalClient(stranger) as client, pytest.raises(Unreachable, match="answered 404"):
            client.ask("xin chào")


def test_reply_is_shown_with_sources_addresses_and_numbered_suggestions() -> None:
    text = shown(
        ReplyMessage(
            text="Đạt **40%** học sinh.\n- một\n- hai",
            sources=[SOURCE],
            quick_replies=[QuickReply(title="Hỏi A?", payload="a"), QuickReply(title="Hỏi B?", payload="b")],
        )
    )
    assert "Đạt 40% học sinh." in text
    assert "- hai" in text
    assert "Nguồn: Kế hoạch [b]A[/b] · mục I" in text
    assert "http://127.0.0.1:8000/documents/a#i" in text
    assert "1. Hỏi A?" in text
    assert "2. Hỏi B?" in text


@pytest.mark.parametrize(
    "text", ["[red]không phải màu[/red]", "[/]", "[số điện thoại đã ẩn]", "**", "a ** b", ":smile:"]
)
def test_text_that_looks_like_markup_is_shown_as_it_is(text: str) -> None:
    assert text in shown(ReplyMessage(text=text))


def test_bold_is_bold() -> None:
    (plain, bold, after) = terminal._styled("a **b** c").divide([2, 3])
    assert (plain.plain, bold.plain, after.plain) == ("a ", "b", " c")
    assert [span.style for span in bold.spans] == ["bold"]


def test_message_without_sources_and_suggestions_says_nothing_of_them() -> None:
    text = shown(ReplyMessage(text="Chào bạn!"))
    assert "Nguồn" not in text
    assert "gõ số" not in text


def test_words_are_all_there() -> None:
    assert set(terminal.sentences()) == {"welcome", "you", "assistant", "sources", "suggestions", "goodbye"}
