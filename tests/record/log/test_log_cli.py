"""`felles log verify`: says what was proved, or the first thing broken, and ends accordingly."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from felles.record.log import proof
from felles.record.log.keys import PUBLIC
from felles.record.log.verify import Broken, Report
from felles.record.log_cli import app, said

pytestmark = pytest.mark.store


@pytest.fixture
async def sealed(log, tmp_path, monkeypatch):
    await log.write(3)
    await log.sealer.seal()
    await log.write(1)
    (tmp_path / PUBLIC).write_text(f"{log.key.id} {log.key.public.hex()}\n")
    for name, value in (("HOME", str(tmp_path)), ("DATABASE_URL", log.database.url)):
        monkeypatch.setenv(f"FELLES_{name}", value)
    monkeypatch.setenv("FELLES_DATABASE_OWNER_URL", log.database.owner_url)
    return log


def _run(*arguments):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:  # the command has an event loop of its own
        return thread.submit(CliRunner().invoke, app, ["verify", *arguments]).result()


async def test_a_whole_log_ends_well(sealed):
    done = _run()
    assert done.exit_code == 0, done.output
    assert "whole: 1 ticks seal 3 lines" in done.stdout
    assert "1 lines not yet sealed" in done.stdout
    noted = await proof.last_whole(sealed.conn)
    assert noted is not None
    assert (noted.ticks, noted.sealed, noted.head) == (1, 3, 1)
    assert noted.actor_name.startswith("felles log verify, ")


async def test_a_broken_one_does_not(sealed):
    await sealed.owner.execute("update leaf set text = 'x' where number = 1")
    done = _run()
    assert done.exit_code != 0
    assert isinstance(done.exception, Broken)
    (noted,) = await proof.listed(sealed.conn)
    assert noted.state is proof.State.BROKEN


async def test_keys_from_elsewhere_and_a_copy_are_used(sealed, tmp_path):
    (tmp_path / "none").write_text("")
    assert isinstance(_run("--keys", str(tmp_path / "none")).exception, Broken)
    (tmp_path / "copy").write_text('{"tick": 7, "hash": "00"}\n')
    done = _run("--copy", str(tmp_path / "copy"))
    assert "tick 7 is missing" in str(done.exception)


def test_the_report_is_said_in_lines():
    lines = said(Report(ticks=2, sealed=5, erased=1, copied=2, seconds=0.5))
    assert lines[0] == "whole: 2 ticks seal 5 lines, each exactly once"
    assert lines[1:] == [
        "5 lines in 0.5 s (10/s)",
        "1 lines lawfully erased; their proof stands",
        "2 ticks equal their copies kept outside",
    ]
