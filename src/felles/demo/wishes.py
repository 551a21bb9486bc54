"""What people say matters to them, how they live, and what is agreed about their treatment; asked where it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zlib import crc32

from felles.demo import planned
from felles.demo.calendar import open_before
from felles.demo.family import WORDS, married

if TYPE_CHECKING:
    from datetime import date

    from felles.demo.chart import Chart, Visit

MATTERS: Final = (
    "Å få bo hjemme så lenge som mulig.",
    "Å kunne gå ut og mate fuglene hver dag.",
    "Å slippe smerter om natta.",
    "Å være med i familiens søndagsmiddager.",
    "Å klare stellet selv, i eget tempo.",
    "At de som kommer, sier hvem de er.",
)
_IN_HOSPITAL: Final = (
    "Å komme hjem igjen så snart det er trygt.",
    "At noen forklarer hva som skjer, og at familien får vite det samme.",
    "Å komme på beina igjen og klare trappa hjemme.",
    "Å få sove om natta, og at det er ro på rommet.",
)
_AT_THE_GP: Final = (
    "Å kunne kjøre bil og besøke barnebarna.",
    "Å slippe flere medisiner enn nødvendig.",
    "Å holde seg i form til å gå på tur.",
    "Å få svar på prøvene uten å måtte ringe.",
    "Å fortsette i jobben.",
)
_EXPECTING: Final = (
    "At partneren er med hele tiden, og at noen sier fra hva som skjer.",
    "Å slippe å fortelle om igjen hvordan forrige fødsel var.",
    "Å føde uten epidural hvis det går, men å få si fra underveis.",
    "At det er samme jordmor ved kontrollene.",
)
_AGREED: Final = (
    "Full behandling, også intensiv ved behov. Hjerte-lunge-redning: ja.",
    "Ønsker ikke hjerte-lunge-redning. Behandles ellers fullt ut på sengepost.",
    "Full behandling på sengepost. Ikke respirator. Hjerte-lunge-redning: ja.",
    "Ønsker ikke hjerte-lunge-redning og ikke intensivbehandling. Lindring går foran.",
)
_HOMES: Final = ("enebolig", "leilighet i andre etasje med heis", "omsorgsbolig", "leilighet uten heis", "rekkehus")
LIVING, WISHED, LIMITS = "63503-7", "95541-9", "75773-2"
"""LOINC: living arrangement; care experience preference; goals, preferences and priorities for medical treatment."""


def _of(chart: Chart, texts: tuple[str, ...]) -> str:
    return texts[crc32(chart.person.key.encode()) % len(texts)]


def lives(chart: Chart) -> str:
    """With whom and in what she lives; the same whoever asks."""
    others = [each for each in chart.home.grown() if each.key != chart.person.key]
    name = WORDS["SPS" if others and married(chart, others[0]) else "DOMPART"].lower()
    children = " og barn" if others and chart.home.children() else ""
    alone = "alene" if not chart.home.children() else "alene med barn"
    return f"Bor {f'med {name}{children}' if others else alone} i {_of(chart, _HOMES)}."


def _say(chart: Chart, author: str, name: str, loinc: str, text: str, visit: Visit, minutes: int) -> None:
    said = {"valueString": chart.said(author, text)}
    chart.find(author, name, loinc, said, visit.when(minutes), encounter=visit.reference)


def admitted(chart: Chart, visit: Visit, nurse: str) -> None:
    """What a nurse asks those of 65 and more on the first day of a stay, and what is agreed with many of the oldest."""
    age, number = chart.person.age(visit.day), crc32(f"{chart.person.key}/{visit.day}".encode())
    if age < 65:
        return
    _say(chart, nurse, "Bosituasjon", LIVING, lives(chart), visit, 70)
    if number % 10 < 7:
        _say(chart, nurse, "Hva er viktig for deg?", WISHED, _of(chart, _IN_HOSPITAL), visit, 75)
    if age >= 78 and number // 10 % 10 < 6:
        agreed = _of(chart, _AGREED)
        _say(chart, visit.author, "Avklart om behandling", LIMITS, agreed, visit, 90)
        if "Ønsker ikke hjerte" in agreed:
            text = chart.said(visit.author, "Behandlingsnivå avklart: ikke hjerte-lunge-redning.")
            staff = chart.staff(visit.author)
            chart.add(visit.author, planned.flag(chart.person, text, visit.day, staff, category="clinical"))


def followed(chart: Chart, last: date) -> None:
    """What the GP asks some of those whom she follows, at a control on a day."""
    if crc32(chart.person.key.encode()) // 3 % 5 < 2 or not chart.conditions:
        return
    texts = _AT_THE_GP if 25 <= chart.person.age(last) <= 62 else _AT_THE_GP[:-1]
    day = open_before(last)
    gp = chart.gp(day)
    said = {"valueString": chart.said(gp, _of(chart, texts))}
    chart.find(gp, "Hva er viktig for deg?", WISHED, said, (day, 11, 10))


def expecting(chart: Chart, visit: Visit) -> None:
    """What the midwife asks at a control."""
    _say(chart, visit.author, "Hva er viktig for deg?", WISHED, _of(chart, _EXPECTING), visit, 15)
    _say(chart, visit.author, "Bosituasjon", LIVING, lives(chart), visit, 16)
