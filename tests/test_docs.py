"""The documentation names what exists, and what exists is in the documentation."""

import ast
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr
from typer.main import get_command

from connectors.app import Shared, create_actions, create_app
from connectors.cli import COMMANDS
from connectors.messages import Reply
from connectors.settings import CHILD_VARIABLES, PREFIX, Settings
from connectors.webhooks import PREFIX as PREFIX_OF_WEBHOOKS
from knowledge.documents import read_documents
from knowledge.fact_files import check_facts
from knowledge.facts import KINDS, Claim, Reference, Scope
from knowledge.passages import passages_of
from knowledge.support import evidence_of, unsupported_numbers

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
GUIDE = ROOT / "docs" / "them-tri-thuc.md"
FACTS = ROOT / "knowledge" / "facts"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
with_each_page = pytest.mark.parametrize("guide", PAGES, ids=lambda guide: guide.name)

FENCED = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|<img[^>]* src=\"([^\"]+)\"")
HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)
ROW = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)
VARIABLE = re.compile(r"\bLABAN_[A-Z_]+\b")
# `sudo -u laban make run` runs make as the user laban.
LABAN = re.compile(r"(?<!-u )\blaban ([a-z]+)(?: ([a-z][a-z-]*))?")
MAKE = re.compile(r"\bmake ([a-z][a-z-]*)")
ADDRESS = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) (/\S*)")
CODE_FOLDERS = ("actions/", "bot/", "connectors/", "deploy/", "docs/", "knowledge/", "tests/")
MESSAGES = "When something fails"
FAULTS = "Máy báo gì, sửa thế nào"


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return FENCED.sub("", page.read_text(encoding="utf-8"))


def spans(page: Path) -> list[str]:
    """What a page shows as code inside its sentences and tables."""
    return INLINE.findall(prose(page))


def code(page: Path) -> str:
    """All that a page shows as code."""
    blocks = [block for _, block in FENCED.findall(page.read_text(encoding="utf-8"))]
    return "\n".join([*blocks, *spans(page)])


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@cache
def subcommands() -> dict[str, frozenset[str]]:
    """The commands of `laban`, each with the commands below it."""
    loaded = {name: get_command(import_module(f"connectors.cli.{name}").app) for name in COMMANDS}
    return {name: frozenset(getattr(command, "commands", ())) for name, command in loaded.items()}


def laban_commands() -> set[str]:
    """Every command that does something: `serve`, `kb build`, …"""
    tree = subcommands()
    return {f"{name} {below}".strip() for name in tree for below in (tree[name] or [""])}


def routes_of(routes: Iterable[Any]) -> Iterator[str]:
    """Every route as `METHOD /path`; HEAD goes with GET, and folders of files have no method."""
    for route in routes:
        if hasattr(route, "original_router"):
            yield from routes_of(route.original_router.routes)
        for method in getattr(route, "methods", None) or ():
            if method != "HEAD":
                yield f"{method} {route.path}"


def rasa_routes() -> Iterator[str]:
    """The routes of the channel in Rasa's process, which cannot be imported here."""
    source = (ROOT / "bot" / "components" / "channel.py").read_text(encoding="utf-8")
    for path, methods in re.findall(r'@routes\.route\("([^"]+)", methods=(\[[^\]]+\])\)', source):
        for method in ast.literal_eval(methods):
            yield f"{method} /webhooks/laban{path}"


def texts_in(node: ast.AST) -> Iterator[str]:
    """The string literals of a syntax tree; what an f-string fills in becomes "…"."""
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(v.value) if isinstance(v, ast.Constant) else "…" for v in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from texts_in(child)


def sayings() -> str:
    """Everything the programs can say, one literal a line."""
    said = [(ROOT / "deploy" / "find-python.sh").read_text(encoding="utf-8")]
    for folder in ("deploy", "connectors", "knowledge"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            said += texts_in(ast.parse(file.read_text(encoding="utf-8")))
    problems = yaml.safe_load((ROOT / "connectors" / "problems.yml").read_text(encoding="utf-8"))
    return "\n".join([*said, *problems.values()])


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives a page's headings."""
    names = set()
    for heading in HEADING.findall(prose(page)):
        plain = unicodedata.normalize("NFC", heading.replace("`", "")).lower()
        names.add(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    return names


@with_each_page
def test_commands_named_in_a_page_exist(guide: Path) -> None:
    tree = subcommands()
    for name, below in LABAN.findall(code(guide)):
        assert name in tree, f"laban {name}"
        assert not below or not tree[name] or below in tree[name], f"laban {name} {below}"
    assert set(MAKE.findall(code(guide))) <= make_targets()


def test_every_command_is_in_the_table_of_commands() -> None:
    rows = [re.sub(r' "…"$', "", row) for row in ROW.findall(README.read_text(encoding="utf-8"))]
    assert {row.removeprefix("laban ") for row in rows if row.startswith("laban ")} == laban_commands()
    assert {row.removeprefix("make ") for row in rows if row.startswith("make ")} == make_targets()


def test_routes_and_the_addresses_in_the_pages_are_the_same() -> None:
    secret = SecretStr("0123456789abcdef")
    settings = Settings(
        _env_file=None,
        rasa_url="http://127.0.0.1:5005",
        rasa_token=secret,
        action_token=secret,
        action_port=5055,
    )
    shared = Shared.load(settings)
    apps = create_app(settings, shared), create_actions(settings, shared)
    served = {route for app in apps for route in routes_of(app.routes)} | set(rasa_routes())
    # These stand in front of the app (`connectors.webhooks`).
    served |= {f"POST {PREFIX_OF_WEBHOOKS}{{name}}", f"POST {PREFIX_OF_WEBHOOKS}{{name}}/{{account}}"}
    served |= {f"GET {PREFIX_OF_WEBHOOKS}messenger"}
    named = {f"{m} {path}" for page in PAGES for span in spans(page) for m, path in ADDRESS.findall(span)}
    assert len(served) > len(list(rasa_routes())) > 0
    assert named == served


@with_each_page
def test_links_lead_somewhere(guide: Path) -> None:
    for groups in LINK.findall(prose(guide)):
        link = "".join(groups)
        if re.match(r"https?://", link):
            continue
        path, _, anchor = link.partition("#")
        target = (guide.parent / path).resolve() if path else guide
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@with_each_page
def test_files_named_in_a_page_exist(guide: Path) -> None:
    for span in spans(guide):
        if span.startswith(CODE_FOLDERS) and not re.search(r"[<*… ]", span):
            assert (ROOT / span).exists(), span


def test_images_are_small_pictures() -> None:
    images = sorted((ROOT / "docs" / "images").iterdir())
    linked = README.read_text(encoding="utf-8")
    for image in images:
        content = image.read_bytes()
        assert content.startswith(b"\x89PNG"), image.name
        assert len(content) <= 150_000, image.name
        assert f"docs/images/{image.name}" in linked, f"{image.name} is shown nowhere"


@pytest.mark.parametrize(
    "file",
    [*PAGES, ROOT / ".env.example", *sorted((ROOT / "deploy").glob("*.service"))],
    ids=lambda file: file.name,
)
def test_variables_named_in_a_file_are_settings(file: Path) -> None:
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields} | CHILD_VARIABLES
    assert set(VARIABLE.findall(file.read_text(encoding="utf-8"))) <= known


def test_messages_in_the_operators_guide_are_said_by_the_programs() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    quoted = ROW.findall(page.split(f"## {MESSAGES}")[1])
    said = sayings()
    assert quoted
    for message in quoted:
        literal = message.removeprefix("…").removesuffix("…").strip()
        assert literal in said, message


def examples() -> list[tuple[str, dict[str, Any]]]:
    """The entries (collection, entry) that the guide for editors shows, each under the name of its file."""
    blocks = [text for kind, text in FENCED.findall(GUIDE.read_text(encoding="utf-8")) if kind == "yaml"]
    files = [re.match(r"# knowledge/facts/(\w+)\.yml\n", block) for block in blocks]
    return [
        (file[1], entry)
        for file, block in zip(files, blocks, strict=True)
        if file
        for entry in yaml.safe_load(block)
    ]


def said_in(example: Any, real: Any) -> bool:
    """Whether all that an example says is in the real entry; it may say less."""
    if isinstance(example, dict):
        return all(name in real and said_in(value, real[name]) for name, value in example.items())
    if isinstance(example, list):
        return all(any(said_in(value, other) for other in real) for value in example)
    return bool(example == real)


def test_entries_in_the_guide_for_editors_are_real_ones_and_can_be_read(tmp_path: Path) -> None:
    shown = examples()
    assert {KINDS[collection] for collection, _ in shown} == set(KINDS.values())
    entries = {
        file.stem: {entry["id"]: entry for entry in yaml.safe_load(file.read_text(encoding="utf-8"))}
        for file in FACTS.glob("*.yml")
    }
    for collection, example in shown:
        assert said_in(example, entries[collection][example["id"]]), example["id"]
        entries[collection][example["id"]] = example
    for collection, rows in entries.items():
        (tmp_path / f"{collection}.yml").write_text(yaml.safe_dump([*rows.values()]), encoding="utf-8")
    documents = read_documents(ROOT / "knowledge" / "documents")
    facts, faults = check_facts(
        tmp_path, {d.id for d in documents} | {passage.id for passage in passages_of(documents)}
    )
    assert not faults
    passages = {passage.id: passage for passage in passages_of(documents, facts)}
    for collection, example in shown:
        cited = [text for name in example.get("cites", ()) for text in evidence_of(passages[name])]
        assert unsupported_numbers(example.get("answer", ""), cited) == [], (collection, example["id"])


def test_every_field_of_an_entry_is_explained_to_editors() -> None:
    named = {word for span in spans(GUIDE) for word in re.findall(r"\w+", span)}
    for kind in (*set(KINDS.values()), Reference, Claim, Scope):
        fields = {field.alias or name for name, field in kind.model_fields.items()} - {"collection"}
        assert fields <= named, kind.__name__


BROKEN = (
    "- {id: mot, topic: t}",
    "- {id: mot, topic: t, statement: s, use: gap, nguon: n}",
    "- {id: Một, topic: t, statement: s, use: gap}",
    "- {id: mot, topic: t, statement: s, use: sure}",
    "- id: mot\n  statement: a: b",
    "- id: mot\n\ttopic: t",
)


def test_messages_in_the_guide_for_editors_are_said_by_the_programs(tmp_path: Path) -> None:
    said = [sayings()]
    for text in BROKEN:
        (tmp_path / "policies.yml").write_text(text, encoding="utf-8")
        said += map(str, check_facts(tmp_path)[1])
    quoted = ROW.findall(GUIDE.read_text(encoding="utf-8").split(f"## {FAULTS}")[1])
    assert quoted
    for message in quoted:
        literal = message.removeprefix("…").removesuffix("…").strip()
        assert literal in "\n".join(said), message


def test_reply_in_the_readme_has_the_form_of_a_reply() -> None:
    (block,) = [text for kind, text in FENCED.findall(README.read_text(encoding="utf-8")) if kind == "json"]
    reply = Reply.model_validate_json(block, strict=True, extra="forbid")
    assert reply.model_dump() == json.loads(block)
