"""The form without place: made in the commit that protects an address, and in every one after it.

A person with protected address has each of her entries twice: whole (form 0), and without what tells where she is
(form 2, `mask.py`), with bytes, index columns, version and lastUpdated of its own. Which one a reader sees is decided
in the statement that reads (`decide.FORM`); nothing is masked while reading. Forms 2 stay when the address is protected
no more, unused, and what is missing is made when it is protected again.

Only who has `register` sets or clears the bit: the population register says whose address is protected. Words that
become known to tell a place (a new address, a new doctor) are hidden in what was made before as well: the current
versions are made anew, and ended ones that hold such a word are withdrawn (`decide.WITHDRAWN`). Commits that share a
transaction bring their words together: each sees the rows of all, so what any of them brings is new to every one.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles.fhir import decode, encode, r4, references
from felles.fhir.search import extract
from felles.record.decide import WITHDRAWN
from felles.record.look_up import is_protected, look_up_form
from felles.record.mask import PLACES, without_place
from felles.record.numbers import TYPE_NAMES, TYPES
from felles.record.place_words import known_strings, words_of
from felles.record.stamps import PLACEHOLDER, instant, stamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.record.aftermath import After
    from felles.record.derive import Registry
    from felles.record.grants import PersonKey

_PATIENT: Final = TYPES["Patient"]
_STAMPED: Final = re.compile(r'"versionId":"[0-9]+","lastUpdated":"[^"]*"')
_NOT_STAMPED: Final = f'"versionId":"{PLACEHOLDER[0]}","lastUpdated":"{PLACEHOLDER[1]}"'
_ROUNDS: Final = 2
"""Steps from a reference to what it stands in: role → organisation → the whole it is part of."""

_TOGETHER: Final = 100
"""Entries whose form is made before other requests of the worker have their turn: some milliseconds."""

_SET: Final = """update person set protected = true where bucket = $1 and person = $2 and not protected
    returning 1"""
_CLEAR: Final = "update person set protected = false where bucket = $1 and person = $2"
_BEFORE: Final = "(e.era, e.xid) <> ($3::smallint, pg_current_xact_id())"
"""Whether a version was here before this transaction; $3 its era."""
_PATIENTS: Final = f"""select e.id, e.version, e.state, {_BEFORE} as before, e.body from entry e
    where e.bucket = $1 and e.type = {_PATIENT} and e.form = 0 and not e.deleted
      and e.id in (select x.id from entry x
                    where x.bucket = $1 and x.person = $2 and x.type = {_PATIENT} and x.state < 2)"""
_LED_TO: Final = f"""select split_part(r.ref, '=', 2) as ref, bool_or({_BEFORE}) as before
     from entry e cross join lateral unnest(e.refs || ('=' || e.author) || ('=' || coalesce(e.behalf, ''))) r(ref)
    where e.bucket = $1 and e.person = $2 and e.form = 0 and e.state < 2 group by 1"""
_ORGANIZATIONS: Final = f"""select o.id, bool_or(o.before) as before from (
        select s.id, {_BEFORE} as before from entry e
          join shared s on s.bucket = -1 and s.type = {TYPES["Organization"]} and s.self = e.org and s.state = 0
         where e.bucket = $1 and e.person = $2 and e.form = 0 and e.state < 2) o group by 1"""
_SHARED: Final = """select s.type, s.id, s.body from unnest($1::smallint[], $2::text[]) w(type, id)
     join shared s on s.bucket = -1 and s.type = w.type and s.id = w.id and s.form = 0 and s.state = 0
    where not s.deleted"""
_ALL: Final = "select e.type, e.id from entry e where e.bucket = $1 and e.person = $2 and e.form = 0 and e.state = 0"
# From each entry that is named straight to its versions by the primary key (`offset 0`): joined otherwise, all that are
# named are compared with all that the bucket holds.
_VERSIONS: Final = """select e.type, e.id, e.form, e.version, e.state, e.commit, e.updated, e.deleted, e.body
     from unnest($2::smallint[], $3::text[]) w(type, id)
    cross join lateral (select e.* from entry e where e.bucket = $1 and e.type = w.type and e.id = w.id
                           and e.form in (0, 2) offset 0) e
    order by e.type, e.id, e.form, e.version"""
_HOLDING: Final = f"""select e.type, e.id from entry e
    where e.bucket = $1 and e.person = $2 and e.form = 2 and e.state < {WITHDRAWN}
      and lower(e.body) like any($3::text[])
    group by 1, 2"""
_WITHDRAW: Final = f"""update entry e set state = {WITHDRAWN}
    from (select f.place from unnest($2::smallint[], $3::text[], $4::integer[]) w(type, id, version)
           cross join lateral (select f.ctid as place from entry f
                                where f.bucket = $1 and f.type = w.type and f.id = w.id and f.form = 2
                                  and f.version = w.version offset 0) f) w
   where e.ctid = w.place"""
_END: Final = """update entry e set state = w.state, end_era = $5, end_xid = pg_current_xact_id()
    from (select f.place, w.state from unnest($2::smallint[], $3::text[], $4::smallint[]) w(type, id, state)
           cross join lateral (select f.ctid as place from entry f
                                where f.bucket = $1 and f.type = w.type and f.id = w.id and f.form = 2
                                  and f.state = 0 offset 0) f) w
   where e.ctid = w.place"""
# What the whole version's row says of it beside its bytes (kind, period, organisation) holds for this form too.
_PUT: Final = """insert into entry (bucket, person, type, id, form, version, state, deleted, kind, org, author, behalf,
        self, code, many, low, high, updated, known, commit, era, xid, end_era, end_xid, indexer, marks, terms, refs,
        body)
    select f.bucket, f.person, f.type, f.id, 2, w.number, case when w.now then 0 else 2 end, f.deleted, f.kind, f.org,
           case when f.author like 'Patient/%' then f.author else '' end,
           case when f.behalf like 'Patient/%' then f.behalf end,
           f.self, w.code, w.many, f.low, f.high, w.updated, coalesce(f.known, f.updated), f.commit,
           case when w.now then $13 else f.era end, case when w.now then pg_current_xact_id() else f.xid end,
           case when w.now then null else f.end_era end, case when w.now then null else f.end_xid end, f.indexer,
           w.marks::bigint[], w.terms::jsonb, string_to_array(w.refs, E'\\n'), w.body
      from unnest($2::smallint[], $3::text[], $4::integer[], $5::integer[], $6::boolean[], $7::bigint[], $8::bigint[],
                  $9::boolean[], $10::text[], $11::text[], $12::text[], $14::text[])
           w(type, id, version, number, now, updated, code, many, marks, terms, refs, body)
     cross join lateral (select f.* from entry f where f.bucket = $1 and f.type = w.type and f.id = w.id and f.form = 0
                            and f.version = w.version offset 0) f"""
_SHOWN: Final = f"""select e.id, e.version, e.updated, e.body from entry e
    where e.bucket = $1 and e.type = {_PATIENT} and e.id = any($2::text[]) and e.form = 1 and e.state = 0
      and not e.deleted"""


def same_text(one: str, other: str) -> bool:
    """Whether two bodies say the same, version and lastUpdated aside."""
    return _STAMPED.sub("", one, count=1) == _STAMPED.sub("", other, count=1)


# -- hooks -----------------------------------------------------------------------------------------------


async def protect(after: After) -> None:
    """Set the bit for a Patient that the register calls protected, and make the form of all there is."""
    if not after.grant.may("register") or not any(p is not None and is_protected(p) for p in _patients(after)):
        return
    for key in after.all_keys():
        await _shield(after.with_key(key))


async def _shield(after: After) -> None:
    if await after.conn.fetch(_SET, *after.key):
        found = await after.conn.fetch(_ALL, *after.key)
        known, _ = await _known(after)
        await _make(after, [(row["type"], row["id"]) for row in found], known)
        patients = [row["id"] for row in await _hers(after, after.key)]
        await _hide_municipality(after, sorted({*_ids(after), *patients}))


async def keep(after: After) -> None:
    """Make the form of what this commit wrote; of all there is, where its transaction brings words not known before."""
    if _patients(after) and after.grant.may("register") and not await _still(after):
        for key in after.all_keys():
            await after.conn.fetch(_CLEAR, *key)
        return
    known, before = await _known(after)
    for key in after.all_keys():
        each = after.with_key(key)
        await _make(each, await _concerned(each, known - before), known)
    await _hide_municipality(after, _ids(after))


async def _concerned(after: After, fresh: frozenset[str]) -> list[tuple[int, str]]:
    """The entries of this key that the commit wrote or whose form holds one of `fresh`; all, once she was joined."""
    if after.regrouped:
        found = await after.conn.fetch(_ALL, *after.key)
        return [(row["type"], row["id"]) for row in found]
    written = [(TYPES[name], entry) for name, _, entry in (ref.partition("/") for ref in after.written)]
    if not fresh:
        return written
    cores = [f"%{word.core}%" for word in words_of(fresh).words]
    holding = await after.conn.fetch(_HOLDING, *after.key, cores)
    return list(dict.fromkeys([*written, *((row["type"], row["id"]) for row in holding)]))


def register(registry: Registry) -> None:
    """Let the form without place follow every commit of a person with protected address."""
    registry.hooks.after(("Patient",), protect, wants=is_protected)
    registry.hooks.always("protected", keep)


def _patients(after: After) -> list[Any]:
    return list(after.of("Patient").values())


def _ids(after: After) -> list[str]:
    return [reference.partition("/")[2] for reference in after.of("Patient")]


async def _hers(after: After, key: PersonKey) -> list[Any]:
    """All versions of the Patients of this key."""
    return await after.conn.fetch(_PATIENTS, *key, after.conn.era)


async def _still(after: After) -> bool:
    """Whether any current Patient of the person says that the address is protected."""
    rows = [row for key in after.all_keys() for row in await _hers(after, key)]
    return any(row["state"] == 0 and is_protected(decode(row["body"].encode())) for row in rows)


# -- what is known ---------------------------------------------------------------------------------------


async def _known(after: After) -> tuple[frozenset[str], frozenset[str]]:
    """The words that tell where she is, by all her Patients: now, and before this transaction."""
    patients: list[tuple[Any, bool]] = []
    led: dict[str, bool] = {}
    for key in after.all_keys():
        patients += [(decode(row["body"].encode()), row["before"]) for row in await _hers(after, key)]
        for row in await after.conn.fetch(_LED_TO, *key, after.conn.era):
            led[row["ref"]] = led.get(row["ref"], False) or row["before"]
        for row in await after.conn.fetch(_ORGANIZATIONS, *key, after.conn.era):
            name = f"Organization/{row['id']}"
            led[name] = led.get(name, False) or row["before"]
    for resource in after.written.values():
        for reference in [] if resource is None else references(resource):
            led.setdefault((reference.reference or "").partition("/_history/")[0], False)
    places = await _places(after, led)
    now = known_strings([p for p, _ in patients], [place for place, _ in places])
    before = known_strings([p for p, old in patients if old], [place for place, old in places if old])
    return now, before


async def _places(after: After, led: dict[str, bool]) -> list[tuple[Any, bool]]:
    """The places that references lead to, in two steps, each with whether it was led to before."""
    found: dict[str, tuple[Any, bool]] = {}
    wanted = led
    for _ in range(_ROUNDS):
        asked = {r: old for r, old in wanted.items() if r.partition("/")[0] in PLACES and r not in found}
        parts = [r.partition("/") for r in asked]
        if not parts:
            break
        types, ids = [TYPES[p[0]] for p in parts], [p[2] for p in parts]
        wanted = {}
        for row in await after.conn.fetch(_SHARED, types, ids):
            name = f"{TYPE_NAMES[row['type']]}/{row['id']}"
            place = decode(row["body"].encode())
            found[name] = (place, asked[name])
            for reference in references(place):
                target = reference.reference or ""
                wanted[target] = wanted.get(target, False) or asked[name]
    return list(found.values())


# -- making ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Version:
    version: int
    state: int
    commit: int
    updated: int
    deleted: bool
    body: str


@dataclass(slots=True)
class _Row:
    """A version of the form to be written, for version `version` of the whole one."""

    place: tuple[int, str]
    version: int
    number: int
    now: bool
    updated: int
    code: int | None = None
    many: bool = False
    marks: str = "{}"
    terms: str | None = None
    refs: str | None = None
    body: str = ""

    def columns(self) -> tuple[Any, ...]:
        """Values for `_PUT`, the body last."""
        head = (*self.place, self.version, self.number, self.now, self.updated)
        return (*head, self.code, self.many, self.marks, self.terms, self.refs, self.body)


async def _make(after: After, places: Iterable[tuple[int, str]], known: frozenset[str]) -> None:
    """Bring the form of the entries at `places` (type, id) to what it should be; a second run changes nothing."""
    asked = list(places)
    if not asked:
        return
    types, ids = zip(*asked, strict=True)
    found: dict[tuple[int, str], tuple[list[_Version], list[_Version]]] = {}
    for r in await after.conn.fetch(_VERSIONS, after.key[0], types, ids):
        whole, shown = found.setdefault((r["type"], r["id"]), ([], []))
        each = _Version(r["version"], r["state"], r["commit"], r["updated"], r["deleted"], r["body"])
        (shown if r["form"] else whole).append(each)
    put: list[_Row] = []
    end: list[tuple[int, str, int]] = []
    gone: list[tuple[int, str, int]] = []
    for number, (place, (whole, shown)) in enumerate(found.items()):
        if number % _TOGETHER == _TOGETHER - 1:
            await asyncio.sleep(0)
        rows = _bring(place, whole, shown, known, (after.commit, after.now))
        put, end, gone = put + rows[0], end + rows[1], gone + rows[2]
    await _write(after, put, end, gone)


def _bring(
    place: tuple[int, str],
    whole: list[_Version],
    shown: list[_Version],
    known: frozenset[str],
    made_in: tuple[int, int],
) -> tuple[list[_Row], list[tuple[int, str, int]], list[tuple[int, str, int]]]:
    """For one entry: the rows to write, the current one to end (with its state), the ended ones to withdraw.

    `made_in` is (commit, its time).
    """
    put: list[_Row] = []
    end: list[tuple[int, str, int]] = []
    commit, now = made_in
    words = words_of(known)
    gone = [(*place, v.version) for v in shown if v.state not in (0, WITHDRAWN) and words.found(v.body)]
    number = shown[-1].version if shown else 0
    last = next((v for v in shown if v.state == 0), None)
    text = last.body if last else None
    # All versions where the form is new to this entry; else the one that is now, if it says something else.
    # Not those that were withdrawn: what was moved to the person it is about is nobody's to see here.
    todo = [v for v in whole if v.state != WITHDRAWN] if not shown else [v for v in whole if v.state == 0]
    made: _Row | None = None
    for version in todo:
        masked = _masked(version, known)
        if text is not None and same_text(masked.body, text):
            if made is not None:  # one stands for all that are equal, the newest of them for its other columns
                made.version, made.now = version.version, version.state == 0
            continue
        made, number = masked, number + 1
        made.place, made.number, made.now = place, number, version.state == 0
        if last is not None:
            made.updated = max(version.updated if version.commit == commit else now, last.updated + 1)
            end.append((*place, WITHDRAWN if words.found(last.body) else 1))
        text = made.body = stamp(made.body, number, made.updated)
        put.append(made)
    return put, end, gone


def _masked(version: _Version, known: frozenset[str]) -> _Row:
    row = _Row((0, ""), version.version, 0, False, version.updated)
    if version.deleted:
        return row
    resource = without_place(decode(version.body.encode()), known)
    index = extract(resource)
    if resource.meta is msgspec.UNSET:
        resource.meta = r4.Meta()
    resource.meta.versionId, resource.meta.lastUpdated = PLACEHOLDER
    row.body = encode(resource).decode()
    row.code, row.many = index.code, index.many_codes
    row.marks = "{" + ",".join(map(str, index.marks)) + "}"
    row.terms = msgspec.json.encode(index.terms).decode() if index.terms else None
    row.refs = "\n".join(f"{param}={ref}" for param, ref in index.refs) or None
    return row


async def _write(
    after: After, put: list[_Row], end: list[tuple[int, str, int]], gone: list[tuple[int, str, int]]
) -> None:
    conn, bucket = after.conn, after.key[0]
    if gone:
        await conn.fetch(_WITHDRAW, bucket, *zip(*gone, strict=True))
    if end:
        await conn.fetch(_END, bucket, *zip(*end, strict=True), conn.era)
    if put:
        columns = list(zip(*(row.columns() for row in put), strict=True))
        await conn.fetch(_PUT, bucket, *columns[:-1], conn.era, columns[-1])


async def _hide_municipality(after: After, ids: list[str]) -> None:
    """Leave the municipality out of the look-up form of these Patients, and out of what a place is found by."""
    if not ids:
        return
    await after.conn.fetch(
        "update face set municipality = null where bucket = $1 and person = $2 and municipality is not null",
        *after.key,
    )
    for row in await after.conn.fetch(_SHOWN, after.key[0], ids):
        shown = decode(row["body"].encode())
        if not shown.address:
            continue
        await _shown_anew(after, row, shown)


async def _shown_anew(after: After, row: Any, shown: Any) -> None:
    updated = max(after.now, row["updated"] + 1)
    shown = look_up_form(shown, place=False)
    index = extract(shown)
    shown.meta = r4.Meta(versionId=str(row["version"] + 1), lastUpdated=instant(updated))
    values = (
        "{" + ",".join(map(str, index.marks)) + "}",
        msgspec.json.encode(index.terms).decode() if index.terms else None,
        "\n".join(f"{param}={ref}" for param, ref in index.refs) or None,
        encode(shown).decode(),
    )
    await after.conn.fetch(_SHOWN_END, after.key[0], row["id"], after.conn.era)
    await after.conn.fetch(_SHOWN_PUT, after.key[0], row["id"], row["version"], updated, *values, after.conn.era)


_SHOWN_END: Final = f"""update entry set state = {WITHDRAWN}, end_era = $3, end_xid = pg_current_xact_id()
    where bucket = $1 and type = {_PATIENT} and id = $2 and form = 1 and state = 0"""
_SHOWN_PUT: Final = f"""insert into entry (bucket, person, type, id, form, version, state, deleted, kind, org, author,
        behalf, self, code, many, low, high, updated, commit, era, xid, indexer, marks, terms, refs, body)
    select f.bucket, f.person, f.type, f.id, 1, f.version + 1, 0, false, f.kind, f.org, f.author, f.behalf, f.self,
           f.code, f.many, f.low, f.high, $4, f.commit, $9, pg_current_xact_id(), f.indexer, $5::text::bigint[],
           $6::text::jsonb, string_to_array($7::text, E'\\n'), $8
      from entry f where f.bucket = $1 and f.type = {_PATIENT} and f.id = $2 and f.form = 1 and f.version = $3"""
