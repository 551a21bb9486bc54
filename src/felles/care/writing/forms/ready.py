"""Going home: the ward says that a person is ready, and the municipality answers with what it offers and from when.

Sources: helse- og omsorgstjenesteloven § 11-4 and the regulation on payment for persons ready to leave (the hospital
tells the municipality, which tells what it offers; the paragraphs of the regulation are to be checked).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from felles.access.codes import EPISODE_SYSTEM, MUNICIPAL_SERVICE
from felles.access.handovers.kinds import Kind as Handed
from felles.care.handovers.rules import sending
from felles.care.writing.form import Field, Form, From, Made
from felles.care.writing.forms import told
from felles.care.writing.forms.plan import PLAN_URL, answered, care_plan, handed_to_me
from felles.care.writing.forms.referral import RECEIVER, WORDS
from felles.care.writing.rules import day, instant, today_text, words
from felles.record.kinds import Kind
from felles.record.wants import Coded, Standing
from felles.ui.sources import NEW

if TYPE_CHECKING:
    from felles.care.writing.form import Known, Resource, Values
    from felles.ui.i18n import Language

OFFERS: Final = {
    "hjemme": "Tjenester hjemme",
    "korttid": "Korttidsopphold på sykehjem",
    "rehab": "Rehabilitering",
    "venter": "Plass er ikke klar, pasienten blir på sykehuset",
    "ingen": "Trenger ikke kommunale tjenester",
}
"""What a municipality may answer; as it stands in the record."""
STAY: Final = ("IMP", "ACUTE", "NONAC")
"""v3-ActCode: admissions."""
_WARDS: Final = frozenset({"nurse"})


def stay_of(known: Known) -> Resource | None:
    """The admission that goes on: a person is admitted at one place at a time."""
    found = (
        each
        for each in known.of("Encounter")
        if each.get("class", {}).get("code") in STAY and each.get("status") in ("in-progress", "arrived", "onleave")
    )
    return next(found, None)


def municipal(known: Known) -> list[tuple[str, str]]:
    """(reference, name) of the municipal services that follow the person."""
    found: list[tuple[str, str]] = []
    for each in known.of("EpisodeOfCare"):
        codings = [coding for kind in each.get("type", ()) for coding in kind.get("coding", ())]
        if any((c.get("system"), c.get("code")) == (EPISODE_SYSTEM, MUNICIPAL_SERVICE) for c in codings):
            where = each.get("managingOrganization", {})
            found.append((where.get("reference", ""), where.get("display", "")))
    return list(dict.fromkeys(each for each in found if each[0]))


def _service(known: Known) -> str:
    return next((reference for reference, _ in municipal(known)), "")


def _known(known: Known) -> str:
    """Why she is in hospital, how she lives, what she has at home, what matters to her: as the record has it."""
    lines: list[str] = []
    if stay := stay_of(known):
        began = str(stay.get("period", {}).get("start", ""))[:10]
        lines.append(f"Innlagt {began[8:10]}.{began[5:7]}.: {words(stay.get('reasonCode'))}")
    if living := told.said_of(known, told.LIVING[0]):
        lines.append(f"Bosituasjon: {living}")
    measures = [
        words(each.get("detail", {}).get("code")) or each.get("detail", {}).get("description", "")
        for plan in known.of("CarePlan")
        for each in plan.get("activity", ())
    ]
    if measures:
        lines.append(f"Har hjemme fra før: {', '.join(filter(None, measures))}")
    if matters := told.said_of(known, told.LIVING[1]):
        lines.append(f"Viktig for pasienten: {matters}")
    return "\n".join(lines)[: told.LONGEST]


def _reported(values: Values, known: Known) -> list[Made]:
    said = f"Utskrivningsklar fra {values['fra']}.\nTrenger: {values['trenger']}"
    if values["kjent"]:
        said = f"{said}\n{values['kjent']}"
    stay = stay_of(known)
    task = sending(
        Handed.DISCHARGE,
        patient=known.patient,
        sender=known.writer["reference"],
        to=values["til"],
        words=said,
        now=instant(known),
        urgent=False,
        focus=f"Encounter/{stay['id']}" if stay else "",
    )
    return [Made("create", task)]


READY: Final = Form(
    name="utskrivningsklar",
    title=lambda t: t("Meld utskrivningsklar"),
    icon="House",
    verb="write",
    kind=Kind.TASK,
    sends=True,
    key="u",
    first_for=_WARDS,
    sign=lambda t: t("Send til kommunen"),
    wants=(
        Standing("Encounter", 10),
        Standing("EpisodeOfCare", 20),
        Standing("Task", 30),
        Standing("CarePlan", 10),
        Coded("Observation", 1, told.LIVING),
    ),
    fields=(
        WORDS,
        Field(
            name="til",
            label=RECEIVER.label,
            source=From("EpisodeOfCare.managingOrganization", _service),
            kind="receiver",
            required=True,
        ),
        Field(
            name="fra",
            label=lambda t: t("Klar fra"),
            source=From("today", today_text),
            kind="date",
            required=True,
            ahead=True,
        ),
        Field(
            name="trenger",
            label=lambda t: t("Hva som trengs"),
            source=NEW,
            kind="text",
            required=True,
            longest=2000,
        ),
        Field(
            name="kjent",
            label=lambda t: t("Fra journalen"),
            source=From("Encounter, Observation, CarePlan", _known),
            kind="text",
            longest=told.LONGEST,
        ),
    ),
    make=_reported,
)


# -- the municipality's answer -------------------------------------------------------------------------------


def _offers(t: Language, _known: Known) -> list[tuple[str, str]]:
    return [
        ("hjemme", t("Tjenester hjemme")),
        ("korttid", t("Korttidsopphold på sykehjem")),
        ("rehab", t("Rehabilitering")),
        ("venter", t("Plass er ikke klar, pasienten blir på sykehuset")),
        ("ingen", t("Trenger ikke kommunale tjenester")),
    ]


def _for_discharge(known: Known) -> bool:
    return handed_to_me(known, Handed.DISCHARGE)


def _offered(values: Values, known: Known) -> list[Made]:
    offer, first = OFFERS[values["tilbud"]], day(values["fra"])
    when = f"fra {first.day}.{first.month}.{first.year}" if first else ""
    said = f"{offer} {when}. {values['tekst']}".strip()
    if values["tilbud"] == "ingen":
        return [answered(known, said)]
    plan = care_plan(known, "Tilbud fra kommunen", values["tekst"], [(offer, when)])
    return [Made("create", plan, url=PLAN_URL), answered(known, said, ("Tilbud fra kommunen", PLAN_URL))]


ANSWER_OFFER: Final = Form(
    name="svar-tilbud",
    title=lambda t: t("Svar med tilbud"),
    icon="HouseHeart",
    verb="write",
    kind=Kind.PLAN,
    about=("Task",),
    fits=_for_discharge,
    sign=lambda t: t("Signer og svar"),
    fields=(
        Field(
            name="tilbud",
            label=lambda t: t("Hva kommunen tilbyr"),
            source=From("most often", lambda _: "hjemme"),
            kind="choice",
            choices=_offers,
            required=True,
        ),
        Field(
            name="fra",
            label=lambda t: t("Fra"),
            source=From("today", today_text),
            kind="date",
            required=True,
            ahead=True,
        ),
        Field(
            name="tekst",
            label=lambda t: t("Til pasienten, i vanlige ord"),
            source=NEW,
            kind="text",
            required=True,
            longest=2000,
        ),
    ),
    make=_offered,
)
