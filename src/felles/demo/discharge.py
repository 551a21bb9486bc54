"""What a stay in hospital does to the list of medicines: begun, ended, paused and changed, and said in the letter."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from felles.demo import build
from felles.demo.drugs import DRUGS

if TYPE_CHECKING:
    from felles.demo.admissions import Illness
    from felles.demo.chart import Chart


_INSTEAD: Final = {"fenoksymetyl-7": "doksysyklin", "pivmecillinam-7": "trimetoprim"}
"""What stands in for a course that an allergy forbids."""
_CHANGED: Final = {
    "heart-worse": (("furosemid", "furosemid-80", "Økt dose ved hjertesvikt"),),
    "stroke": (("atorvastatin", "atorvastatin-80", "Økt dose etter hjerneinfarkt"),),
    "hip": (("paracetamol", "paracetamol-fast", "Byttet til fast dosering"),),
}
"""By illness: (what was taken, what is taken instead, why)."""
_STOPPED: Final = {
    "hip": (("zopiklon", "Fare for fall"), ("amlodipin", "Lavt blodtrykk etter operasjonen")),
    "sepsis": (("tamsulosin", "Lavt blodtrykk"), ("hydroklortiazid", "Lavt blodtrykk")),
    "pneumonia": (("zopiklon", "Forvirring under innleggelsen"),),
    "stroke": (("asa", "Byttet til klopidogrel"),),
    "copd-worse": (("metoprolol", "Tungpust av tablettene"),),
    "gallbladder": (("atorvastatin", "Forhøyede leverprøver, tas opp igjen når de er normale"),),
}
"""By illness: (what is ended, why)."""
PAUSED: Final = {
    "apixaban": "Pauset før operasjon, vurderes når dalteparin stanses",
    "apixaban-lav": "Pauset før operasjon, vurderes når dalteparin stanses",
    "metformin": "Pauset ved operasjon, tas opp igjen når nyreprøvene er stabile",
    "empagliflozin": "Pauset ved operasjon, tas opp igjen når pasienten spiser som før",
}
"""Medicine → why it rests while somebody who broke her hip lies in the ward."""


def discharged(chart: Chart, stay: Illness, doctor: str, end: date) -> list[str]:
    """The list as it is changed until the day she goes home; sentences for the letter."""
    said = _changes(chart, stay, doctor, end)
    new = [key for drug in stay.drugs if (key := _begin(chart, drug, doctor, end, stay.name))]
    if new:
        said.insert(0, f"Nye medisiner: {', '.join(f'{DRUGS[key].short} ({_dose(key)})' for key in new)}.")
    return said or ["Medisinlisten er gått gjennom, ingen endringer."]


def begun(chart: Chart, stay: Illness, doctor: str, day: date) -> None:
    """What is ordered, changed and paused in a stay that goes on."""
    _changes(chart, stay, doctor, day)
    drugs = (*stay.drugs, "oksykodon", "laktulose") if stay.key == "hip" else stay.drugs
    for key in drugs:
        _begin(chart, key, doctor, day, _WHY.get(key, stay.name))
    if stay.key == "hip":
        for key, why in PAUSED.items():
            made = chart.medicines.get(key)
            if made is not None and made["status"] == "active":
                build.pause(made, day, chart.said(doctor, why))


_WHY: Final = {
    "dalteparin": "Forebygge blodpropp etter operasjon",
    "paracetamol-fast": "Smerter etter operasjon",
    "oksykodon": "Gjennombruddssmerter etter operasjon",
    "laktulose": "Forebygge forstoppelse ved opioid",
}


def _begin(chart: Chart, key: str, doctor: str, day: date, why: str) -> str:
    """Order a medicine or what stands in for it; which one it became, "" for none."""
    for chosen in (key, _INSTEAD.get(key, "")):
        if chosen and chart.prescribe(doctor, chosen, day, _WHY.get(chosen, why)):
            return chosen
    return ""


def _changes(chart: Chart, stay: Illness, doctor: str, day: date) -> list[str]:
    said: list[str] = []
    for old, new, why in _CHANGED.get(stay.key, ()):
        if old in chart.taking():
            reason = str(chart.medicines[old]["reasonCode"][0]["text"])
            chart.stop(old, day, chart.said(doctor, why))
            chart.prescribe(doctor, new, day, reason)
            said.append(f"Endret: {DRUGS[new].short}, {_dose(new)} ({why.lower()}).")
    for key, why in _STOPPED.get(stay.key, ()):
        if key in chart.taking():
            chart.stop(key, day, chart.said(doctor, why))
            said.append(f"Stanset: {DRUGS[key].short} ({why.lower()}).")
    return said


def _dose(key: str) -> str:
    dose = DRUGS[key].dose
    return dose[0].lower() + dose[1:]
