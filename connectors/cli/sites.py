"""`laban sites`: the websites that may embed the widget."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from connectors.cli.options import JSON
from connectors.cli.store import opened_records, show_rows
from connectors.errors import StartError
from connectors.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="Add, list and remove the websites that may embed the widget.")

KEY = typer.Argument(help="The site's key: small letters, digits and hyphens, such as truong-a.")
# What a field of a site is called on the command line, where that differs.
_NAMES = {"key": "KEY", "origins": "--origin", "questions": "--question"}
_FIELDS = ("key", "title", "origins", "colour", "position", "phone")


@app.command()
def add(  # noqa: PLR0913, PLR0917  # an option each
    key: Annotated[str, KEY],
    origin: Annotated[
        list[str] | None,
        typer.Option("--origin", help="Where the site lies, such as https://truong.edu.vn; may be repeated."),
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="Name in the chat's head.")] = None,
    greeting: Annotated[str | None, typer.Option("--greeting", help="First words of the chat.")] = None,
    colour: Annotated[
        str | None, typer.Option("--colour", help="Such as #0b5f57; its contrast is checked.")
    ] = None,
    position: Annotated[str | None, typer.Option("--position", help="right or left.")] = None,
    question: Annotated[
        list[str] | None,
        typer.Option("--question", help="A question to begin with; may be repeated, up to six."),
    ] = None,
    phone: Annotated[str | None, typer.Option("--phone", help="Shown when no answer comes.")] = None,
    idle_minutes: Annotated[
        int | None, typer.Option("--idle-minutes", help="The chat is cleared after so long without a word.")
    ] = None,
) -> None:
    """Add a site, or change what is given of one; prints the line to paste, and the pages."""
    from connectors.sites import OWN, Site
    from connectors.widget_pages import snippet

    if key == OWN:
        raise StartError(f"{OWN} is La Bàn's own site; it is described in connectors/sites.yml")
    given: dict[str, Any] = {
        "origins": origin,
        "title": title,
        "greeting": greeting,
        "colour": colour,
        "position": position,
        "questions": question,
        "phone": phone,
        "idle_minutes": idle_minutes,
    }
    settings = load_settings()
    with opened_records() as records:
        before = records.sites.get(key) or {}
        changes = {name: value for name, value in given.items() if value is not None}
        try:
            site = Site.model_validate({**before, **changes, "key": key})
        except ValidationError as error:
            raise StartError(_explain(error)) from None
        records.sites.put(key, site.model_dump(exclude={"key"}))
    if not site.origins:
        print("No page may show it yet: add the site's address with --origin https://…")
    print(f"Paste before </body>:\n  {snippet(site, settings.base_url)}")
    print(f"Chat alone on a page: {settings.base_url}/chat/{key}")
    print(f"How it looks, QR code: {settings.base_url}/sites/{key}")


@app.command(name="list")
def list_sites(as_json: Annotated[bool, JSON] = False) -> None:
    """List the sites."""
    with opened_records() as records:
        found = records.sites.all()
    rows = [{"key": key, **settings} for key, settings in found.items()]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    shown = [{**row, "origins": "\n".join(row.get("origins", [])) or "none: shown nowhere"} for row in rows]
    show_rows(_FIELDS, [{name: row.get(name) for name in _FIELDS} for row in shown], as_json=False)


@app.command()
def remove(key: Annotated[str, KEY]) -> None:
    """Remove a site: its pages show the chat no longer."""
    with opened_records() as records:
        if not records.sites.remove(key):
            raise StartError(f"there is no site {key}")
    print(f"removed: {key}")


def _explain(error: ValidationError) -> str:
    lines = []
    for problem in error.errors(include_url=False):
        field = str(problem["loc"][0])
        option = _NAMES.get(field, f"--{field.replace('_', '-')}")
        lines.append(f"{option}: {problem['msg'].removeprefix('Value error, ')}")
    return "\n".join(lines)
