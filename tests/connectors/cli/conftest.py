"""Commands run in this process, with settings from an environment of the test's own."""

import os
from collections.abc import Callable

import pytest

from connectors.cli import main
from connectors.settings import Settings
from tests.connectors.loopback import RasaChannel

Laban = Callable[..., tuple[int, str, str]]


@pytest.fixture
def laban(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Laban:
    """Runs `laban` with arguments: exit code, standard output, standard error."""
    for name in [name for name in os.environ if name.startswith("LABAN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["laban", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return run


@pytest.fixture
def served_port(
    running_port: int, channel: RasaChannel, laban: Laban, monkeypatch: pytest.MonkeyPatch
) -> int:
    """The port of an assistant that runs; the commands ask there."""
    monkeypatch.setenv("LABAN_PORT", str(running_port))
    return running_port
