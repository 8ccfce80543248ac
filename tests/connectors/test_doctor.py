"""`laban doctor` finds what is missing and names a remedy for each failing line."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from connectors import doctor
from connectors.listening import free_port
from connectors.settings import ROOT, Settings
from tests.connectors.processes import environment_without_settings

LABAN = Path(sys.executable).with_name("laban")


def settings(folder: Path, **values: object) -> Settings:
    """Settings with everything generated in `folder` and a free port."""
    fixed: dict[str, object] = {"var_dir": folder, "port": free_port()}
    return Settings(_env_file=None, **(fixed | values))  # type: ignore[arg-type]


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """An environment that holds one-two 1.0+cpu."""
    info = tmp_path / "lib" / "python3.11" / "site-packages" / "one_two-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: One_Two\nVersion: 1.0+cpu\n")
    return tmp_path


@pytest.mark.parametrize(
    ("lock", "found"),
    [
        ("# comment\none-two==1.0  # why\n", []),
        ("one.two==1.1\n", ["one.two is 1.0+cpu, not 1.1"]),
        ("three==3\n", ["three is not installed"]),
    ],
)
def test_environment_is_compared_with_its_lock(environment: Path, lock: str, found: list[str]) -> None:
    path = environment / "requirements.txt"
    path.write_text(lock)
    assert list(doctor.deviations(environment, path)) == found


def test_app_environment_is_what_its_lock_says() -> None:
    assert list(doctor.deviations(*doctor.APP)) == []


def test_everything_missing_is_found_with_its_remedy(tmp_path: Path) -> None:
    nothing = settings(tmp_path)
    findings = [check(nothing) for check in doctor.CHECKS]
    failing = {finding.check: finding.remedy for finding in findings if not finding.ok}
    assert failing == {"index": "run laban kb build", "Rasa model": "run laban train"}


def test_rasa_that_does_not_answer_is_found(tmp_path: Path) -> None:
    own = settings(
        tmp_path,
        rasa_url=f"http://127.0.0.1:{free_port()}",
        rasa_token="r" * 16,
        action_token="a" * 16,
        action_port=free_port(),
    )
    findings = {finding.check: finding for finding in (check(own) for check in doctor.CHECKS)}
    assert not findings["Rasa"].ok
    assert "LABAN_RASA_URL" in findings["Rasa"].remedy


def run(**variables: str) -> tuple[int, str]:
    """Exit code and output of `laban doctor --json`."""
    done = subprocess.run(
        [LABAN, "doctor", "--json"],
        env=environment_without_settings() | variables,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout


def test_port_of_a_stranger_fails_the_command(tmp_path: Path) -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        port = str(stranger.getsockname()[1])
        code, output = run(LABAN_PORT=port, LABAN_VAR_DIR=str(tmp_path))
    finding = next(finding for finding in json.loads(output) if finding["check"] == f"port {port}")
    assert code == 1
    assert not finding["ok"]
    assert "LABAN_PORT" in finding["remedy"]


def test_wrong_setting_is_a_finding_and_not_a_crash() -> None:
    code, output = run(LABAN_PORT="eighty")
    findings = json.loads(output)
    assert code == 1
    assert "LABAN_PORT" in next(f["detail"] for f in findings if f["check"] == "settings")
    assert all(finding["remedy"] for finding in findings if not finding["ok"])
