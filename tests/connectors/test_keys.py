"""One secret gives the keys: hashes that do not lead back, contacts that only we read, links that nobody forges."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from actions.records import Records
from connectors.errors import StartError
from connectors.keys import KEY_FILE, Keys
from connectors.settings import Settings

KEYS = Keys("a secret of the tests that is long enough")
OTHER = Keys("another secret of the tests, as long as that")


def settings(folder: Path, **values: object) -> Settings:
    return Settings(_env_file=None, var_dir=folder, **values)  # type: ignore[arg-type]


def test_a_conversation_is_known_by_a_hash_of_its_own() -> None:
    key = KEYS.conversation_key("web", "0912345678")
    assert key == KEYS.conversation_key("web", "0912345678")
    assert key.startswith("web-")
    assert "0912345678" not in key
    assert (
        len({key, KEYS.conversation_key("zalo", "0912345678"), OTHER.conversation_key("web", "0912345678")})
        == 3
    )


def test_contacts_are_read_with_the_same_secret_alone() -> None:
    data = KEYS.encrypt("0912 345 678")
    assert b"0912" not in data
    assert KEYS.decrypt(data) == "0912 345 678"
    with pytest.raises(ValueError, match="another LABAN_SECRET_KEY"):
        OTHER.decrypt(data)


def test_a_contact_in_a_ticket_cannot_be_read_from_the_disk(tmp_path: Path) -> None:
    records = Records.open(f"sqlite:///{tmp_path / 'records.sqlite'}", KEYS)
    number = records.tickets.open_ticket("web-1", "asked", "normal").id
    records.tickets.set_contact("web-1", "0912345678")
    assert records.tickets.get(number).contact == "0912345678"
    assert not any(b"0912345678" in file.read_bytes() for file in tmp_path.iterdir())
    records.close()


def test_a_link_is_good_for_its_purpose_and_its_time() -> None:
    token = KEYS.sign("export", "web-1")
    assert KEYS.verify("export", token, 60) == "web-1"
    for wrong in (KEYS.sign("other", "web-1"), OTHER.sign("export", "web-1"), f"{token}x", "", "é", "a.b.c"):
        assert KEYS.verify("export", wrong, 60) is None
    time.sleep(1.1)
    assert KEYS.verify("export", token, 0) is None


def test_the_secret_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: Keys.load(settings(tmp_path / "var")), range(8)))
    assert len({keys.conversation_key("web", "1") for keys in made}) == 1
    assert (tmp_path / "var" / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert [file.name for file in (tmp_path / "var").iterdir()] == [KEY_FILE]


def test_the_secret_of_the_settings_counts_before_the_file(tmp_path: Path) -> None:
    secret = SecretStr("a secret of the tests that is long enough")
    keys = Keys.load(settings(tmp_path, secret_key=secret))
    assert keys.conversation_key("web", "1") == KEYS.conversation_key("web", "1")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"short", b"\xff\xfe" * 40])
def test_a_file_that_is_no_secret_stops_the_start_with_the_remedy(tmp_path: Path, content: bytes) -> None:
    (tmp_path / KEY_FILE).write_bytes(content)
    with pytest.raises(StartError, match="backup"):
        Keys.load(settings(tmp_path))
