"""Bring the search index up to date before the app starts.

The build runs in a process of its own (`python -m connectors.indexing`, a line of JSON a step on stdout), so
that Ctrl-C ends it at once and its memory is given back.
"""

import asyncio
import json
import os
import sys
import time

from connectors.child import Child, tail
from connectors.errors import StartError
from connectors.progress import Report
from connectors.settings import ROOT, Settings, load_settings
from knowledge.errors import KnowledgeError

PROGRESS_EVERY_S = 5.0


async def ensure_index(settings: Settings, report: Report) -> bool:
    """Build the index if it is missing or older than what it is made from; whether there was something to do.

    Raises StartError when a document is broken or the build fails; the index before it stays.
    """
    if await asyncio.to_thread(_is_current, settings):
        return False
    report("Index: reading and encoding the documents")
    log = settings.log_dir / "index.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    child = await Child.start(
        [sys.executable, "-m", "connectors.indexing"],
        log=log,
        environment=_environment(settings),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        outcome = await _follow(child, report)
        code = await child.wait()
    finally:
        await child.stop(grace_s=2)
    if "error" in outcome:
        raise StartError(f"The index could not be built: {outcome['error']}")
    if code or "passages" not in outcome:
        raise StartError(f"The index could not be built:\n{tail(log)}\nAll of its output: {log}")
    built = f"{outcome['passages']} passages of {outcome['documents']} documents"
    report(f"Index: {built} in {outcome['seconds']:.0f} s")
    return True


async def _follow(child: Child, report: Report) -> dict[str, float | str]:
    stream = child.process.stdout
    assert stream is not None  # It was started with a pipe.
    said = time.monotonic()
    outcome: dict[str, float | str] = {}
    async for line in stream:
        outcome = json.loads(line)
        if "total" in outcome and time.monotonic() - said >= PROGRESS_EVERY_S:
            said = time.monotonic()
            report(f"Index: {outcome['done']} of {outcome['total']} pieces of text encoded")
    return outcome


def _is_current(settings: Settings) -> bool:
    from knowledge import index  # noqa: PLC0415  # takes a second, and the child process needs no thread for it

    return index.is_current(settings.sources, settings.index_dir, settings.encoder)


def _environment(settings: Settings) -> dict[str, str]:
    folders = {
        "LABAN_VAR_DIR": settings.var_dir,
        "LABAN_DOCUMENTS_DIR": settings.documents_dir,
        "LABAN_INDEX_DIR": settings.index_dir,
        "LABAN_ENCODER": settings.encoder,
    }
    if settings.questions_dir is not None:
        folders["LABAN_QUESTIONS_DIR"] = settings.questions_dir
    if settings.facts_dir is not None:
        folders["LABAN_FACTS_DIR"] = settings.facts_dir
    return dict(os.environ) | {name: str(value) for name, value in folders.items()}


def main() -> int:
    """Build the index of the settings; every step and the outcome go to stdout as JSON lines."""
    from knowledge import encoder, index  # noqa: PLC0415  # only this process loads the encoder's libraries

    settings = load_settings()

    def say(**values: object) -> None:
        print(json.dumps(values, ensure_ascii=False), flush=True)

    try:
        done = index.build(
            settings.sources,
            settings.index_dir,
            encoder.load_encoder(settings.encoder, threads=os.cpu_count() or 1),
            lambda step, done, total: say(step=step, done=done, total=total),
        )
    except KnowledgeError as error:
        say(error=str(error))
        return 1
    say(passages=done.passages, documents=done.documents, seconds=done.seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
