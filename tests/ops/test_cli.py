"""The command line: only what exists, lazily, and one clear line on error."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.core import TyperCommand, TyperGroup

from felles import __version__, cli
from felles.cli import Command

FELLES = Path(sys.executable).parent / "felles"


def run(*arguments, **environment):
    return subprocess.run(
        [FELLES, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin", **environment},
    )


def ask(monkeypatch, capsys, *arguments):
    """Run main() in this process; its exit code and what it printed."""
    monkeypatch.setattr(sys, "argv", ["felles", *arguments])
    with pytest.raises(SystemExit) as left:
        cli.main()
    return left.value.code, capsys.readouterr()


@pytest.fixture
def table(monkeypatch, tmp_path):
    """A table with a command that fails, one that works, a group, and one whose module is not there."""
    (tmp_path / "felles_cli_sample.py").write_text(
        "import typer\n"
        "def works(name: str = 'you'):\n    '''Greet.'''\n    print('hello', name)\n"
        "def fails():\n    '''Fail.'''\n    raise RuntimeError('the disk\\nis full')\n"
        "group = typer.Typer()\n"
        "@group.command()\ndef add(what: str):\n    print('added', what)\n"
        "@group.command()\ndef remove(what: str):\n    print('removed', what)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    names = {"works": "works", "fails": "fails", "group": "group"}
    rows = [Command(name, f"felles_cli_sample:{at}", f"Sample {name}.") for name, at in names.items()]
    rows.append(Command("absent", "felles.nowhere.at_all:run", "Not built."))
    monkeypatch.setattr(cli, "COMMANDS", tuple(rows))
    yield
    sys.modules.pop("felles_cli_sample", None)


def test_version():
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"felles {__version__}\n")


def test_help_lists_what_is_built_and_imports_none_of_it(table, monkeypatch, capsys):
    code, said = ask(monkeypatch, capsys, "--help")
    assert code == 0
    assert "Sample works." in said.out
    assert "absent" not in said.out
    assert "felles_cli_sample" not in sys.modules


def test_a_command_runs_with_its_options(table, monkeypatch, capsys):
    code, said = ask(monkeypatch, capsys, "works", "--name", "Kari")
    assert (code, said.out) == (0, "hello Kari\n")


def test_a_subcommand_runs(table, monkeypatch, capsys):
    code, said = ask(monkeypatch, capsys, "group", "add", "clinic")
    assert (code, said.out) == (0, "added clinic\n")


def test_a_command_has_its_own_help(table, monkeypatch, capsys):
    code, said = ask(monkeypatch, capsys, "works", "--help")
    assert code == 0
    assert "Greet." in said.out
    assert "--name" in said.out


def test_an_error_is_one_clear_line_and_a_failure(table, monkeypatch, capsys):
    code, said = ask(monkeypatch, capsys, "fails")
    assert (code, said.err) == (1, "felles: the disk is full\n")


def test_debug_adds_the_traceback(table, monkeypatch, capsys):
    monkeypatch.setenv("FELLES_LOG_LEVEL", "debug")
    code, said = ask(monkeypatch, capsys, "fails")
    assert code == 1
    assert "Traceback" in said.err


@pytest.mark.parametrize("name", ["absent", "nonsense"])
def test_what_is_not_built_is_refused(table, monkeypatch, capsys, name):
    code, said = ask(monkeypatch, capsys, name)
    assert code == 2
    assert "No such command" in said.err


def test_each_command_that_exists_loads_and_explains_itself(monkeypatch, capsys):
    for command in cli.COMMANDS:
        if cli._exists(command):
            code, said = ask(monkeypatch, capsys, command.name, "--help")
            assert (command.name, code) == (command.name, 0)
            assert "Usage" in said.out
            assert isinstance(cli._load(command), TyperCommand | TyperGroup)
