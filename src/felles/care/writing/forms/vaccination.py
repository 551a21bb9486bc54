"""A vaccination given: an Immunization, as the region's are. Which is next comes filled in, by the programme."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from felles.care.vaccines import rules as programme
from felles.care.writing.form import Field, Form, From, Made, Mistake
from felles.care.writing.forms import consent
from felles.care.writing.rules import coded, day, in_contact, today, today_text
from felles.fhir.norway.systems import ATC
from felles.record.kinds import Kind
from felles.record.wants import Standing, Want
from felles.ui.sources import NEW

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.care.writing.form import Known, Resource, Values
    from felles.ui.i18n import Language

MORE: Final = (
    ("J07BB", "Influensa"), ("J07BN", "Covid-19"), ("J07AL", "Pneumokokk"), ("J07BA", "Skogflåttencefalitt"),
    ("J07BC", "Hepatitt A eller B"), ("J07CA", "Difteri, stivkrampe, kikhoste og polio"), ("J07BX", "RS-virus"),
)  # fmt: skip
"""ATC groups of vaccines outside the programme of children, and their names as the record has them."""


def every() -> dict[str, str]:
    """ATC code → name of what can be chosen: the programme first."""
    found: dict[str, str] = {}
    for dose in programme.programme():
        found.setdefault(dose.atc[0], dose.name)
    for atc, name in MORE:
        found.setdefault(atc, name)
    return found


def _choices(_t: Language, _known: Known) -> list[tuple[str, str]]:
    return list(every().items())


GIVEN: Final = "urn:uuid:3c7a53a5-5b0c-4d3e-9a6b-6b0f6f2f4a03"
"""How the consent refers to the vaccination of the same signing."""


def given(vaccinations: Iterable[Resource]) -> list[tuple[date, str]]:
    """(day, ATC code) of those that were given."""
    found: list[tuple[date, str]] = []
    for each in vaccinations:
        when = day(str(each.get("occurrenceDateTime", ""))[:10])
        codings = each.get("vaccineCode", {}).get("coding", ())
        if when and each.get("status") == "completed":
            found += [(when, c["code"]) for c in codings if c.get("system") == ATC and c.get("code")]
    return found


def _next(known: Known) -> str:
    """The vaccine that is due by the programme, for a child; "" when none is."""
    born = next((day(each.get("birthDate", "")) for each in known.of("Patient")), None)
    if born is None or programme.grown(born, today(known)):
        return ""
    steps = programme.steps(given(known.of("Immunization")), born, today(known))
    return next((step.dose.atc[0] for step in steps if step.state is programme.State.DUE), "")


def _vaccinated(values: Values, known: Known) -> list[Made]:
    atc, when = values["vaksine"], day(values["dag"]) or today(known)
    had = {at for at, code in given(known.of("Immunization")) if code.startswith(atc) and at < when}
    made: Resource = {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": coded(every()[atc], (ATC, atc)),
        "patient": known.subject,
        "occurrenceDateTime": when.isoformat(),
        "primarySource": True,
        "performer": [{"actor": known.writer}],
        "protocolApplied": [{"doseNumberPositiveInt": len(had) + 1}],
    }
    if values["batch"]:
        made["lotNumber"] = values["batch"]
    changes = [Made("create", in_contact(known, made), url=GIVEN)]
    if consent.asked(known):
        said = consent.consent(known, values["samtykke"], every()[atc], GIVEN)
        changes.append(Made("create", said))
    return changes


def _twice(t: Language, values: Values, known: Known) -> list[Mistake]:
    had = given(known.of("Immunization"))
    if any(at == day(values["dag"]) and code.startswith(values["vaksine"]) for at, code in had):
        return [Mistake("vaksine", t("Denne vaksinen er registrert gitt samme dag."))]
    return []


VACCINATION: Final = Form(
    name="vaksine",
    title=lambda t: t("Vaksine gitt"),
    icon="Shield",
    verb="give",
    kind=Kind.IMMUNIZATION,
    first_for=frozenset({"health-nurse"}),
    wants=(
        Want("Patient", 1),
        Want("Immunization", 200),
        Want("RelatedPerson", 40),
        Want("Consent", 40),
        Standing("Encounter", 10),
    ),
    fields=(
        Field(
            name="vaksine",
            label=lambda t: t("Vaksine"),
            source=From("Immunization, by the programme", _next),
            kind="choice",
            choices=_choices,
            required=True,
        ),
        Field(name="batch", label=lambda t: t("Batchnummer"), source=NEW, longest=40),
        Field(name="dag", label=lambda t: t("Gitt"), source=From("today", today_text), kind="date", required=True),
        Field(
            name="samtykke",
            label=lambda t: t("Samtykke fra"),
            source=From("RelatedPerson with parental responsibility, Consent.performer", consent.who),
            kind="choice",
            choices=consent.choices,
            shown=consent.asked,
            required=True,
            hint=lambda t, _: t("Du signerer at hun eller han har sagt ja. I programmet er det nok med en av dem."),
        ),
    ),
    make=_vaccinated,
    wrong=_twice,
)
