"""What a phone on a slow network has to fetch stays small."""

import gzip
from pathlib import Path

STATIC = Path(__file__).parents[3] / "connectors" / "static"
WIDGET_BYTES = 5_000
CHAT_BYTES = 25_000
LONGEST_FILE = 310


def compressed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), compresslevel=9))


def test_the_loader_is_tiny() -> None:
    assert compressed(STATIC / "widget.js") <= WIDGET_BYTES


def test_the_chat_is_small() -> None:
    files = [*STATIC.glob("chat*.js"), STATIC / "chat.css"]
    assert len(files) > 1
    assert sum(compressed(path) for path in files) <= CHAT_BYTES


def test_no_script_is_too_long_to_read() -> None:
    long = [
        path.name for path in STATIC.glob("*.js") if len(path.read_text("utf-8").splitlines()) > LONGEST_FILE
    ]
    assert long == []
