"""The websites that may embed the widget: who they are, where they lie, and how the chat looks there."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import SplitResult, urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator

from actions.records import Sites

OWN = "laban"
KEY = r"^[a-z0-9][a-z0-9-]{0,39}$"
SITES_FILE = Path(__file__).with_name("sites.yml")
# A button must stand out against the page (WCAG 2.2, 1.4.11); on it the widget writes white or black, one of which
# can be read on any colour (static/chat-colour.js).
LEAST_CONTRAST = 3
_PORTS = {"http": 80, "https": 443}
_ORIGIN = re.compile(r"https?://([a-z0-9_][a-z0-9_.-]*|\[[0-9a-f:.]+\])(:\d+)?")
_PAGE = "#ffffff"

Question = Annotated[str, Field(min_length=1, max_length=120)]


class Site(BaseModel):
    """A website; without an allowed origin nothing is shown there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(pattern=KEY)
    title: str = Field("La Bàn", min_length=1, max_length=60)
    greeting: str = Field("", max_length=400)
    colour: str = "#0b5f57"
    position: Literal["right", "left"] = "right"
    origins: list[str] = []
    questions: list[Question] = Field([], max_length=6)
    phone: str | None = Field(None, pattern=r"^[0-9 .()+-]{3,20}$")
    idle_minutes: int = Field(15, ge=1, le=24 * 60)

    @field_validator("origins")
    @classmethod
    def _plain_origins(cls, value: list[str]) -> list[str]:
        return [_origin(origin) for origin in value]

    @field_validator("colour")
    @classmethod
    def _readable_colour(cls, value: str) -> str:
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
            raise ValueError("must be a colour such as #0b5f57")
        on_page = contrast(value, _PAGE)
        if on_page < LEAST_CONTRAST:
            raise ValueError(
                f"{value} stands out too little: its contrast with white is {on_page:.1f}, "
                f"and at least {LEAST_CONTRAST} is needed for the button to be seen on a page; take a darker one"
            )
        return value.lower()

    @classmethod
    def find(cls, sites: Sites, key: str) -> Self | None:
        """Returns a site of the records, or our own; None if there is none."""
        kept = _own().get(key) or (sites.get(key) if re.match(KEY, key) else None)
        return None if kept is None else cls.model_validate({**kept, "key": key})

    def allows(self, origin: str | None, *own_origins: str) -> bool:
        """Tells whether a page of this origin may show the chat; our own pages may always."""
        return origin is not None and origin.lower() in (*own_origins, *self.origins)


def own_origin(base_url: str) -> str:
    """Returns the origin of our own pages."""
    return _as_sent(urlsplit(base_url))


def contrast(one: str, other: str) -> float:
    """Returns the contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def _origin(value: str) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError(f"{value} is no origin; https://truong.edu.vn is one, without a path")
    if parts.username or "*" in parts.netloc:
        raise ValueError(f"{value}: neither a user name nor * can be part of an origin")
    origin = _as_sent(parts)
    if not _ORIGIN.fullmatch(origin):
        raise ValueError(f"{value} is no origin; https://truong.edu.vn is one")
    return origin


def _as_sent(parts: SplitResult) -> str:
    """Returns an origin as browsers name it: in ASCII, without the port that the scheme implies (RFC 6454, 6.2)."""
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host.encode("idna").decode()
    port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}".lower()


@cache
def _own() -> dict[str, dict[str, object]]:
    return dict(yaml.safe_load(SITES_FILE.read_text(encoding="utf-8")))
