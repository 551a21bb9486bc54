"""What a record says, worked out from its FHIR entries alone: the answers that the pages are checked against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Entry = dict[str, Any]
STAYS = ("IMP", "ACUTE", "NONAC")
CREATININE = ("14682-9", "2160-0", "38483-4")
PRESSURE = ("85354-9", "55284-4")
WEIGHT = ("29463-7",)
MATTERS, LIMITS, LIVING = "95541-9", "75773-2", "63503-7"
OSLO = ZoneInfo("Europe/Oslo")
_MONTHS = [
    "januar",
    "februar",
    "mars",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "desember",
]
_NO_VALUE = ("entered-in-error", "cancelled", "registered")


def words(concept: Any) -> str:
    """How a CodeableConcept (or the first of several) is called."""
    concept = concept[0] if isinstance(concept, list) and concept else concept
    if not concept:
        return ""
    coding = concept.get("coding") or [{}]
    return concept.get("text") or next((c["display"] for c in coding if c.get("display")), coding[0].get("code", ""))


def codes(concept: Any) -> set[str]:
    """The codes of a CodeableConcept or of several."""
    listed = concept if isinstance(concept, list) else [concept] if concept else []
    return {coding.get("code", "") for each in listed for coding in each.get("coding", ())}


def day(text: str) -> str:
    """`25.11.2026` of a FHIR date or dateTime, in Norway."""
    return f"{_day(text):%d.%m.%Y}"


def _day(text: str) -> date:
    return datetime.fromisoformat(text).astimezone(OSLO).date() if len(text) > 10 else date.fromisoformat(text)


def days(text: str) -> tuple[str, str]:
    """The same, and in words: `25. november 2026`."""
    found = _day(text)
    return day(text), f"{found.day}. {_MONTHS[found.month - 1]} {found.year}"


def shown(number: Any) -> set[str]:
    """The ways in which a number may be written: whole or with decimals, a comma between, thousands apart or not."""
    value = float(number)
    forms = {f"{value:.{places}f}" for places in range(4)} | {f"{value:g}"}
    return {form.replace(".", ",") for form in forms} | {f"{value:,.0f}".replace(",", "\N{NO-BREAK SPACE}")}


@dataclass
class Facts:
    """All entries of one person that a reader is given, and the moment (in Norway) at which she asks."""

    entries: list[Entry]
    now: datetime

    @property
    def today(self) -> date:
        return self.now.date()

    def of(self, *types: str) -> list[Entry]:
        """Her entries of these types that were not entered in error."""
        return [e for e in self.entries if e["resourceType"] in types and e.get("status") != "entered-in-error"]

    @property
    def patient(self) -> Entry:
        return self.of("Patient")[0]

    def problems(self) -> list[Entry]:
        """Problems that are not over."""
        over, never = {"inactive", "remission", "resolved"}, {"refuted", "entered-in-error"}
        return [
            c for c in self.of("Condition")
            if not codes(c.get("clinicalStatus")) & over and not codes(c.get("verificationStatus")) & never
        ]  # fmt: skip

    def follow_ups(self) -> list[Entry]:
        """Follow-ups that go on."""
        return [e for e in self.of("EpisodeOfCare") if e["status"] == "active"]

    def orders(self) -> list[Entry]:
        """Medicines that were ordered."""
        return [m for m in self.of("MedicationRequest") if m.get("intent") not in ("proposal", "plan", "option")]

    def taken(self) -> list[Entry]:
        """Medicines in use, or paused."""
        return [m for m in self.orders() if m["status"] in ("active", "on-hold")]

    def stay(self) -> Entry | None:
        """The last stay in hospital."""
        stays = [e for e in self.of("Encounter") if e["class"].get("code") in STAYS and e["status"] != "cancelled"]
        return max(stays, key=lambda e: e["period"]["start"], default=None)

    def changed(self, stay: Entry) -> tuple[list[str], list[str], list[str]]:
        """Of a stay: names of medicines (begun, ended, changed), from the day before it until it ended."""
        start, end = stay["period"]["start"][:10], stay["period"].get("end", self.today.isoformat())[:10]
        before = date.fromisoformat(start) - timedelta(days=1)
        first, last = self._list_on(before.isoformat()), self._list_on(end)
        begun = [name for key, lines in last.items() if key not in first for name, _ in lines]
        ended = [name for key, lines in first.items() if key not in last for name, _ in lines]
        other = [
            said for key, lines in last.items() if key in first
            for line in lines if line not in first[key] for said in line
        ]  # fmt: skip
        return begun, ended, other

    def _list_on(self, when: str) -> dict[str, dict[tuple[str, str], None]]:
        """Substance → (name, dose) of what was in use at the end of a day."""
        found: dict[str, dict[tuple[str, str], None]] = {}
        for order in self.orders():
            medicine = order.get("medicationCodeableConcept")
            end = order.get("dispenseRequest", {}).get("validityPeriod", {}).get("end", "")[:10]
            over = order["status"] in ("stopped", "completed")
            gone = bool(end) and (end <= when if order["status"] == "stopped" else end < when)
            if medicine and order.get("authoredOn", "")[:10] <= when and not gone and not (over and not end):
                dose = (order.get("dosageInstruction") or [{}])[0].get("text", "")
                substance = next(iter(sorted(codes(medicine))), words(medicine))
                found.setdefault(substance, {})[words(medicine), dose] = None
        return found

    def letter(self, stay: Entry) -> Entry | None:
        """The discharge summary of a stay."""
        mine = f"Encounter/{stay['id']}"
        about = [d for d in self.of("DocumentReference") if mine in str(d.get("context", {}).get("encounter", ""))]
        return next((d for d in about if "18842-5" in codes(d.get("type"))), None)

    def values(self, known: tuple[str, ...]) -> list[Entry]:
        """Values of these codes, newest first."""
        found = [
            o for o in self.of("Observation")
            if codes(o["code"]) & set(known) and o["status"] not in _NO_VALUE and "effectiveDateTime" in o
        ]  # fmt: skip
        return sorted(found, key=lambda o: o["effectiveDateTime"], reverse=True)

    def told(self, code: str) -> Entry | None:
        """The newest that was said of one thing."""
        return next(iter(self.values((code,))), None)

    def appointments(self) -> list[Entry]:
        """Appointments under way or to come, nearest first."""
        off = ("cancelled", "noshow", "fulfilled", "waitlist")
        ahead = [
            a for a in self.of("Appointment")
            if a["status"] not in off and datetime.fromisoformat(a.get("end", a["start"])) > self.now
        ]  # fmt: skip
        return sorted(ahead, key=lambda a: a["start"])

    def tests(self, *, answered: bool) -> list[Entry]:
        """Tests that were ordered, newest first: those with or without their answer."""
        referral = {"3457005", "306206005", "440655000"}
        asked = [r for r in self.of("ServiceRequest") if not codes(r.get("category")) & referral]
        asked = [r for r in asked if (r["status"] == "completed") is answered and r["status"] != "revoked"]
        return sorted(asked, key=lambda r: r["authoredOn"], reverse=True)

    def answer(self, order: Entry) -> Entry | None:
        """The report that answers an order."""
        mine = {"reference": f"ServiceRequest/{order['id']}"}
        return next((r for r in self.of("DiagnosticReport") if mine in r.get("basedOn", ())), None)

    def acted(self, report: Entry) -> Entry | None:
        """What somebody did with an answer."""
        about = {f"DiagnosticReport/{report['id']}", *(each["reference"] for each in report.get("result", ()))}
        tasks = [t for t in self.of("Task") if t.get("focus", {}).get("reference") in about]
        return next((t for t in tasks if t["status"] == "completed"), None)

    def kin(self) -> list[Entry]:
        """Those close to her."""
        return [r for r in self.of("RelatedPerson") if r.get("active", True)]

    def services(self) -> list[Entry]:
        """What the municipality gives at home or in a nursing home."""
        return [e for e in self.follow_ups() if "municipal-service" in codes(e.get("type"))]
