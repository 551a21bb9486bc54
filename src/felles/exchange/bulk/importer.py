"""Taking whole lives into the record, so that a second run changes nothing and a killed one goes on.

An imported entry's id is a hash of where it comes from, so references are rewritten before their target is
known. Patients and what belongs to nobody are read first, from all inputs; then the rest, a few hundred
entries to a commit. Each entry's `directory` row keeps the hash of its input: the same input again is
skipped, a newer one is a new version, and what was changed here since is not overwritten but reported.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from felles.access.codes import EPISODE_SYSTEM, GP_LIST, IMPORTED
from felles.exchange.bulk.inputs import Key, Piece, Unreadable, key_of, read
from felles.fhir import Invalid, decode, r4, rewrite
from felles.fhir.issues import Issue
from felles.fhir.search.fold import fold
from felles.record.changes import Change, Source
from felles.record.codes import NATIONAL_NUMBER_SYSTEMS
from felles.record.errors import Busy, RecordError
from felles.record.homes import SHARED_TYPES, home_of
from felles.record.ids import derived_id
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.exchange.bulk.rejects import Rejects
    from felles.record.grants import Grant
    from felles.record.store import Store

TOGETHER = 250
"""Entries in one commit, at most: with more, the database waits while the next are prepared."""
AHEAD = 3
"""Commits under way while the next is prepared."""
HELD = 100_000
"""Entries kept from the first reading, some 100 MB, and as many Patients and shared ones beside them; with more, the
files are read once more."""
_TRIES = 5

_KNOWN = """
select q.n, y.source, y.source_time, y.source_version, coalesce(e.version, s.version) as version,
       coalesce(e.deleted, s.deleted, false) as deleted,
       exists (select 1 from erased x where x.type = q.type and x.id = q.id) as erased
  from unnest($1::smallint[], $2::text[]) with ordinality as q(type, id, n)
  join directory y on y.type = q.type and y.id = q.id
  left join lateral (select version, deleted from entry e
                      where e.bucket = y.bucket and e.type = q.type and e.id = q.id and e.form = 0
                      order by version desc limit 1) e on true
  left join lateral (select version, deleted from shared s
                      where s.bucket = y.bucket and s.type = q.type and s.id = q.id and s.form = 0
                      order by version desc limit 1) s on true"""

_IDENTITY = """
select m.number, m.bucket, m.person, f.born, f.sort_key
  from national_number m left join face f on f.bucket = m.bucket and f.person = m.person and f.id = m.id
 where m.number = any($1::text[])"""


@dataclass(slots=True)
class Tally:
    """What became of the entries so far. `done` bytes of input are read, of `size` in all."""

    size: int = 0
    done: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)

    @property
    def entries(self) -> int:
        """All entries that were written or skipped."""
        return sum(self.counts.values())


@dataclass(slots=True, kw_only=True)
class Orders:
    """What the import was asked for. References are `Organization/x` and `Practitioner/x`."""

    organization: str
    gp: str | None
    source: str | None
    strict: bool
    since: str
    """The day (YYYY-MM-DD) from which the care relations hold."""


@dataclass(slots=True)
class _Prepared:
    piece: Piece
    change: Change
    digest: bytes


_FOLLOWS: Final = {GP_LIST: "Fastlegeliste", IMPORTED: "Overført fra annet system"}
"""How a follow-up that an import makes is called, by its code."""


class Importer:
    """One run over some files."""

    def __init__(
        self, store: Store, grant: Grant, orders: Orders, rejects: Rejects, tally: Tally, told: Callable[[], None]
    ) -> None:
        self._store = store
        self._grant = grant
        self._orders = orders
        self._rejects = rejects
        self.tally = tally
        self._told = told
        self._types: dict[Key, str] = {}
        self._rejected: set[str] = set()
        self._patients: list[str] = []
        self._begun: set[str] = set()
        self._under_way: set[asyncio.Task[None]] = set()
        self._early: list[Piece] = []
        self._held: dict[Path, list[Piece]] = {}
        self._room = HELD
        self._seen: dict[str, bytes] = {}

    async def run(self, files: list[Path]) -> None:
        """Import `files`.

        Raises `Busy` when the database stays away; what was written stays, and a second run goes on from there.
        """
        taken = [file for file in files if self._peek(file)]
        early = self._early if len(self._early) <= HELD else (p for f in taken for p in self._pieces(f) if _is_early(p))
        await self._all(iter(early))
        await self._finish()
        self._early = []
        for file in taken:
            pieces = self._held.pop(file, None) or self._pieces(file)
            await self._all(piece for piece in pieces if not _is_early(piece))
            self.tally.done += file.stat().st_size
            self._told()
        await self._finish()
        await self._relate()

    async def _all(self, pieces: Iterator[Piece]) -> None:
        """Start commits for all of `pieces`, some hundred at a time."""
        while batch := list(islice(pieces, TOGETHER)):
            await self._start(batch)

    # -- reading -----------------------------------------------------------------------------------------

    def _peek(self, file: Path) -> bool:
        """Learn the types behind a file's keys, and whether it can be taken at all."""
        found: dict[Key, str] = {}
        early: list[Piece] = []
        held: list[Piece] = []
        try:
            for piece in read(file, self._orders.source):
                found[_known(piece)] = piece.type
                if len(held) <= self._room:
                    held.append(piece)
                if _is_early(piece) and len(self._early) + len(early) <= HELD:
                    early.append(piece)
                if self._orders.strict and (issue := _first_error(piece)) is not None:
                    self._note(piece, issue.expression, issue.code, issue.diagnostics)
                    self.tally.counts["files refused"] += 1
                    return False
        except Unreadable as error:
            self._refuse_file(file, 0, str(error))
            return False
        self._early += early
        self._types.update(found)
        if len(held) <= self._room:
            self._held[file] = held
            self._room -= len(held)
        return True

    def _refuse_file(self, file: Path, position: int, reason: str) -> None:
        self._rejects.add(file=file, entry=position, type_name="", path="", code="structure", reason=reason)
        self.tally.counts["files refused"] += 1

    def _pieces(self, file: Path) -> Iterator[Piece]:
        try:
            yield from read(file, self._orders.source)
        except Unreadable as error:  # it was readable a moment ago: somebody changed it
            self._refuse_file(file, 0, str(error))

    # -- preparing -----------------------------------------------------------------------------------------

    async def _start(self, pieces: list[Piece]) -> None:
        """Prepare a batch and let its commit run beside the preparation of the next."""
        prepared: list[_Prepared] = []
        for piece in pieces:
            made = self._prepare(piece)
            if made is not None:
                prepared.append(made)
        while len(self._under_way) >= AHEAD:
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
            self._raise_failed()
        if prepared:
            self._under_way.add(asyncio.create_task(self._write(prepared)))
            await asyncio.sleep(0)

    async def _finish(self) -> None:
        if self._under_way:
            await asyncio.wait(self._under_way)
        self._raise_failed()

    def _raise_failed(self) -> None:
        done = {task for task in self._under_way if task.done()}
        self._under_way -= done
        for task in done:
            task.result()

    def _id(self, key: Key) -> str:
        return derived_id(key.source, key.name)

    def _prepare(self, piece: Piece, *, again: bool = False) -> _Prepared | None:
        try:
            resource = decode(piece.raw)
        except Invalid as error:
            for issue in error.issues[1:]:
                self._note(piece, issue.expression, issue.code, issue.diagnostics)
            self._reject(piece, error.issues[0].expression, error.issues[0].code, error.issues[0].diagnostics)
            return None
        assert piece.key is not None  # noqa: S101 - a file with a piece that has none is refused whole
        reference = f"{piece.type}/{self._id(piece.key)}"
        rewrite(resource, lambda text: self._target(piece, text))
        if self._follows_rejected(resource):
            self._reject(piece, piece.type, "not-found", "the Patient it belongs to was rejected")
            return None
        digest = hashlib.blake2b(piece.raw, digest_size=16).digest()
        if _is_early(piece):
            if self._seen.get(reference) == digest and not again:
                self.tally.counts["unchanged"] += 1
                return None
            self._seen[reference] = digest
        source = Source(digest=digest, time=_time_of(resource))
        literal = b"?" not in piece.raw and b"\\" not in piece.raw
        change = Change(
            op="update",
            type=piece.type,
            id=reference.partition("/")[2],
            resource=resource,
            literal=literal,
            source=source,
            loaded=self._is_of_begun(resource),
        )
        return _Prepared(piece, change, digest)

    def _target(self, piece: Piece, text: str) -> str | None:
        """What a reference of `piece` becomes; None leaves it as it is."""
        if text.startswith("#") or "?" in text:
            return None
        key = key_of(text, self._orders.source, piece.base)
        if key is None:
            return None
        type_name = self._types.get(key) or (text.rsplit("/", 2)[-2] if "/" in text else None)
        return None if type_name not in TYPES else f"{type_name}/{self._id(key)}"

    def _follows_rejected(self, resource: Any) -> bool:
        return _is_about(resource, self._rejected)

    def _is_of_begun(self, resource: Any) -> bool:
        """Whether it belongs to one whose record begins with this run: a life that comes whole, and no news."""
        return _is_about(resource, self._begun)

    def _note(self, piece: Piece, path: str, code: str, reason: str) -> None:
        self._rejects.add(
            file=piece.file, entry=piece.position, type_name=piece.type, path=path, code=code, reason=reason
        )

    def _reject(self, piece: Piece, path: str, code: str, reason: str) -> None:
        self._note(piece, path, code, reason)
        self.tally.counts["rejected"] += 1
        if piece.type == "Patient" and piece.key is not None:
            self._rejected.add(f"Patient/{self._id(piece.key)}")

    # -- writing -----------------------------------------------------------------------------------------

    async def _write(self, prepared: list[_Prepared]) -> None:
        fresh = await self._unknown(prepared)
        if fresh:
            await self._commit(fresh)
        self._told()

    async def _unknown(self, prepared: list[_Prepared]) -> list[_Prepared]:
        """Those that are new or changed outside; the rest is counted as skipped or reported."""
        types = [TYPES[p.change.type] for p in prepared]
        ids = [p.change.id for p in prepared]
        known = {row["n"] - 1: row for row in await self._store.pool.fetch(_KNOWN, types, ids)}
        fresh: list[_Prepared] = []
        for position, one in enumerate(prepared):
            row = known.get(position)
            if one.piece.type == "Patient":
                self._patients.append(f"Patient/{one.change.id}")
            if row is not None and row["erased"]:
                self._reject(one.piece, one.piece.type, "conflict", "erased here by decision: it does not come back")
            elif row is None or row["version"] is None:
                fresh.append(one)
            elif row["source"] == one.digest:
                self.tally.counts["unchanged"] += 1
            elif _is_older(one, row["source_time"]):
                self.tally.counts["older"] += 1
            elif row["deleted"] or row["version"] != row["source_version"]:
                self._reject(one.piece, one.piece.type, "conflict", "changed or deleted here since it was imported")
            else:
                fresh.append(one)
        return fresh

    async def _commit(self, fresh: list[_Prepared]) -> None:
        """Write together; where that is refused, in halves, until the one that is at fault stands alone."""
        await self._join(fresh)
        for attempt in range(_TRIES):
            try:
                results = await self._store.commit(self._grant, [p.change for p in fresh], act="import", historic=True)
            except Busy:
                if attempt == _TRIES - 1:
                    raise
                await asyncio.sleep(2**attempt)
            except Exception as error:  # noqa: BLE001 - whatever it was, nothing else stops for it
                if len(fresh) == 1:
                    said = error if isinstance(error, RecordError) else RecordError(f"it met a fault here: {error!r}")
                    self._reject(fresh[0].piece, said.expression or fresh[0].piece.type, said.code, said.diagnostics)
                else:
                    await self._commit(self._again(fresh[: len(fresh) // 2]))
                    await self._commit(self._again(fresh[len(fresh) // 2 :]))
                return
            else:
                for result, one in zip(results, fresh, strict=True):
                    self.tally.counts[result.outcome] += 1
                    self.tally.types[result.type] += 1
                    if result.type == "Patient" and result.outcome == "created" and one.change.person is None:
                        self._begun.add(result.reference)
                return

    def _again(self, prepared: list[_Prepared]) -> list[_Prepared]:
        """A refused commit may have altered its resources: prepare them anew."""
        return [made for one in prepared if (made := self._prepare(one.piece, again=True)) is not None]

    async def _join(self, fresh: list[_Prepared]) -> None:
        """A Patient whose national number is here joins that person when birth date and family name agree."""
        numbers = {n: p for p in fresh if p.piece.type == "Patient" for n in _national_numbers(p.change.resource)}
        if not numbers:
            return
        for row in await self._store.pool.fetch(_IDENTITY, list(numbers)):
            one = numbers[row["number"]]
            if one.change.person is None and _agrees(one.change.resource, row["born"], row["sort_key"]):
                one.change.person = (row["bucket"], row["person"])

    async def _relate(self) -> None:
        """The care relations of the imported: an EpisodeOfCare for each, written by the import itself."""
        for start in range(0, len(self._patients), TOGETHER):
            changes = [self._episode(patient) for patient in dict.fromkeys(self._patients[start : start + TOGETHER])]
            if not changes:
                continue
            ids = [c.id for c in changes]
            number = TYPES["EpisodeOfCare"]
            known = {row["n"] - 1 for row in await self._store.pool.fetch(_KNOWN, [number] * len(ids), ids)}
            fresh = [change for position, change in enumerate(changes) if position not in known]
            if fresh:
                await self._store.commit(self._grant, fresh, act="import", historic=True)

    def _episode(self, patient: str) -> Change:
        orders = self._orders
        kind = GP_LIST if orders.gp is not None else IMPORTED
        episode = r4.EpisodeOfCare(
            status="active",
            type=[r4.CodeableConcept(coding=[r4.Coding(system=EPISODE_SYSTEM, code=kind)], text=_FOLLOWS[kind])],
            patient=r4.Reference(reference=patient),
            managingOrganization=r4.Reference(reference=orders.organization),
            period=r4.Period(start=orders.since),
        )
        if orders.gp is not None:
            episode.careManager = r4.Reference(reference=orders.gp)
        name = f"{patient} {orders.organization} {orders.gp or ''}"
        digest = hashlib.blake2b(name.encode(), digest_size=16).digest()
        source = Source(digest=digest, time=None)
        key = derived_id("felles:import", name)
        return Change(op="update", type="EpisodeOfCare", id=key, resource=episode, source=source, loaded=True)


def _is_about(resource: Any, among: set[str]) -> bool:
    """Whether its home is one of `among` (`Patient/x`)."""
    if not among:
        return False
    try:
        return any(ref in among for ref in home_of(resource).refs)
    except RecordError:
        return False


def _first_error(piece: Piece) -> Issue | None:
    try:
        decode(piece.raw)
    except Invalid as error:
        return error.issues[0]
    return None


def _known(piece: Piece) -> Key:
    """The key of a piece. Raises `Unreadable` where only a source could tell it from another's."""
    if piece.key is None:
        name = piece.full_url or f"{piece.type or 'a resource'}/<id>"
        raise Unreadable(
            f"{piece.file}:{piece.position} is known by {name} alone, which two sources may share: "
            "say where it comes from with --source"
        )
    return piece.key


def _is_early(piece: Piece) -> bool:
    return piece.type == "Patient" or piece.type in SHARED_TYPES


def _is_older(one: _Prepared, kept: int | None) -> bool:
    source = one.change.source
    return source is not None and source.time is not None and kept is not None and source.time < kept


def _time_of(resource: Any) -> int | None:
    meta = resource.meta
    if not meta or not meta.lastUpdated:
        return None
    return int(datetime.fromisoformat(meta.lastUpdated).timestamp() * 1_000_000)


def _national_numbers(patient: Any) -> list[str]:
    return [i.value for i in patient.identifier or [] if i.value and i.system in NATIONAL_NUMBER_SYSTEMS]


def _agrees(patient: Any, born: Any, sort_key: str | None) -> bool:
    families = {fold(name.family) for name in patient.name or [] if name.family}
    same_day = born is not None and patient.birthDate == born.isoformat()
    return same_day and sort_key is not None and any(sort_key == f or sort_key.startswith(f + " ") for f in families)
