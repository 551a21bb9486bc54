"""A note (journalnotat), and what is added to one's own: a Composition, as the region's notes are.

What is added is a section of its own at the end of a new version (status `amended`): nothing of what was signed goes.
Source: helsepersonelloven § 42 (a record is corrected by adding, never by erasing), FHIR R4 composition-status.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.care.writing.form import Field, Form, From, Made
from felles.care.writing.rules import contact, in_contact, instant, narrative, today, words
from felles.fhir.norway.systems import LOINC
from felles.record.kinds import Kind
from felles.record.wants import Standing
from felles.ui.sources import NEW

if TYPE_CHECKING:
    from felles.care.writing.form import Known, Resource, Values

LONGEST: Final = 20_000
"""Letters of a note: some ten pages. Longer texts are documents."""
_TYPE: Final = ("11506-3", "Journalnotat")
"""LOINC 11506-3, Progress note."""


def _reason(known: Known) -> str:
    found = contact(known)
    return "" if found is None else words(found.get("reasonCode")) or words(found.get("type"))


def written(values: Values, known: Known) -> Resource:
    """The note, as it is signed."""
    title = values["tittel"] or _TYPE[1]
    made: Resource = {
        "resourceType": "Composition",
        "status": "final",
        "type": {"coding": [{"system": LOINC, "code": _TYPE[0]}], "text": _TYPE[1]},
        "subject": known.subject,
        "date": instant(known),
        "author": [known.writer],
        "title": title,
        "custodian": known.place,
        "section": [{"title": title, "text": narrative(values["tekst"])}],
    }
    return in_contact(known, made)


def _note(values: Values, known: Known) -> list[Made]:
    return [Made("create", written(values, known))]


def _own_note(known: Known) -> bool:
    """Whether the writer is the note's author, whoever has changed it since, and it is signed."""
    one, me = known.one, known.writer["reference"]
    if one is None or one.resource.get("status") not in ("final", "amended"):
        return False
    return one.author == me or any(each.get("reference") == me for each in one.resource.get("author", ()))


def added(text: str, known: Known) -> Resource:
    """What is added to a note: a section with the day and who says it."""
    return {"title": f"Tillegg {today(known):%d.%m.%Y}, {known.writer['display']}", "text": narrative(text)}


def _added(values: Values, known: Known) -> list[Made]:
    assert known.one is not None  # noqa: S101 - the page opens this form with its note alone
    resource: dict[str, Any] = known.one.resource | {
        "status": "amended",
        "section": [*known.one.resource.get("section", []), added(values["tekst"], known)],
    }
    return [Made("update", resource, resource["id"], known.version)]


NOTE: Final = Form(
    name="notat",
    title=lambda t: t("Notat"),
    icon="NotePencil",
    verb="sign",
    kind=Kind.NOTE,
    key="n",
    first=True,
    wants=(Standing("Encounter", 10),),
    fields=(
        Field(
            name="tittel",
            label=lambda t: t("Overskrift"),
            source=From("Encounter.reasonCode", _reason),
            hint=lambda t, _: t("Står tom: Journalnotat"),
            longest=120,
        ),
        Field(
            name="tekst",
            label=lambda t: t("Tekst"),
            source=NEW,
            kind="text",
            required=True,
            longest=LONGEST,
            first=True,
        ),
    ),
    make=_note,
)
ADDITION: Final = Form(
    name="tillegg",
    title=lambda t: t("Rett eller legg til"),
    icon="NotePencil",
    verb="sign",
    kind=Kind.NOTE,
    about=("Composition",),
    fits=_own_note,
    fields=(
        Field(
            name="tekst",
            label=lambda t: t("Det som rettes eller legges til"),
            source=NEW,
            kind="text",
            required=True,
            longest=LONGEST,
            hint=lambda t, _: t("Notatet blir stående som det er, med dette under."),
        ),
    ),
    make=_added,
)
