"""Set-up does what is due and nothing else, recognises what is half-built, and explains pip's failures."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import bootstrap
import environments
import pip_output
from connectors.settings import ROOT


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An environment whose pip runs need nothing from a network: its lock files are empty."""
    monkeypatch.setattr(environments, "LOGS", tmp_path)
    lock, dev_lock = tmp_path / "lock.txt", tmp_path / "dev.txt"
    lock.touch()
    dev_lock.touch()
    product = environments.Install(("--no-index", "-r", str(lock)), (lock,))
    dev = environments.Install(("--no-index", "-r", str(dev_lock)), (dev_lock,))
    return environments.Environment("test", tmp_path / ".venv", (product,), (dev,))


@pytest.fixture
def built(environment: Any) -> Any:
    """The environment, as a finished set-up leaves it; a link to this interpreter stands in for its own."""
    environment.python.parent.mkdir(parents=True)
    environment.python.symlink_to(sys.executable)
    stamp(environment, dev=False)
    return environment


def stamp(environment: Any, dev: bool) -> None:
    """Write the stamp of a finished set-up."""
    (environment.folder / environments.STAMP).write_text(json.dumps(environment.wanted(dev)))


def test_missing_environment_is_to_be_made(environment: Any) -> None:
    assert environments.state(environment, dev=False) == "missing"


def test_finished_environment_needs_nothing(built: Any) -> None:
    assert environments.state(built, dev=False) == "ready"


def test_tests_need_more_than_running(built: Any) -> None:
    assert environments.state(built, dev=True) == "update"
    stamp(built, dev=True)
    assert environments.state(built, dev=True) == "ready"
    assert environments.state(built, dev=False) == "ready"


def test_changed_lock_is_an_update(built: Any) -> None:
    built.product[0].inputs[0].write_text("one==2\n")
    assert environments.state(built, dev=False) == "update"


def test_half_built_environment_is_recognised(built: Any) -> None:
    (built.folder / environments.UNFINISHED).touch()
    assert environments.state(built, dev=False) == "unfinished"


def test_environment_without_its_python_is_recognised(built: Any) -> None:
    built.python.unlink()
    built.python.symlink_to("/nowhere/python3.11")
    assert environments.state(built, dev=False) == "unfinished"


def test_environment_of_another_interpreter_or_folder_is_recognised(
    built: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    moved = tmp_path / "moved"
    built.folder.rename(moved)
    elsewhere = environments.Environment("test", moved, built.product, built.dev)
    assert environments.state(elsewhere, dev=False) == "moved"
    moved.rename(built.folder)
    monkeypatch.setattr(environments, "interpreter", lambda: "3.11.0 /opt/other")
    assert environments.state(built, dev=False) == "moved"


def test_unreadable_stamp_leads_to_an_update(built: Any) -> None:
    (built.folder / environments.STAMP).write_text("{")
    assert environments.state(built, dev=False) == "update"


def test_build_makes_a_whole_environment_and_rebuilds_a_half_one(environment: Any, tmp_path: Path) -> None:
    (environment.folder / "lib").mkdir(parents=True)
    (environment.folder / "lib" / "leftover").touch()
    (environment.folder / environments.UNFINISHED).touch()
    with (tmp_path / "setup.lock").open("w") as lock:
        work = bootstrap.Work(bootstrap.Progress(), lock.fileno())
        work.build(environment, dev=False)
    assert environments.state(environment, dev=False) == "ready"
    assert not (environment.folder / "lib" / "leftover").exists()
    subprocess.run([environment.python, "-c", "import pip"], check=True)


def test_failed_install_is_explained_and_leaves_a_half_built_environment(
    environment: Any, tmp_path: Path
) -> None:
    environment.product[0].inputs[0].write_text("no-such-package==1.0\n")
    with (tmp_path / "setup.lock").open("w") as lock:
        work = bootstrap.Work(bootstrap.Progress(), lock.fileno())
        with pytest.raises(bootstrap.SetupError, match=r"no-such-package[\s\S]*no build of a package"):
            work.build(environment, dev=False)
    assert environments.state(environment, dev=False) == "unfinished"


@pytest.mark.parametrize(
    ("output", "remedy"),
    [
        ("OSError: [Errno 28] No space left on device", "Free at least 6 GB"),
        (
            "NewConnectionError: Temporary failure in name resolution\nERROR: No matching distribution",
            "network",
        ),
        ("error: command 'gcc' failed: No such file or directory", "build-essential"),
        ("The virtual environment was not created: ensurepip is not available", "python3.11-venv"),
        ("ERROR: No matching distribution found for tensorflow-cpu==2.12.0", "64-bit Intel/AMD"),
        ("something nobody has seen before", "something nobody has seen before"),
    ],
)
def test_failure_is_explained_by_what_pip_said(tmp_path: Path, output: str, remedy: str) -> None:
    log = tmp_path / "setup.log"
    log.write_text(f"Collecting x\n{output}\n")
    assert remedy in pip_output.explain(log)


def test_harmless_warnings_of_pip_are_left_out() -> None:
    text = "WARNING: Location 'https://x' is ignored: no file\n[notice] new pip\nERROR: real"
    assert list(pip_output.meaningful(text)) == ["ERROR: real"]


def test_too_little_disk_space_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        bootstrap.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 5_900_000_000})()
    )
    with pytest.raises(bootstrap.SetupError, match=r"5\.9 GB"):
        bootstrap.check_disk(tmp_path)


def test_progress_counts_what_pip_has_fetched(tmp_path: Path) -> None:
    log = tmp_path / "setup.log"
    log.write_text("Collecting a==1\nCollecting b==2\n")
    assert pip_output.pip_progress(log) == "2 packages fetched so far"
    log.write_text(log.read_text() + "Installing collected packages: a, b\n")
    assert "unpacking" in pip_output.pip_progress(log)


def test_build_tools_of_rasa_are_taken_from_its_lock(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text("# made by hand\nsetuptools==70.3.0\nrasa==3.6.21\nwheel==0.45.1\n")
    assert environments.pinned(lock, "setuptools", "wheel") == ["setuptools==70.3.0", "wheel==0.45.1"]


def report_of_packages_for_tests(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What the set-up says while it installs the Debian packages of the tests."""
    with (folder / "setup.lock").open("w") as lock:
        bootstrap.install_for_tests(bootstrap.Work(bootstrap.Progress(), lock.fileno()))
    return capsys.readouterr().out


@pytest.fixture
def nothing_from_debian(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has none of the tests' Debian packages."""
    missing = {name: (tests, lambda: None) for name, (tests, _) in bootstrap.DEBIAN.items()}
    monkeypatch.setattr(bootstrap, "DEBIAN", missing)


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for apt-get on a machine where we are root: it writes down what it is called with."""
    script = tmp_path / "bin" / "apt-get"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/called\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}:/usr/bin:/bin")
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 0)
    monkeypatch.setattr(bootstrap, "LOGS", tmp_path)
    return script


@pytest.mark.usefixtures("nothing_from_debian")
def test_debian_packages_of_the_tests_are_installed(
    apt: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "chromium (for the browser tests), postgresql" in report_of_packages_for_tests(tmp_path, capsys)
    calls = [line.split()[-1] for line in (tmp_path / "called").read_text().splitlines()]
    assert calls == ["update", "chromium", "postgresql"]


@pytest.mark.usefixtures("nothing_from_debian")
def test_a_debian_package_that_cannot_be_had_never_stops_the_set_up(
    apt: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    apt.write_text("#!/bin/sh\nexit 100\n")
    assert "will be skipped" in report_of_packages_for_tests(tmp_path, capsys)


@pytest.mark.usefixtures("nothing_from_debian")
def test_who_may_not_install_debian_packages_is_told_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 1000)
    report = report_of_packages_for_tests(tmp_path, capsys)
    assert "sudo apt install chromium postgresql" in report


def find_python(**variables: str) -> subprocess.CompletedProcess[str]:
    """What deploy/find-python.sh says in an environment of these variables alone."""
    script = ROOT / "deploy" / "find-python.sh"
    return subprocess.run(["/bin/sh", script], env=variables, capture_output=True, text=True, check=False)


def test_python_311_is_found_in_pyenv(tmp_path: Path) -> None:
    interpreter = tmp_path / "versions" / "3.11.9" / "bin" / "python3.11"
    interpreter.parent.mkdir(parents=True)
    interpreter.symlink_to(Path(sys.executable).resolve())
    found = find_python(PATH="/nowhere", HOME="/nowhere", PYENV_ROOT=str(tmp_path))
    assert found.stdout.strip() == str(interpreter)


def test_missing_python_is_said_with_ways_to_get_it(tmp_path: Path) -> None:
    missing = find_python(PATH="/nowhere", HOME=str(tmp_path))
    assert missing.returncode == 1
    assert "uv python install 3.11" in missing.stderr
    assert missing.stdout == ""


def test_python_without_venv_is_said(tmp_path: Path) -> None:
    shim = tmp_path / "python3.11"
    shim.write_text("#!/bin/sh\nexit 4\n")
    shim.chmod(0o755)
    missing = find_python(PATH=str(tmp_path), HOME=str(tmp_path))
    assert missing.returncode == 1
    assert "python3.11-venv" in missing.stderr
