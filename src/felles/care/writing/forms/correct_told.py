"""What was written of a medicine that the person told of is set right, or was wrong: a MedicationStatement.

An order is not corrected so: it is stopped, or its dose changed (`medicine.py`), since somebody may have given by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.care.writing.form import Field, Form, From, Made
from felles.care.writing.forms.correcting import (
    LONGEST,
    REASON,
    WRONG,
    changed,
    corrected,
    holds,
    of,
    over,
    stands,
    withdrawn,
)
from felles.care.writing.forms.correcting import wrong as mistaken
from felles.care.writing.forms.medicine import medicine_named
from felles.care.writing.forms.names import medicines_of
from felles.care.writing.rules import wants_text, words
from felles.record.kinds import Kind
from felles.record.wants import Standing, Want

if TYPE_CHECKING:
    from felles.care.writing.form import Known, Values


def _name(known: Known) -> str:
    return words(of(known).get("medicationCodeableConcept")).strip()


def _dose(known: Known) -> str:
    return wants_text(of(known), "dosage", "text").strip()


_VALUES: Final = (
    Field(
        name="navn",
        label=lambda t: t("Legemiddel og styrke"),
        source=From("MedicationStatement.medicationCodeableConcept", _name),
        required=True,
        longest=LONGEST,
        suggest=lambda known: list(medicines_of(known)),
        shown=lambda known: bool(_name(known)),
    ),
    Field(
        name="dose",
        label=lambda t: t("Dose"),
        source=From("MedicationStatement.dosage.text", _dose),
        longest=LONGEST,
    ),
)


def _right(values: Values, known: Known) -> list[Made]:
    if values["gjelder"] == WRONG:
        return withdrawn(values, known, status="entered-in-error")
    said, right = changed(_VALUES, values, known), dict[str, Any]()
    if "navn" in said:
        right["medicationCodeableConcept"] = medicine_named(values["navn"], known)
    if "dose" in said:
        right["dosage"] = [{"text": values["dose"]}] if values["dose"] else None
    before = ", ".join(read(known) for name, read in (("navn", _name), ("dose", _dose)) if name in said and read(known))
    return [over(corrected(values, known, right, before), known)]


RIGHT_TOLD: Final = Form(
    name="rett-oppgitt",
    title=lambda t: t("Rett det pasienten fortalte"),
    open_as=lambda t: t("Rett"),
    icon="NotePencil",
    verb="write",
    kind=Kind.MEDICINE,
    about=("MedicationStatement",),
    fits=stands,
    wants=(Want("MedicationRequest", 200), Standing("MedicationStatement", 100)),
    fields=(*_VALUES, holds("MedicationStatement.status"), REASON),
    make=_right,
    wrong=mistaken(_VALUES),
)
