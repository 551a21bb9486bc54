"""A note by a role that writes and does not sign: preliminary, and handed over to who signs it, in one commit.

The Task of the kind NOTE is with the writer's own unit, whoever of it takes it, and so has an owner and a date. Signing
makes the note final, with who answers for it (`attester`), and ends the Task. What is wrong is added before that, under
a title of its own: nothing of what was written goes. Source: helsepersonelloven § 39 (who gave care, or decided on it,
answers for the text), § 42; FHIR R4 composition-status `preliminary`, composition-attestation-mode `professional`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access.handovers.kinds import Kind as Handed
from felles.care.handovers.rules import Verb, act, sending
from felles.care.writing.form import Field, Form, Made
from felles.care.writing.forms.note import LONGEST, NOTE, added, written
from felles.care.writing.forms.sent import NOTE_URL
from felles.care.writing.rules import in_contact, instant
from felles.record.kinds import Kind
from felles.record.wants import Standing
from felles.ui.sources import NEW

if TYPE_CHECKING:
    from felles.care.writing.form import Known, Resource, Values

PRELIMINARY: Final = "preliminary"
_WAITS: Final = frozenset({"requested", "received", "accepted", "ready", "in-progress"})
_LEAD: Final = 300
"""Letters of the note that the list of who signs shows."""


def _written(values: Values, known: Known) -> list[Made]:
    note = written(values, known) | {"status": PRELIMINARY}
    words = f"Til signering: {note['title']}\n{values['tekst']}"
    task = sending(
        Handed.NOTE,
        patient=known.patient,
        sender=known.writer["reference"],
        to=known.ours["reference"],
        words=words if len(words) <= _LEAD else f"{words[:_LEAD].rstrip()} …",
        now=instant(known),
        urgent=False,
        focus=NOTE_URL,
    )
    return [Made("create", note, url=NOTE_URL), Made("create", in_contact(known, task))]


def _of_our_house(known: Known) -> bool:
    """Whether it is a note that nobody has signed, of the house that the writer works for."""
    one: dict[str, Any] = known.one.resource if known.one else {}
    custodian = one.get("custodian", {}).get("reference")
    return one.get("status") == PRELIMINARY and custodian == known.place["reference"]


def _carriers(known: Known, note: str) -> list[Resource]:
    """The Tasks that ask for the signature and are the writer's, or her unit's."""
    return [
        each
        for each in known.of("Task")
        if each.get("focus", {}).get("reference") == f"Composition/{note}"
        and each.get("owner", {}).get("reference") in known.hers
        and each.get("status") in _WAITS
    ]


def _signed(values: Values, known: Known) -> list[Made]:
    assert known.one is not None  # noqa: S101 - the page opens this form with its note alone
    note = known.one.resource
    attester = {"mode": "professional", "time": instant(known), "party": known.writer}
    resource = note | {"status": "final", "attester": [*note.get("attester", []), attester]}
    if values["tekst"]:
        resource["section"] = [*note.get("section", []), added(values["tekst"], known)]
    changes = [Made("update", resource, note["id"], known.version)]
    for task in _carriers(known, note["id"]):
        done = act(task, Verb.DONE, who=known.writer["reference"], now=instant(known))
        changes.append(Made("update", done, task["id"], int(task["meta"]["versionId"])))
    return changes


UNSIGNED: Final = Form(
    name="notat-til-signering",
    title=lambda t: t("Notat til signering"),
    icon="NotePencil",
    verb="write",
    kind=Kind.NOTE,
    unless="sign",
    first=True,
    sign=lambda t: t("Send til signering"),
    wants=(Standing("Encounter", 10),),
    fields=NOTE.fields,
    make=_written,
)
SIGN: Final = Form(
    name="signer-notat",
    title=lambda t: t("Signer notatet"),
    icon="CheckmarkCircle",
    verb="sign",
    also=frozenset({"write"}),
    kind=Kind.NOTE,
    about=("Composition",),
    fits=_of_our_house,
    wants=(Standing("Task", 60),),
    fields=(
        Field(
            name="tekst",
            label=lambda t: t("Det som rettes eller legges til"),
            source=NEW,
            kind="text",
            longest=LONGEST,
            hint=lambda t, _: t("Kan stå tomt. Notatet blir stående som det er, med dette under."),
        ),
    ),
    make=_signed,
)
