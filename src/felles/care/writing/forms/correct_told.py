"""What was written of a medicine that the person told of is set right, or was wrong: a MedicationStatement.

An order is not corrected so: it is stopped, or its dose changed (`medicine.py`), since somebody may have given by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.care.corrections import IN_ERROR
from felles.care.writing.form import Field, From
from felles.care.writing.forms.correcting import LONGEST, Correcting, of
from felles.care.writing.forms.medicine import medicine_named
from felles.care.writing.forms.names import medicines_of
from felles.care.writing.rules import wants_text, words
from felles.record.kinds import Kind
from felles.record.wants import Standing, Want

if TYPE_CHECKING:
    from felles.care.writing.form import Known, Resource, Values


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


def _right(values: Values, known: Known, said: set[str]) -> tuple[Resource, str]:
    right = dict[str, Any]()
    if "navn" in said:
        right["medicationCodeableConcept"] = medicine_named(values["navn"], known)
    if "dose" in said:
        right["dosage"] = [{"text": values["dose"]}] if values["dose"] else None
    before = (read(known) for name, read in (("navn", _name), ("dose", _dose)) if name in said)
    return right, ", ".join(filter(None, before))


RIGHT_TOLD: Final = Correcting(
    name="rett-oppgitt",
    title=lambda t: t("Rett det pasienten fortalte"),
    kind=Kind.MEDICINE,
    about="MedicationStatement",
    values=_VALUES,
    right=_right,
    in_error={"status": IN_ERROR},
    wants=(Want("MedicationRequest", 200), Standing("MedicationStatement", 100)),
).form()
