"""A log that was touched is found out, and the first thing broken is named."""

from __future__ import annotations

import dataclasses

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from felles.record.log import proof
from felles.record.log.keys import SigningKey
from felles.record.log.seal import tick_hash
from felles.record.log.tick import COPY, Copies, Sealer, write_copy
from felles.record.log.verify import Broken, read_copies, verify, verify_window
from felles.record.pulse import COPYING, Pulse

pytestmark = [pytest.mark.store, pytest.mark.slow]


@pytest.fixture
async def sealed(log):
    """Three ticks of four leaves each, and two leaves not sealed yet."""
    for _ in range(3):
        await log.write(3)
        await log.write(1)
        assert (await log.sealer.seal()).leaves == 4
    await log.write(2)
    return log


async def test_an_untouched_log_is_whole(sealed):
    report = await verify(sealed.conn, sealed.public)
    assert (report.ticks, report.sealed, report.unsealed, report.erased) == (3, 12, 2, 0)
    assert report.oldest_unsealed == 1_000_014
    assert report.rate > 0


async def test_an_empty_log_is_whole(log):
    report = await verify(log.conn, log.public)
    assert (report.ticks, report.sealed, report.unsealed) == (0, 0, 0)


async def _number(sealed, place):
    """The number of the leaf at a place, counted from 1 in the order of ticks."""
    return await sealed.conn.fetchval("select number from leaf order by era, xid, number offset $1 - 1 limit 1", place)


@pytest.mark.parametrize("place", [1, 6, 14])
async def test_one_letter_of_a_text_is_named_by_its_line(sealed, place):
    number = await _number(sealed, place)
    await sealed.owner.execute("update leaf set text = overlay(text placing 'X' from 12) where number = $1", number)
    with pytest.raises(Broken, match=rf"line {number} .* was changed"):
        await verify(sealed.conn, sealed.public)


@pytest.mark.parametrize("column", ["salt", "digest"])
async def test_one_bit_of_salt_or_digest_is_named_by_its_line(sealed, column):
    number = await _number(sealed, 6)
    sql = f"update leaf set {column} = set_bit({column}, 5, 1 - get_bit({column}, 5)) where number = $1"
    await sealed.owner.execute(sql, number)
    with pytest.raises(Broken, match=rf"line {number} .* was changed"):
        await verify(sealed.conn, sealed.public)


async def test_a_line_rewritten_with_its_digest_breaks_its_tick(sealed):
    number = await _number(sealed, 6)
    await sealed.owner.execute(
        """update leaf set text = 'other', digest = sha256(salt || convert_to('other', 'UTF8')) where number = $1""",
        number,
    )
    with pytest.raises(Broken, match=r"tick 2 seals other lines than the 4 that are here"):
        await verify(sealed.conn, sealed.public)


@pytest.mark.parametrize(("place", "tick"), [(1, 1), (5, 2), (12, 3)])
async def test_a_removed_line_breaks_its_tick(sealed, place, tick):
    await sealed.owner.execute("delete from leaf where number = $1", await _number(sealed, place))
    with pytest.raises(Broken, match=f"tick {tick} seals 4 lines and 3 are here: some were removed"):
        await verify(sealed.conn, sealed.public)


async def test_an_added_line_breaks_the_tick_it_would_stand_in(sealed):
    await sealed.owner.execute(
        """insert into leaf (era, xid, bucket, person, at, digest, salt, text)
           select era, xid, bucket, person, at, digest, salt, text from leaf where number = $1""",
        await _number(sealed, 6),
    )
    with pytest.raises(Broken, match="tick 2 seals 4 lines and 5 are here: some were added"):
        await verify(sealed.conn, sealed.public)


async def test_a_line_of_an_era_before_all_others_is_found(sealed):
    await sealed.owner.execute("update leaf set era = 0 where number = $1", await _number(sealed, 6))
    with pytest.raises(Broken, match="tick 1 seals 4 lines and 5 are here"):
        await verify(sealed.conn, sealed.public)


async def test_reordered_lines_break_their_tick(sealed):
    first, second = await _number(sealed, 5), await _number(sealed, 6)
    await sealed.owner.execute("alter table leaf alter column number drop identity")
    await sealed.owner.execute(
        """update leaf set number = case number when $1 then $2 + 1000 else $1 + 1000 end where number in ($1, $2)""",
        first,
        second,
    )
    await sealed.owner.execute("update leaf set number = number - 1000 where number > 1000")
    with pytest.raises(Broken, match=r"tick 2 seals other lines .* or in another order"):
        await verify(sealed.conn, sealed.public)


async def test_a_line_moved_to_a_later_tick_breaks_the_one_it_left(sealed):
    await sealed.owner.execute(
        "update leaf set xid = (select max(xid) from leaf) where number = $1", await _number(sealed, 5)
    )
    with pytest.raises(Broken, match="tick 2 seals 4 lines and 3 are here"):
        await verify(sealed.conn, sealed.public)


@pytest.mark.parametrize("number", [1, 2])
async def test_a_removed_tick_is_named(sealed, number):
    await sealed.owner.execute("delete from tick where tick = $1", number)
    with pytest.raises(Broken, match=f"tick {number} is missing"):
        await verify(sealed.conn, sealed.public)


@pytest.mark.parametrize("number", [1, 2])
async def test_a_removed_tick_with_the_rest_renumbered_is_named(sealed, number):
    await sealed.owner.execute("delete from tick where tick = $1", number)
    await sealed.owner.execute("update tick set tick = tick - 1 where tick > $1", number)
    with pytest.raises(Broken, match=f"tick {number} does not follow tick {number - 1}"):
        await verify(sealed.conn, sealed.public)


@pytest.mark.parametrize(
    "change", ["at = at + 1", "leaves = 5", "snapshot = '1:2:'", "era = 2", "digest = sha256('')", "hash = sha256('')"]
)
async def test_a_changed_tick_is_named(sealed, change):
    await sealed.owner.execute(f"update tick set {change} where tick = 2")
    with pytest.raises(Broken, match="tick 2 was changed"):
        await verify(sealed.conn, sealed.public)


async def test_a_tick_signed_by_a_stranger_is_named(sealed):
    stranger = Sealer(sealed.conn, sealed.era, SigningKey.of(Ed25519PrivateKey.generate()))
    await stranger.seal()
    with pytest.raises(Broken, match=r"tick 4 is signed with the key .* not among the known"):
        await verify(sealed.conn, sealed.public)


async def test_a_tick_rehashed_without_the_key_is_named(sealed):
    row = await sealed.owner.fetchrow("select *, snapshot::text as s from tick where tick = 3")
    forged = tick_hash(
        tick=3, era=row["era"], at=row["at"] + 1, snapshot=row["s"], leaves=row["leaves"], digest=row["digest"],
        previous=row["previous"], key_id=row["key_id"],
    )  # fmt: skip
    await sealed.owner.execute("update tick set at = at + 1, hash = $1 where tick = 3", forged)
    with pytest.raises(Broken, match=r"tick 3 has a signature that its key .* did not make"):
        await verify(sealed.conn, sealed.public)


async def test_erased_text_leaves_the_proof_whole(sealed):
    await sealed.owner.execute("update leaf set text = null, salt = null where number = $1", await _number(sealed, 6))
    assert (await verify(sealed.conn, sealed.public)).erased == 1


async def test_half_erased_text_is_named(sealed):
    number = await _number(sealed, 6)
    await sealed.owner.execute("update leaf set salt = null where number = $1", number)
    with pytest.raises(Broken, match=rf"line {number} .* half erased"):
        await verify(sealed.conn, sealed.public)


async def test_a_copy_outside_finds_ticks_that_were_cut_off_or_made_anew(sealed, tmp_path):
    tick = await sealed.sealer.seal()
    write_copy(tmp_path, tick)
    copies = read_copies(tmp_path / COPY)
    assert (await verify(sealed.conn, sealed.public, copies=copies)).copied == 1
    await sealed.owner.execute("delete from tick where tick = 4")
    assert (await verify(sealed.conn, sealed.public)).unsealed == 2
    with pytest.raises(Broken, match="tick 4 is missing: it stands in the copy"):
        await verify(sealed.conn, sealed.public, copies=copies)
    await sealed.write()
    await sealed.sealer.seal()
    await verify(sealed.conn, sealed.public)
    with pytest.raises(Broken, match="tick 4 is not the one in the copy"):
        await verify(sealed.conn, sealed.public, copies=copies)
    write_copy(tmp_path / "other", dataclasses.replace(tick, tick=9))
    assert list(read_copies(tmp_path / "other")) == [9]


async def test_a_copy_that_could_not_be_written_lacks_nothing_afterwards(log, tmp_path):
    copies = Copies(tmp_path / "away" / "seals", Pulse())
    for _ in range(2):
        await log.write()
        copies.add(await log.sealer.seal())
        await copies.hand_out()
    assert copies.pulse.noted[COPYING].error == "FileNotFoundError"
    assert copies.pulse.noted[COPYING].done is None
    (tmp_path / "away").mkdir()
    await copies.hand_out()
    assert list(read_copies(tmp_path / "away" / "seals")) == [1, 2]
    assert copies.pulse.noted[COPYING].done is not None


async def test_a_copy_that_is_none_is_refused(tmp_path):
    (tmp_path / "x").write_text('{"tick": 1}\n')
    with pytest.raises(Broken, match="line 1 is no copy of a tick"):
        read_copies(tmp_path / "x")


async def test_progress_is_told(log):
    await log.write(12_000)
    told = []
    await verify(log.conn, log.public, progress=lambda read, _: told.append(read))
    assert told == [5_000, 10_000]


async def test_a_sample_is_whole_by_itself_and_finds_what_lies_in_it_alone(sealed):
    for first, last, lines in ((1, 1, 4), (2, 3, 8), (1, 3, 12)):
        report = await verify_window(sealed.conn, sealed.public, first, last)
        assert (report.ticks, report.sealed, report.unsealed) == (last - first + 1, lines, 0)
    number = await _number(sealed, 6)
    await sealed.owner.execute("update leaf set text = overlay(text placing 'X' from 12) where number = $1", number)
    assert (await verify_window(sealed.conn, sealed.public, 3, 3)).sealed == 4
    with pytest.raises(Broken, match=rf"line {number} .* was changed"):
        await verify_window(sealed.conn, sealed.public, 2, 2)
    await sealed.owner.execute("delete from leaf where number = $1", number)
    with pytest.raises(Broken, match="tick 2 seals 4 lines and 3 are here"):
        await verify_window(sealed.conn, sealed.public, 1, 3)
    with pytest.raises(Broken, match="tick 9 is missing"):
        await verify_window(sealed.conn, sealed.public, 2, 9)


async def test_a_run_is_noted_with_what_it_found_and_one_runs_at_a_time(sealed):
    url = sealed.database.url
    for whole, found in ((False, (3, 12)), (True, (3, 12))):
        run = await proof.begin(sealed.conn, "Practitioner/x", "Nils", whole=whole)
        assert run is not None
        assert await proof.begin(sealed.conn, "Practitioner/x", "Nils", whole=True) is None
        await proof.carry_out(url, run, sealed.public, whole=whole)
        done = (await proof.listed(sealed.conn))[0]
        assert (done.state, done.ticks, done.sealed, done.head) == (proof.State.WHOLE, *found, 3)
        assert ((await proof.last_whole(sealed.conn)) is not None) is whole
    await sealed.owner.execute("update leaf set text = 'x' where number = $1", await _number(sealed, 6))
    run = await proof.begin(sealed.conn, "Practitioner/x", "Nils", whole=True)
    await proof.carry_out(url, run or "", sealed.public, whole=True)
    broken = (await proof.listed(sealed.conn))[0]
    assert broken.state is proof.State.BROKEN
    assert "was changed" in (broken.said or "")
    run = await proof.begin(sealed.conn, "Practitioner/x", "Nils", whole=True)
    begun = (await proof.listed(sealed.conn))[0]
    assert (begun.state, begun.state_at(begun.beat + proof.SILENT)) == (proof.State.RUNNING, proof.State.RUNNING)
    assert begun.state_at(begun.beat + proof.SILENT + 1) is proof.State.FAILED
