"""Train the Rasa model when, and only when, something it is made from has changed."""

import asyncio
import fcntl
import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from connectors.child import Child, tail
from connectors.errors import StartError
from connectors.progress import Report
from connectors.rasa_environment import training_command, training_environment
from connectors.settings import ROOT, Settings

HEARTBEAT_S = 20.0

# What a model is made from, relative to the repository root.
SOURCES = (
    "bot",
    "knowledge/__init__.py",
    "knowledge/text.py",
    "knowledge/onnx_encoder.py",
    "knowledge/gazetteer.py",
    "knowledge/gazetteers",
    "knowledge/vocabulary",
    "knowledge/models/vi-e5-small",
)
# Read when Rasa is started, not when it is trained.
_NOT_TRAINED = ("bot/endpoints.yml", "bot/credentials.yml")


def source_files(root: Path = ROOT) -> Iterator[Path]:
    """Every file that a model is made from, in a fixed order."""
    for source in SOURCES:
        path = root / source
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            parts = file.relative_to(root).parts
            hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
            if file.is_file() and not hidden and "/".join(parts) not in _NOT_TRAINED:
                yield file


def fingerprint(root: Path = ROOT) -> str:
    """A hash of the names and contents of everything that a model is made from."""
    total = hashlib.sha256()
    for file in source_files(root):
        total.update(str(file.relative_to(root)).encode() + b"\0" + _hash(file).encode() + b"\0")
    return total.hexdigest()


def is_current(settings: Settings) -> bool:
    """Whether the model is whole and made from the files as they are now."""
    try:
        record = json.loads(_record(settings).read_text(encoding="utf-8"))
        whole = record["model"] == _hash(settings.rasa_model)
        return bool(whole and record["fingerprint"] == fingerprint())
    except (OSError, ValueError, KeyError, TypeError):
        return False


async def train(
    settings: Settings, report: Report, *, force: bool = False, command: Sequence[str | Path] | None = None
) -> bool:
    """Train if needed (or `force`d) and replace the model in one step; whether there was something to do.

    Raises StartError with the end of the log when training fails; the model before it stays. `command` stands
    in for `rasa train` and must write `<out>/laban.tar.gz`, `{out}` in its arguments being the folder.
    """
    if not force and is_current(settings):
        return False
    models = settings.rasa_model.parent
    models.mkdir(parents=True, exist_ok=True)
    async with _one_at_a_time(models / ".lock", report):
        if not force and is_current(settings):  # Another process has trained while this one waited.
            return False
        with tempfile.TemporaryDirectory(dir=models, prefix=".training-") as out:
            wanted = fingerprint()
            await _run(settings, report, Path(out), command)
            trained = Path(out) / settings.rasa_model.name
            record = Path(out) / "record.json"
            record.write_text(json.dumps({"fingerprint": wanted, "model": _hash(trained)}), encoding="utf-8")
            trained.replace(settings.rasa_model)
            record.replace(_record(settings))
    return True


async def _run(settings: Settings, report: Report, out: Path, command: Sequence[str | Path] | None) -> None:
    log = settings.log_dir / "train.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    name = settings.rasa_model.name.removesuffix(".tar.gz")
    line = [str(part).replace("{out}", str(out)) for part in command or training_command(out, name)]
    started = time.monotonic()
    report("Rasa: training the model")
    child = await Child.start(line, log=log, environment=training_environment(settings), cwd=ROOT)
    try:
        code = await _wait_with_heartbeat(child, report)
    finally:
        await child.stop(grace_s=2)
    if code or not (out / settings.rasa_model.name).is_file():
        raise StartError(_why(log, code))
    report(f"Rasa: model trained in {time.monotonic() - started:.0f} s")


async def _wait_with_heartbeat(child: Child, report: Report) -> int:
    while True:
        try:
            return await asyncio.wait_for(child.wait(), HEARTBEAT_S)
        except TimeoutError:
            report("Rasa: still training")


def _why(log: Path, code: int) -> str:
    text = log.read_text(encoding="utf-8", errors="replace")
    if "No space left on device" in text:
        remedy = "The disk is full: free some space, then start again."
    elif "ModuleNotFoundError" in text or "ImportError" in text:
        remedy = "Rasa's environment is not whole: remove .venv-rasa and run make setup."
    elif code == -9:
        remedy = "It was killed, most likely because memory ran out: it needs about 1.5 GB."
    else:
        remedy = "The lines above name the file in bot/ to mend."
    return f"Rasa could not be trained (exit code {code}):\n{tail(log)}\n{remedy}\nAll of its output: {log}"


def free_cache(settings: Settings) -> None:
    """Remove Rasa's training cache, so that the next training starts from nothing."""
    shutil.rmtree(settings.var_dir / "rasa" / "cache", ignore_errors=True)


def _record(settings: Settings) -> Path:
    return settings.rasa_model.with_name("laban.json")


def _hash(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@asynccontextmanager
async def _one_at_a_time(lock: Path, report: Report) -> AsyncIterator[None]:
    with lock.open("w", encoding="utf-8") as stream:
        waiting = False
        while True:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not waiting:
                    report("Rasa: another process is training; waiting for it")
                waiting = True
                await asyncio.sleep(0.5)
        yield
