"""Reads the files of the facts; a fault is told with the file, its line, the entry and the field."""

from __future__ import annotations

from collections.abc import Container, Iterator
from pathlib import Path

import yaml
from pydantic import ValidationError

from knowledge.errors import FactError
from knowledge.facts import KINDS, CommonQuestion, Entry, Fact, FactBase, Institution, sources_of

# How the passage id of an entry begins.
_ENTRIES = tuple(f"{name}#" for name in KINDS)


def read_facts(folder: Path) -> FactBase:
    """Reads `<collection>.yml` of `folder`; a file of another name is a fault.

    Raises:
        FactError: an entry is broken, is named twice, or names one that does not exist.
    """
    facts, faults = check_facts(folder)
    if faults:
        raise faults[0]
    return facts


def check_facts(folder: Path, passages: Container[str] | None = None) -> tuple[FactBase, list[FactError]]:
    """Reads all that can be read, and returns it with every fault found.

    Args:
        folder: holds `<collection>.yml`.
        passages: the ids of all documents and their passages; when given, what entries cite must be among them.
    """
    found: dict[str, Entry] = {}
    lines: dict[str, tuple[Path, int]] = {}
    faults: list[FactError] = []
    for file in sorted(folder.glob("*.yml")):
        if file.stem not in KINDS:
            faults.append(FactError(file, 1, None, f"no such collection; there are {', '.join(KINDS)}"))
            continue
        for entry, line in _entries(file, faults):
            if entry.passage_id in found:
                faults.append(FactError(file, line, entry.id, "another entry has this id already"))
                continue
            found[entry.passage_id] = entry
            lines[entry.passage_id] = file, line
    # An entry that could not be read would be missed by all that name it.
    known_faults = bool(faults)
    for entry in found.values():
        place = *lines[entry.passage_id], entry.id
        if not known_faults:
            faults += [
                FactError(*place, f"{name}: there is no entry {wanted!r}")
                for name, wanted in _references(entry)
                if wanted not in found
            ]
        if passages is not None:
            faults += [
                FactError(*place, f"{name}: no document has the passage {wanted!r}")
                for name, wanted in _cited_passages(entry)
                if wanted not in passages
            ]
    return FactBase(found), faults


def _cited_passages(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yields (field, passage id) of every passage of a document that `entry` cites."""
    if isinstance(entry, CommonQuestion):
        yield from (("cites", cited) for cited in entry.cites if not cited.startswith(_ENTRIES))
    yield from ((f"{name}.passage", source.passage) for name, source in sources_of(entry) if source.passage)


def _references(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yields (field, passage id) of every other entry that `entry` names."""
    if isinstance(entry, Fact):
        for name in ("supersedes", "contradicts"):
            yield from ((name, f"{entry.collection}#{other}") for other in getattr(entry, name))
    elif isinstance(entry, Institution):
        for name in ("teaches", "may_teach"):
            yield from ((name, f"occupations#{trade}") for trade in getattr(entry, name))
        if entry.merged_into:
            yield "merged_into", f"institutions#{entry.merged_into}"
    elif isinstance(entry, CommonQuestion):
        yield from (("cites", cited) for cited in entry.cites if cited.startswith(_ENTRIES))


def _entries(file: Path, faults: list[FactError]) -> Iterator[tuple[Entry, int]]:
    """Yields (entry, line) of each entry of a file that can be read; adds the others to `faults`."""
    try:
        text = file.read_text(encoding="utf-8")
        root, rows = yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text)
    except UnicodeDecodeError as error:
        faults.append(FactError(file, 1, None, f"not UTF-8 text (byte {error.start}); save it as UTF-8"))
        return
    except (yaml.YAMLError, ValueError) as error:  # A date that is no day of the calendar is a ValueError.
        mark = getattr(error, "problem_mark", None)
        reason = f"not YAML: {getattr(error, 'problem', error)}"
        faults.append(FactError(file, mark.line + 1 if mark else 1, None, reason))
        return
    if not isinstance(rows, list | None):
        faults.append(FactError(file, 1, None, "not a list of entries"))
        return
    kind = KINDS[file.stem]
    for row, node in zip(rows or (), root.value if root else (), strict=True):
        line = node.start_mark.line + 1
        if not isinstance(row, dict):
            faults.append(FactError(file, line, None, "an entry must be 'field: value' lines"))
            continue
        try:
            yield kind.model_validate({**row, "collection": file.stem}), line
        except ValidationError as error:
            for fault in error.errors(include_url=False):
                place = ".".join(str(part) for part in fault["loc"])
                reason = f"{place}: {fault['msg']}" if place else fault["msg"]
                faults.append(FactError(file, line, row.get("id"), reason))
