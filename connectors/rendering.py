"""A message as plain text for a platform: bold where it has it, links to the sources, never longer than it takes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import urljoin

import yaml
from pydantic import BaseModel, ConfigDict

from connectors.channel import Outgoing
from connectors.messages import Image, SourceView
from connectors.short_links import short_link

CHANNELS_DIR = Path(__file__).parent / "channels"
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_ITEM = re.compile(r"^\s*[-•]\s+", re.MULTILINE)
_LINKED_SOURCES = 2


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class QuickReplyLimits(_Strict):
    """How many buttons, and how long their titles and the texts behind them may be."""

    most: int
    title: int
    payload: int


class WindowLimits(_Strict):
    """How long after the user's last word a platform lets messages through, and how many of them for free."""

    hours: float
    free_hours: float
    free_messages: int | None


class PlatformLimits(_Strict):
    """What a platform allows: an entry of `connectors/channels/limits.yml`."""

    text: int
    units: Literal["characters", "utf16"]
    quick_replies: QuickReplyLimits
    caption: int | None = None
    per_chat_s: float = 0
    per_second: float | None = None
    window: WindowLimits | None = None
    replay_hours: float | None = None
    first_refresh: float | None = None

    def length(self, text: str) -> int:
        """Returns the length of a text as the platform counts it."""
        return utf16_length(text) if self.units == "utf16" else len(text)


class Openings(_Strict):
    """Words that open a talk and ask nothing, without diacritics."""

    signs: frozenset[str]
    words: frozenset[str]


class Words(_Strict):
    """What is written around messages on the platforms, and what opens one: `connectors/channels/words.yml`."""

    staff: str
    sources: str
    more: str
    item: str
    openings: Openings


@cache
def limits_of(channel: str) -> PlatformLimits:
    """Returns a platform's limits."""
    everything = yaml.safe_load((CHANNELS_DIR / "limits.yml").read_text(encoding="utf-8"))
    return PlatformLimits.model_validate(everything[channel])


@cache
def channel_words() -> Words:
    """Returns the words."""
    return Words.model_validate(yaml.safe_load((CHANNELS_DIR / "words.yml").read_text(encoding="utf-8")))


def picture_address(image: Image, base_url: str) -> str:
    """Returns where a platform finds a picture, as PNG: none of them shows SVG."""
    address = urljoin(base_url, image.url)
    return f"{address.removesuffix('.svg')}.png" if address.endswith(".svg") else address


def utf16_length(text: str) -> int:
    """Returns the length in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


@dataclass(frozen=True)
class Rendered:
    """A text, and the places of what is bold in it, as (start, length) in characters."""

    text: str
    bold: tuple[tuple[int, int], ...]


def render(outgoing: Outgoing, limits: PlatformLimits, base_url: str) -> Rendered:
    """Returns what is written on the platform: the message, links to its sources, and the notice of a first reply.

    What is too long for one message is cut at a word, with a link to where the rest stands.
    """
    message, words = outgoing.message, channel_words()
    links = _links(message.sources, base_url)
    tail = [words.sources.format(links=" ".join(links))] if links else []
    if message.link:
        tail.append(f"{message.link.title}: {urljoin(base_url, message.link.url)}")
    if outgoing.notice:
        tail.append(outgoing.notice)
    body = f"{words.staff}\n{message.text}" if outgoing.author == "staff" else message.text
    ending = "".join(f"\n\n{line}" for line in tail)
    text = _ITEM.sub(words.item, body)
    plain, bold = _emphasis(text)
    room = limits.text - limits.length(ending)
    if limits.length(plain) > room:
        more = words.more.format(link=links[0] if links else base_url)
        plain = fit(plain, room - limits.length(more), limits.length) + more
        bold = tuple(span for span in bold if sum(span) <= len(plain) - len(more))
    return Rendered(plain + ending, bold)


def fit(text: str, room: int, length: Callable[[str], int]) -> str:
    """Returns a text cut to the room there is, at the end of a word if there is one."""
    if length(text) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if length(text[:middle]) <= room else (low, middle - 1)
    cut = text[:low]
    end = max(cut.rfind(" "), cut.rfind("\n"))
    # A "word" longer than the room, such as a link, is cut where it must be.
    return cut[:end].rstrip() if end > 0 and not text[low : low + 1].isspace() else cut.rstrip()


def button_title(title: str, limits: QuickReplyLimits) -> str:
    """Returns what is written on a button: the title, or as many of its words as fit, and a sign of more."""
    return title if len(title) <= limits.title else f"{fit(title, limits.title - 1, len)}…"


def _emphasis(text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    plain, spans, place = "", [], 0
    for match in _BOLD.finditer(text):
        plain += text[place : match.start()]
        spans.append((len(plain), len(match[1])))
        plain += match[1]
        place = match.end()
    return plain + text[place:], tuple(spans)


def _links(sources: list[SourceView], base_url: str) -> list[str]:
    different = {source.url: source for source in sources}
    return [short_link(source.id, base_url) for source in list(different.values())[:_LINKED_SOURCES]]
