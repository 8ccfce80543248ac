"""Check that everything the assistant needs is in place, and name the remedy for each thing that is not."""

import re
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

import httpx

from connectors import training
from connectors.errors import SettingsError, StartError
from connectors.listening import LOOPBACK, listen
from connectors.settings import ROOT, Settings, load_settings, unknown_variables
from knowledge import index
from knowledge.errors import KnowledgeError

NEEDED_BYTES = 500 * 1000**2
APP = ROOT / ".venv", ROOT / "deploy" / "requirements.txt"
RASA = ROOT / ".venv-rasa", ROOT / "bot" / "requirements.txt"


@dataclass(frozen=True)
class Finding:
    """What one check found; `remedy` is empty when all is well."""

    check: str
    ok: bool
    detail: str
    remedy: str = ""


def examine() -> list[Finding]:
    """Run every check; those that need settings are left out when the settings are wrong."""
    findings = [
        _interpreter(),
        _environment("app environment", *APP),
        _environment("Rasa environment", *RASA),
    ]
    try:
        settings = load_settings()
    except SettingsError as error:
        return [*findings, Finding("settings", False, str(error), "correct it in the environment or in .env")]
    return [*findings, *_settings(), *(check(settings) for check in CHECKS), *_ports(settings)]


def _interpreter() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    ok = sys.version_info[:2] == (3, 11)
    return Finding("interpreter", ok, f"Python {version}", "" if ok else "run make setup with Python 3.11")


def _environment(name: str, folder: Path, lock: Path) -> Finding:
    remedy = "run make setup"
    if not (folder / "bin" / "python").exists():
        return Finding(name, False, f"{folder} is missing", remedy)
    if not lock.exists():
        return Finding(name, False, f"{lock} is missing", "complete the checkout")
    wrong = list(deviations(folder, lock))
    if wrong:
        more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        return Finding(name, False, "; ".join(wrong[:3]) + more, remedy)
    return Finding(name, True, f"as {lock.relative_to(ROOT)} says")


def deviations(environment: Path, lock: Path) -> Iterator[str]:
    """What is installed in an environment in another version than its lock names, or not at all."""
    packages = [str(path) for path in environment.glob("lib/python3*/site-packages")]
    installed = {_plain(d.metadata["Name"]): d.version for d in distributions(path=packages)}
    for line in lock.read_text(encoding="utf-8").splitlines():
        name, _, version = line.split("#")[0].strip().partition("==")
        if not version:
            continue
        # 2.13.0+cpu is one build of 2.13.0.
        found = installed.get(_plain(name))
        if found is None:
            yield f"{name} is not installed"
        elif found.split("+")[0] != version:
            yield f"{name} is {found}, not {version}"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _settings() -> Iterator[Finding]:
    unknown = unknown_variables()
    if not unknown:
        yield Finding("settings", True, "all can be honoured")
    for name, meant in unknown.items():
        remedy = f"use {meant}" if meant else "remove it; docs/settings.md lists all settings"
        yield Finding("settings", False, f"{name} is not a setting", remedy)


def _encoder(settings: Settings) -> Finding:
    folder = Path(settings.encoder)
    if not folder.is_dir():
        return Finding("encoder", True, f"{settings.encoder}, by name (loaded from a hub at the first start)")
    shipped = folder == ROOT / "knowledge" / "models" / "vi-e5-small"
    needed = ("onnx/model_qint8.onnx", "tokenizer.json") if shipped else ("config.json",)
    missing = [name for name in needed if not (folder / name).is_file()]
    remedy = "complete the checkout, or name another model with LABAN_ENCODER"
    if missing:
        return Finding("encoder", False, f"{folder} lacks {', '.join(missing)}", remedy)
    return Finding("encoder", True, str(folder))


def _index(settings: Settings) -> Finding:
    try:
        current = settings.documents_dir.is_dir() and index.is_current(
            settings.sources, settings.index_dir, settings.encoder
        )
    except KnowledgeError as error:
        return Finding("index", False, str(error), "run laban kb build")
    if not current:
        return Finding("index", False, "missing or older than the documents", "run laban kb build")
    return Finding("index", True, str(settings.index_dir))


def _rasa_model(settings: Settings) -> Finding:
    if settings.rasa_url is not None:
        return Finding("Rasa model", True, f"that of the Rasa at {settings.rasa_url}")
    if not training.is_current(settings):
        return Finding("Rasa model", False, "missing, broken or older than bot/", "run laban train")
    return Finding("Rasa model", True, str(settings.rasa_model))


def _disk(settings: Settings) -> Finding:
    folder = next(path for path in (settings.var_dir, *settings.var_dir.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    detail = f"{free / 1000**3:.1f} GB free on the disk of {settings.var_dir}"
    if free < NEEDED_BYTES:
        return Finding("disk", False, detail, f"free some; {NEEDED_BYTES // 1000**2} MB are needed")
    return Finding("disk", True, detail)


def _rasa(settings: Settings) -> Finding:
    if settings.rasa_url is None:
        return Finding("Rasa", True, "supervised by laban serve")
    try:
        httpx.get(f"{settings.rasa_url}/webhooks/laban/", timeout=3).raise_for_status()
    except httpx.HTTPError as error:
        detail = f"{settings.rasa_url} does not answer ({type(error).__name__})"
        return Finding(
            "Rasa", False, detail, "start that Rasa, or unset LABAN_RASA_URL to have one supervised"
        )
    return Finding("Rasa", True, f"{settings.rasa_url} answers")


CHECKS: tuple[Callable[[Settings], Finding], ...] = (_encoder, _index, _rasa_model, _rasa, _disk)


def _ports(settings: Settings) -> Iterator[Finding]:
    running = _is_running(settings)
    wanted = [
        ("LABAN_PORT", settings.host, settings.port),
        ("LABAN_ACTION_PORT", LOOPBACK, settings.action_port),
    ]
    if settings.rasa_url is None:
        wanted.append(("LABAN_RASA_PORT", LOOPBACK, settings.rasa_port))
    for variable, host, port in wanted:
        if not port:
            continue
        name = f"port {port}"
        try:
            listen(host, port, variable).close()
        except StartError as error:
            if running and _connects(host, port):
                yield Finding(name, True, "in use by this assistant, which is running")
            else:
                detail, _, remedy = str(error).partition(". ")
                yield Finding(name, False, detail, remedy or f"set {variable} to another port")
        else:
            yield Finding(name, True, "free")


def _is_running(settings: Settings) -> bool:
    try:
        answer = httpx.get(f"{settings.local_url}/healthz", timeout=2)
        return answer.is_success and answer.json().get("status") == "ok"
    except (httpx.HTTPError, ValueError, AttributeError):
        return False


def _connects(host: str, port: int) -> bool:
    target = {"0.0.0.0": LOOPBACK, "::": "::1"}.get(host, host)
    with socket.socket(socket.AF_INET6 if ":" in target else socket.AF_INET) as probe:
        probe.settimeout(1)
        return probe.connect_ex((target, port)) == 0
