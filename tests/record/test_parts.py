"""When a part of a running Felles counts as silent. Pure."""

from dataclasses import replace

import pytest

from felles.record.health import Beat, Facts
from felles.record.parts import DAY, GONE, LATE, PROVE_EVERY, SECOND, Here, parts
from felles.record.pulse import CLEANING, CLOCK, COPYING, LIVE, SEALING, WORKER

NOW = 100 * DAY
HERE = Here(demo=True, copying=True, free=500, total=1000)
BEATS = tuple(Beat(part, "here", 1, NOW - SECOND) for part in (WORKER, SEALING, COPYING, CLEANING, CLOCK, LIVE))
WELL = Facts(
    now=NOW, version="18.6", migration=3, drift=None, era=1, ticks=7, sealed=NOW - SECOND, unsealed=0,
    oldest_unsealed=None, oldest_transaction=0.1, nobodys=0, outbox=0, deskless=0, bytes=2**20, first_seal=DAY,
    proved=NOW - DAY, beats=BEATS,
)  # fmt: skip


def beat(part, at, **more):
    """The same beats, but what was told of `part`."""
    return (*(each for each in BEATS if each.part != part), replace(Beat(part, "here", 1, at), **more))


def silent(here=HERE, **facts):
    return [part.name for part in parts(replace(WELL, **facts), here) if not part.ok]


def test_nothing_is_silent_when_all_has_succeeded_in_time():
    assert silent() == []


@pytest.mark.parametrize("part", sorted(LATE))
def test_a_job_is_silent_from_the_moment_its_time_is_over(part):
    assert silent(beats=beat(part, NOW - LATE[part])) == []
    assert silent(beats=beat(part, NOW - LATE[part] - 1)) == [part]
    assert silent(beats=tuple(each for each in BEATS if each.part != part)) == [part]
    one = next(each for each in parts(replace(WELL, beats=beat(part, NOW - 400 * SECOND)), HERE) if each.name == part)
    assert (one.last, one.due) == (NOW - 400 * SECOND, NOW - 400 * SECOND + LATE[part])


def test_an_error_is_told_and_is_no_silence_while_there_is_time():
    failed = beat(CLEANING, NOW - 20 * SECOND, failed=NOW - SECOND, error="TimeoutError")
    told = {part.name: part for part in parts(replace(WELL, beats=failed), HERE)}
    assert (told[CLEANING].ok, told[CLEANING].error) == (True, "TimeoutError")
    mended = beat(CLEANING, NOW - SECOND, failed=NOW - 20 * SECOND, error="TimeoutError")
    assert {part.name: part for part in parts(replace(WELL, beats=mended), HERE)}[CLEANING].error == ""


def test_what_is_done_when_asked_for_is_silent_when_its_last_try_failed_lately():
    assert silent(beats=beat(LIVE, None)) == []
    assert silent(beats=beat(LIVE, NOW - DAY)) == []
    assert silent(beats=beat(LIVE, NOW - 20 * SECOND, failed=NOW - SECOND, error="Busy")) == [LIVE]
    assert silent(beats=beat(LIVE, NOW - 2 * DAY, failed=NOW - DAY, error="Busy")) == []


def test_a_host_that_lacks_a_worker_is_named():
    lost = (*BEATS[1:], Beat(WORKER, "here", 2, NOW - SECOND), Beat(WORKER, "here", 2, NOW - GONE - 5 * SECOND),
            Beat(WORKER, "there", 1, NOW))  # fmt: skip
    one = next(part for part in parts(replace(WELL, beats=lost), HERE) if part.name == "workers")
    assert (one.ok, one.told["alive"], one.told["wanted"], one.told["hosts"]) == (False, 2, 3, "here")
    assert one.last == NOW - GONE - 5 * SECOND, "when the one that is missed was last heard of"
    assert silent(beats=(*lost, Beat(WORKER, "here", 2, NOW))) == []


@pytest.mark.parametrize(
    ("facts", "part"),
    [
        ({"drift": "lacks a column"}, "schema"),
        ({"oldest_transaction": 31.0}, "transactions"),
        ({"unsealed": 1, "oldest_unsealed": NOW - 61 * SECOND}, SEALING),
        ({"proved": NOW - PROVE_EVERY - 1}, "proof"),
        ({"proved": None}, "proof"),
        ({"broken": NOW - SECOND}, "proof"),
        ({"outbox": 1}, "outbox"),
    ],
)
def test_what_is_looked_at_is_not_well_by_itself(facts, part):
    assert silent(**facts) == [part]


def test_a_young_log_need_not_have_been_proved_yet():
    assert silent(proved=None, first_seal=NOW - DAY) == []
    assert silent(proved=None, first_seal=None) == []


def test_a_full_disk_and_what_is_not_here_at_all():
    assert silent(Here(demo=True, copying=True, free=49, total=1000)) == ["room"]
    named = [part.name for part in parts(WELL, Here(demo=False, copying=False, free=500, total=1000))]
    assert CLOCK not in named
    assert COPYING not in named
