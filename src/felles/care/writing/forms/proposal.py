"""Proposing a change of a medicine, for who does not prescribe; and the prescriber's yes, which makes the change.

The proposal is a Task about the entry, with the dose proposed as its input: an order changes by nobody but who orders.
Saying yes is one commit: the new order, the end of the old one, the answered Task. A no is the hand-over's own
(declined, with a reason), and goes back to who proposed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access.handovers.kinds import Kind as Handed
from felles.care.handovers.rules import sending
from felles.care.writing.form import Field, Form, From, Made, Mistake
from felles.care.writing.forms import told
from felles.care.writing.forms.medicine import OTHER_DOSE, changed_dose, dose_of, is_ordered, one_of, same_dose, stopped
from felles.care.writing.forms.plan import answered, handed_to_me
from felles.care.writing.rules import called, gps, instant, words
from felles.record.kinds import Kind
from felles.record.wants import Standing, Want
from felles.ui.sources import NEW

if TYPE_CHECKING:
    from collections.abc import Callable

    from felles.care.writing.form import Known, Resource, Values
    from felles.ui.i18n import Language

DOSE: Final = "Ny dose"
STOP: Final = "Seponer"
"""What a proposal proposes, as `Task.input.type` has it."""
_WHY: Final = "Hvorfor"


def _askers(known: Known) -> list[tuple[str, str]]:
    """(reference, name) of whom a proposal may go to: who asked for a review, who ordered the medicine, the GP."""
    found: list[tuple[str, str]] = []
    for task in known.of("Task"):
        asker = task.get("requester", {})
        if task.get("owner", {}).get("reference") in known.hers:
            found.append((asker.get("reference", ""), asker.get("display", "")))
    resource: dict[str, Any] = known.one.resource if known.one else {}
    ordered = resource.get("requester", {})
    found += [(ordered.get("reference", ""), ordered.get("display", "")), *gps(known)]
    named = {who: name for who, name in reversed(found) if who.startswith("Practitioner")}
    return [(who, named[who]) for who in dict.fromkeys(who for who, _ in found) if who in named]


def _receivers(t: Language, known: Known) -> list[tuple[str, str]]:
    return [(who, called(t, known, who, name or t("Legen"))) for who, name in _askers(known)]


def _first(known: Known) -> str:
    return next((who for who, _ in _askers(known)), "")


def _named(resource: Resource) -> str:
    return words(resource.get("medicationCodeableConcept")) or "legemidlet"


def _proposed(what: str) -> Callable[[Values, Known], list[Made]]:
    def make(values: Values, known: Known) -> list[Made]:
        one = one_of(known)
        said = f"{_named(one)}: {dose_of(one)} → {values['dose']}" if what == DOSE else f"{_named(one)}: seponer"
        task = sending(
            Handed.PROPOSAL,
            patient=known.patient,
            sender=known.writer["reference"],
            to=values["til"],
            words=f"{said}\n{values['hvorfor']}",
            now=instant(known),
            urgent=False,
            focus=f"{one['resourceType']}/{one['id']}",
        )
        task["input"] = [{"type": {"text": what}, "valueString": values.get("dose") or STOP}]
        task["input"].append({"type": {"text": _WHY}, "valueString": values["hvorfor"]})
        return [Made("create", task)]

    return make


def _why() -> Field:
    return Field(name="hvorfor", label=lambda t: t("Hvorfor"), source=NEW, kind="text", required=True, longest=2000)


_TO: Final = Field(
    name="til",
    label=lambda t: t("Til"),
    source=From("Task.requester, MedicationRequest.requester, Patient.generalPractitioner", _first),
    kind="choice",
    choices=_receivers,
    required=True,
)
_WANTS: Final = (Standing("Task", 30), Want("Patient", 1))


PROPOSE_DOSE: Final = Form(
    name="foresla-dose",
    title=lambda t: t("Foreslå ny dose"),
    icon="MedicineBottle",
    verb="write",
    kind=Kind.MEDICINE,
    unless="prescribe",
    about=("MedicationRequest",),
    fits=is_ordered,
    sign=lambda t: t("Send forslaget"),
    wants=_WANTS,
    fields=(
        OTHER_DOSE,
        _why(),
        _TO,
    ),
    make=_proposed(DOSE),
    wrong=same_dose,
)
PROPOSE_STOP: Final = Form(
    name="foresla-seponer",
    title=lambda t: t("Foreslå å seponere"),
    icon="XMarkOctagon",
    verb="write",
    kind=Kind.MEDICINE,
    unless="prescribe",
    about=("MedicationRequest",),
    fits=is_ordered,
    sign=lambda t: t("Send forslaget"),
    wants=_WANTS,
    fields=(_why(), _TO),
    make=_proposed(STOP),
)


# -- the answer --------------------------------------------------------------------------------------------


def _input(known: Known, what: str) -> str:
    task: dict[str, Any] = known.one.resource if known.one else {}
    said = (each.get("valueString", "") for each in task.get("input", ()) if words(each.get("type")) == what)
    return next(said, "")


def _proposal(what: str) -> Callable[[Known], bool]:
    return lambda known: handed_to_me(known, Handed.PROPOSAL) and bool(_input(known, what))


def _order(known: Known) -> Resource | None:
    """The order that the proposal is about, where it stands."""
    focus = one_of(known).get("focus", {}).get("reference", "")
    found = (each for each in told.ordered(known) if f"MedicationRequest/{each['id']}" == focus)
    return next(found, None)


def _gone(t: Language, _values: Values, known: Known) -> list[Mistake]:
    said = t("Legemidlet står ikke lenger på listen. Avslå forslaget med grunnen.")
    return [] if _order(known) else [Mistake("hvorfor", said)]


def _accepted_dose(values: Values, known: Known) -> list[Made]:
    order = _order(known)
    assert order is not None  # noqa: S101 - `_gone` has been asked
    changes = changed_dose(order, values["dose"], values["hvorfor"], known)
    return [*changes, answered(known, f"Godtatt: {values['dose']}. {values['hvorfor']}")]


def _accepted_stop(values: Values, known: Known) -> list[Made]:
    order = _order(known)
    assert order is not None  # noqa: S101 - `_gone` has been asked
    return [stopped(order, values["hvorfor"], known), answered(known, f"Godtatt, seponert. {values['hvorfor']}")]


_REASON: Final = Field(
    name="hvorfor",
    label=lambda t: t("Hvorfor"),
    source=From("Task.input", lambda known: _input(known, _WHY)),
    kind="text",
    required=True,
    longest=2000,
)
ACCEPT_DOSE: Final = Form(
    name="godta-dose",
    title=lambda t: t("Godta, og endre dosen"),
    icon="CheckmarkCircle",
    verb="prescribe",
    also=frozenset({"write"}),
    kind=Kind.MEDICINE,
    about=("Task",),
    fits=_proposal(DOSE),
    wants=(Want("MedicationRequest", 200), Standing("Encounter", 10)),
    fields=(
        Field(
            name="dose",
            label=lambda t: t("Dose"),
            source=From("Task.input", lambda known: _input(known, DOSE)),
            required=True,
            longest=400,
        ),
        _REASON,
    ),
    make=_accepted_dose,
    wrong=_gone,
)
ACCEPT_STOP: Final = Form(
    name="godta-seponer",
    title=lambda t: t("Godta, og seponer"),
    icon="CheckmarkCircle",
    verb="prescribe",
    also=frozenset({"write"}),
    kind=Kind.MEDICINE,
    about=("Task",),
    fits=_proposal(STOP),
    wants=(Want("MedicationRequest", 200),),
    fields=(_REASON,),
    make=_accepted_stop,
    wrong=_gone,
)
