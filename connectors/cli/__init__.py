"""The command line `laban`.

Each command lives in a module `connectors.cli.<command>` with a Typer application named `app`. It is imported
only when that command is called: `laban --help` must not wait for the encoder's libraries.
"""

import sys
from importlib import import_module

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from connectors.errors import StartError
from knowledge.errors import KnowledgeError

COMMANDS = {
    "serve": "Start the assistant and everything it needs, and keep it running.",
    "ask": "Answer one question in the terminal.",
    "chat": "Talk with the assistant in the terminal.",
    "kb": "Build, search, list and check the knowledge base.",
    "tickets": "List, read, answer and close the requests for a person.",
    "unanswered": "List what was asked and not answered, grouped by meaning.",
    "telegram": "Set, show and remove the webhooks of the Telegram bots.",
    "zalo": "Connect Zalo Official Accounts, and see how they fare.",
    "outbox": "List what could not be delivered, or not yet, and deliver it after all.",
    "sites": "Add, list and remove the websites that may embed the widget.",
    "records": "Look after the database of conversations, tickets and ratings.",
    "train": "Train the Rasa model if what it is made from has changed.",
    "eval": "Measure the answers against the question set.",
    "dev": "Try channels without an account, in a checkout.",
    "doctor": "Check that everything is in place, and say how to mend what is not.",
}


class CommandsOnDemand(TyperGroup):
    """A group that knows its commands by name and summary, and imports the one that is called."""

    def __init__(self, **attributes: object) -> None:
        super().__init__(**attributes)  # type: ignore[arg-type]  # handed on as Typer gives them
        self.commands = {name: TyperCommand(name, help=summary) for name, summary in COMMANDS.items()}

    def resolve_command(self, ctx, args):  # type: ignore[no-untyped-def]  # Typer keeps these types private
        """Find the called command as Typer does, then load its module."""
        name, command, rest = super().resolve_command(ctx, args)
        if name is not None:
            command = get_command(import_module(f"connectors.cli.{name}").app)
        return name, command, rest


app = typer.Typer(
    cls=CommandsOnDemand,
    help="La Bàn: answers about vocational training, out of official documents, with their sources.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _laban() -> None:
    """Make Typer build a group although it holds no command of its own."""


def main() -> None:
    """Run `laban`; a fault that a person can mend is one message and exit code 1, never a traceback."""
    try:
        app()
    except (StartError, KnowledgeError) as error:
        print(f"laban: {error}", file=sys.stderr)
        raise SystemExit(1) from None
