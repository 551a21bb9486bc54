"""The command line: `felles COMMAND`.

A command is one line in COMMANDS and a function, or a `typer.Typer` for a command with subcommands, in a
module of its room. The module is imported only when the command is called, so `felles --help` answers at
once. A failure ends with one clear line and a non-zero exit; FELLES_LOG_LEVEL=debug adds the traceback.
"""

from __future__ import annotations

import os
import sys
import traceback
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup


class Command(NamedTuple):
    """A line of the command line: its name, `module:attribute`, and what `felles --help` says of it."""

    name: str
    target: str
    help: str


COMMANDS = (
    Command("serve", "felles.app:serve", "Serve pages and FHIR; sets the database up first."),
    Command("demo", "felles.demo.cli:demo", "Fill an empty database with a synthetic region."),
    Command("reach", "felles.demo.reach_cli:reach", "Show whom each persona of the region can open, and why."),
    Command("import", "felles.exchange.bulk.cli:import_", "Take FHIR files into the record."),
    Command("token", "felles.access.token_cli:token", "Print a short-lived access token."),
    Command("client", "felles.access.client_cli:app", "Register systems that may ask for tokens."),
    Command("org", "felles.access.org_cli:app", "Register organisations."),
    Command("log", "felles.record.log_cli:app", "Prove the access log whole."),
    Command("erase", "felles.access.erase_cli:erase_command", "Carry out deletions that were approved."),
    Command("reindex", "felles.record.reindex_cli:reindex", "Bring the search index up to date."),
    Command("bench", "felles.ops.bench.cli:app", "Measure throughput against any FHIR server."),
    Command("doctor", "felles.ops.doctor:doctor", "Tell how everything is, and what to do about it."),
)


class Commands(TyperGroup):
    """The group of COMMANDS whose modules exist, each imported when it is called."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  # click's signature
        """Names in the order of the table; needs no import of what they do."""
        return [command.name for command in COMMANDS if _exists(command)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002  # click's signature
        """The line of `cmd_name` in the overview; None when there is no such command."""
        found = _find(cmd_name)
        return None if found is None else TyperCommand(found.name, help=found.help)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is called, imported now; a usage error when there is none."""
        name, line, rest = super().resolve_command(ctx, args)
        found = _find(args[0])
        return name, line if found is None else _load(found), rest


def _find(name: str) -> Command | None:
    return next((command for command in COMMANDS if command.name == name and _exists(command)), None)


def _load(command: Command) -> Any:
    module, _, attribute = command.target.partition(":")
    found = getattr(import_module(module), attribute)
    if isinstance(found, typer.Typer):
        app = found
    else:
        app = typer.Typer(add_completion=False)
        app.command(name=command.name)(found)
    loaded = typer.main.get_command(app)
    loaded.name = command.name
    return loaded


def _exists(command: Command) -> bool:
    try:
        return find_spec(command.target.partition(":")[0]) is not None
    except ModuleNotFoundError:  # the room is not there
        return False


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def _version(wanted: bool) -> None:
    if wanted:
        from felles import __version__

        print(f"felles {__version__}")
        raise typer.Exit


@app.callback()
def felles(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Say which."),
) -> None:
    """One shared health record for a region."""


def main() -> None:
    """Run the command line; the entry point of `felles`."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)  # 128 + SIGINT, as shells count
    except BrokenPipeError:
        # Whoever read our output has left (felles … | head): nothing to say, and nobody to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # noqa: BLE001  # the last door: one line instead of a traceback
        if os.environ.get("FELLES_LOG_LEVEL", "").lower() == "debug":
            traceback.print_exc()
        said = " ".join(str(error).split()) or type(error).__name__
        print(f"felles: {said}", file=sys.stderr)
        sys.exit(1)
