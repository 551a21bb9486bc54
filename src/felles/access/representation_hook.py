"""Rows of `representation`, made anew in the commit of whatever they follow from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles import fhir
from felles.access.representation import Ages, Row, Subject, parties_of, rows_of
from felles.record.codes import MANDATE_SYSTEM, PARENTAL_RESPONSIBILITY, RESTRICTION_SYSTEM
from felles.record.ids import bucket_of, mark_of
from felles.record.kinds import Kind
from felles.record.mirroring import stand_in
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.record.aftermath import After
    from felles.record.derive import Registry

_ENTRIES: Final = f"""
select e.type, e.id, e.body from entry e
 where e.bucket = $1 and e.person = $2 and e.state = 0 and e.form = 0 and not e.deleted
   and (e.type = {TYPES["Patient"]}
        or (e.type in ({TYPES["Consent"]}, {TYPES["RelatedPerson"]})
            and e.kind in ({Kind.MANDATE:d}, {Kind.WITHHELD:d})))
 order by e.type, e.id"""
_BORN: Final = f"""
select u.id, f.born
  from unnest($1::text[], $2::smallint[]) u(id, bucket)
  join face f on f.id = u.id
   and f.bucket = coalesce(u.bucket, (select y.bucket from directory y
                                       where y.type = {TYPES["Patient"]} and y.id = u.id))
 where f.born is not null"""
_FORGET: Final = "delete from representation where bucket = $1 and person = $2"
_LET: Final = """
insert into representation (bucket, person, actor, id, source, basis, kinds, item, verbs, listed, since, until)
select $1, $2, u.* from unnest($3::bigint[], $4::text[], $5::text[], $6::smallint[], $7::bigint[], $8::bigint[],
                               $9::smallint[], $10::boolean[], $11::bigint[], $12::bigint[]) u
on conflict (bucket, person, actor, id) do nothing"""


def wants(resource: Any) -> bool:
    """Whether a version can change who acts for the person."""
    name = type(resource).__name__
    if name == "Patient":
        return True
    concepts = resource.category if name == "Consent" else resource.relationship
    systems = {c.system for concept in concepts or [] for c in concept.coding or []}
    return bool(systems & {MANDATE_SYSTEM, PARENTAL_RESPONSIBILITY, RESTRICTION_SYSTEM})


def register(registry: Registry, ages: Ages | None = None) -> None:
    """Let `representation` follow every commit of Patients, RelatedPersons and Consents."""

    async def let(after: After) -> bool:
        others = [each for each in after.of("RelatedPerson", "Consent").values() if each is None or wants(each)]
        patients = after.of("Patient")
        if not others and patients.keys() <= after.created:
            return False  # a person who has just come has nobody yet, and costs nothing
        rows = await _rows(after, ages)
        columns = [list(column) for column in zip(*map(_values, rows), strict=True)]
        for key in after.all_keys():
            await after.conn.fetch(_FORGET, *key)
            if rows:
                await after.conn.fetch(_LET, *key, *columns)
                await stand_in(after.conn, key)
        return False  # no bit of the person hangs on it

    registry.hooks.after(("Patient", "RelatedPerson", "Consent"), let, wants)


async def _rows(after: After, ages: Ages | None) -> list[Row]:
    found: dict[str, list[tuple[str, Any]]] = {"Patient": [], "RelatedPerson": [], "Consent": []}
    names = {TYPES[name]: name for name in found}
    for key in after.all_keys():
        for row in await after.conn.fetch(_ENTRIES, *key):
            name = names[row["type"]]
            found[name].append((f"{name}/{row['id']}", fhir.decode(row["body"].encode())))
    related, consents = found["RelatedPerson"], found["Consent"]
    if not found["Patient"] or not (related or consents):
        return []
    parties = parties_of((each for _, each in related), (each for _, each in consents))
    return rows_of(_subject(found["Patient"]), related, consents, await _born(after, parties), ages)


def _subject(patients: list[tuple[str, Any]]) -> Subject:
    """The person of these Patients: she is dead where one says so, and born on the first day that one says."""
    born = min((patient.birthDate for _, patient in patients if patient.birthDate), default=None)
    died: str | bool = False
    for _, patient in patients:
        died = patient.deceasedDateTime or died or patient.deceasedBoolean is True
    return Subject(tuple(reference for reference, _ in patients), born, died)


async def _born(after: After, parties: set[str]) -> dict[str, str]:
    """The birth dates of those of `parties` who are here, by reference."""
    ids = sorted(reference[8:] for reference in parties)
    if not ids:
        return {}
    buckets = [bucket_of(each) for each in ids]
    rows = await after.conn.fetch(_BORN, ids, buckets)
    return {f"Patient/{row['id']}": row["born"].isoformat() for row in rows}


def _values(row: Row) -> tuple[Any, ...]:
    item = mark_of(row.item) if row.item else 0
    return (
        mark_of(row.actor), row.id, row.source, int(row.basis), row.kinds, item,
        int(row.verbs), row.listed, row.since, row.until,
    )  # fmt: skip
