"""Settings come from the environment, refuse what cannot be honoured, and are all documented."""

import os
import re
from datetime import date
from pathlib import Path

import pytest

from connectors.errors import SettingsError
from connectors.settings import ROOT, Settings, load_settings, settings_table, unknown_variables


@pytest.fixture(autouse=True)
def no_settings_around(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the developer's environment nor their .env may decide a test."""
    for name in [name for name in os.environ if name.upper().startswith("LABAN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setitem(Settings.model_config, "env_file", None)


def test_docs_hold_the_table_of_all_settings() -> None:
    assert settings_table() in (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def test_every_setting_has_a_description() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_example_file_names_only_settings_that_exist() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    names = re.findall(r"^#? ?(LABAN_\w+)=", text, re.M)
    assert names
    assert unknown_variables(dict.fromkeys(names, "")) == {}


def test_defaults_listen_on_loopback_and_write_below_var() -> None:
    settings = load_settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.index_dir == ROOT / "var" / "index"
    assert settings.rasa_model == ROOT / "var" / "rasa" / "models" / "laban.tar.gz"


def test_index_follows_the_folder_for_everything_generated(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LABAN_VAR_DIR", str(tmp_path))
    assert load_settings().index_dir == tmp_path / "index"
    monkeypatch.setenv("LABAN_INDEX_DIR", str(tmp_path / "elsewhere"))
    assert load_settings().index_dir == tmp_path / "elsewhere"


def test_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABAN_RASA_URL", "")
    assert load_settings().rasa_url is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LABAN_PORT", "0"),
        ("LABAN_PORT", "70000"),
        ("LABAN_PORT", "eighty"),
        ("LABAN_HOST", "http://127.0.0.1"),
        ("LABAN_PUBLIC_URL", "laban.example.vn"),
        ("LABAN_PUBLIC_URL", "https://user:secret@laban.example.vn"),
        ("LABAN_ACTION_TOKEN", "short"),
        ("LABAN_RASA_TOKEN", "mật khẩu dài hơn mười sáu chữ"),
        ("LABAN_TODAY", "31/12/2024"),
        ("LABAN_ENCODER", "./missing/model"),
        ("LABAN_LOG_LEVEL", "loud"),
        ("LABAN_MESSAGE_MAX_CHARS", "0"),
        ("LABAN_RASA_TIMEOUT_S", "-1"),
    ],
)
def test_value_that_cannot_be_honoured_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{name}: ") as refusal:
        load_settings()
    if "TOKEN" in name:
        assert value not in str(refusal.value)


def test_ports_must_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABAN_PORT", "9000")
    monkeypatch.setenv("LABAN_RASA_PORT", "9000")
    with pytest.raises(SettingsError, match="must differ"):
        load_settings()


def test_rasa_of_its_own_needs_shared_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABAN_RASA_URL", "http://127.0.0.1:5005")
    with pytest.raises(SettingsError, match="LABAN_RASA_TOKEN"):
        load_settings()
    monkeypatch.setenv("LABAN_RASA_TOKEN", "r" * 16)
    monkeypatch.setenv("LABAN_ACTION_TOKEN", "a" * 16)
    monkeypatch.setenv("LABAN_ACTION_PORT", "5055")
    assert load_settings().rasa_url == "http://127.0.0.1:5005"


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABAN_ACTION_TOKEN", "do-not-show-this-anywhere")
    assert "do-not-show" not in repr(load_settings())


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("192.168.1.5", "http://192.168.1.5:8000"),
    ],
)
def test_local_address_is_one_that_a_browser_can_open(
    monkeypatch: pytest.MonkeyPatch, host: str, url: str
) -> None:
    monkeypatch.setenv("LABAN_HOST", host)
    assert load_settings().local_url == url


def test_public_address_loses_its_last_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABAN_PUBLIC_URL", "https://laban.example.vn/")
    assert load_settings().base_url == "https://laban.example.vn"


def test_mistyped_variable_is_found_with_what_was_meant() -> None:
    assert unknown_variables({"LABAN_PROT": "9000", "PATH": "/bin", "LABAN_PORT": "1"}) == {
        "LABAN_PROT": "LABAN_PORT"
    }


def test_today_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABAN_TODAY", "2024-05-06")
    assert load_settings().current_date() == date(2024, 5, 6)
