"""`laban doctor`: check that everything is in place."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

app = typer.Typer()


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Check everything the assistant needs; exit code 1 when something is missing, with its remedy."""
    from connectors.doctor import examine

    findings = examine()
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1))
    else:
        table = Table("Check", "", Column("Found", overflow="fold"), Column("Remedy", overflow="fold"))
        for finding in findings:
            mark = "[green]ok[/]" if finding.ok else "[red]fails[/]"
            table.add_row(finding.check, mark, finding.detail, finding.remedy)
        Console().print(table)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)
