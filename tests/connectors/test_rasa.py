"""A turn goes to Rasa and back in one request, and whatever Rasa does wrong is one kind of error."""

from collections.abc import AsyncIterator

import numpy as np
import pytest

from connectors.listening import free_port
from connectors.rasa import RasaClient, RasaUnavailable
from knowledge.onnx_encoder import unpack
from tests.connectors.loopback import TOKEN, RasaChannel

EMBEDDING = np.linspace(-1, 1, 384, dtype=np.float32)


@pytest.fixture
async def client(channel: RasaChannel) -> AsyncIterator[RasaClient]:
    """A client of the stand-in."""
    made = RasaClient(channel.url, TOKEN, timeout_s=0.5)
    yield made
    await made.close()


async def test_turn_carries_sender_text_and_embedding(client: RasaClient, channel: RasaChannel) -> None:
    await client.turn("c-1", "học phí bao nhiêu", EMBEDDING)
    (request,) = channel.requests
    assert (request["sender"], request["message"]) == ("c-1", "học phí bao nhiêu")
    np.testing.assert_array_equal(unpack(request["metadata"]["embedding"]), EMBEDDING)


async def test_turn_returns_messages_and_intent(client: RasaClient, channel: RasaChannel) -> None:
    channel.says({"text": "Một"}, {"custom": {"text": "Hai"}})
    turn = await client.turn("c-1", "chào", EMBEDDING)
    assert turn.messages == [{"text": "Một"}, {"custom": {"text": "Hai"}}]
    assert (turn.intent.name, turn.intent.confidence) == ("greet", 0.9)


@pytest.mark.parametrize("status", [400, 404, 500, 502])
async def test_error_of_rasa_is_named_by_its_status(
    client: RasaClient, channel: RasaChannel, status: int
) -> None:
    channel.status, channel.answer = status, {"error": "KeyError"}
    with pytest.raises(RasaUnavailable, match=str(status)):
        await client.turn("c-1", "chào", EMBEDDING)


@pytest.mark.parametrize(
    "answer",
    [
        "not JSON",
        "",
        "[]",
        "null",
        '{"messages": []}',
        '{"messages": [], "intent": {}}',
        '{"messages": [], "intent": null}',
        '{"messages": [], "intent": {"name": 1, "confidence": []}}',
        '{"messages": null, "intent": {"name": "greet", "confidence": 1}}',
        '{"messages": ["text"], "intent": {"name": "greet", "confidence": 1}}',
    ],
)
async def test_answer_that_is_not_a_turn_is_no_answer(
    client: RasaClient, channel: RasaChannel, answer: str
) -> None:
    channel.answer = answer
    with pytest.raises(RasaUnavailable, match="gave no answer"):
        await client.turn("c-1", "chào", EMBEDDING)


async def test_slow_rasa_is_not_waited_for(client: RasaClient, channel: RasaChannel) -> None:
    channel.delay_s = 1.0
    with pytest.raises(RasaUnavailable, match="TimeoutError"):
        await client.turn("c-1", "chào", EMBEDDING)


async def test_wrong_token_is_an_error_and_not_shown(channel: RasaChannel) -> None:
    stranger = RasaClient(channel.url, "another-token-altogether", timeout_s=0.5)
    with pytest.raises(RasaUnavailable, match="401") as refusal:
        await stranger.turn("c-1", "chào", EMBEDDING)
    await stranger.close()
    assert "another-token" not in str(refusal.value)


async def test_error_does_not_quote_the_user(client: RasaClient, channel: RasaChannel) -> None:
    channel.status, channel.answer = 500, "điều thầm kín"
    with pytest.raises(RasaUnavailable) as failure:
        await client.turn("c-1", "điều thầm kín", EMBEDDING)
    assert "thầm kín" not in str(failure.value)


async def test_rasa_that_is_not_there_is_not_ready_and_gives_no_answer() -> None:
    client = RasaClient(f"http://127.0.0.1:{free_port()}", TOKEN, timeout_s=0.5)
    assert not await client.ready()
    with pytest.raises(RasaUnavailable, match="ClientConnectorError"):
        await client.turn("c-1", "chào", EMBEDDING)
    await client.close()


async def test_ready_follows_rasa(client: RasaClient, channel: RasaChannel) -> None:
    assert await client.ready()
    channel.status = 503
    assert not await client.ready()


async def test_proxy_of_the_environment_is_not_used(
    channel: RasaChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{free_port()}")
    client = RasaClient(channel.url, TOKEN, timeout_s=0.5)
    assert await client.ready()
    await client.close()
