"""What is new in a record since an organisation last met the person, worked out from FHIR alone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from facts import OSLO, words

if TYPE_CHECKING:
    from facts import Entry, Facts

HEADING = 120
"""Characters of what something is called, at most."""
MOST = 400
"""Entries of the page of news at most."""
OWN = ("Composition", "DocumentReference", "Encounter", "Observation", "Procedure")
"""What an organisation writes down of its own contact, which is no news to it (results are)."""
NEWS = {
    "AllergyIntolerance": ("code",), "Appointment": ("description", "serviceType"), "CarePlan": ("title", "category"),
    "Communication": ("topic",), "Composition": ("title",), "Condition": ("code",), "DiagnosticReport": ("code",),
    "DocumentReference": ("description", "type"), "EpisodeOfCare": ("type",), "Flag": ("code",),
    "Encounter": ("reasonCode", "type"), "Goal": ("description",), "Immunization": ("vaccineCode",),
    "MedicationRequest": ("medicationCodeableConcept",), "MedicationStatement": ("medicationCodeableConcept",),
    "Observation": ("code",), "Procedure": ("code",), "ServiceRequest": ("code", "description"),
    "Task": ("code", "description"),
}  # fmt: skip
"""Types that are told of, and what each is called by."""
_SAID = (
    "abatementDateTime", "authoredOn", "created", "date", "dateAsserted", "effectiveDateTime", "issued", "lastModified",
    "occurrenceDateTime", "performedDateTime", "recorded", "recordedDate", "sent",
)  # fmt: skip
_LASTED = ("abatementPeriod", "effectivePeriod", "performedPeriod", "period")


def moment(text: str) -> datetime:
    """A FHIR dateTime; of less than a moment its beginning in Norway."""
    if len(text) > 10:
        return datetime.fromisoformat(text)
    return datetime.fromisoformat(f"{text}-01-01"[:10] if len(text) == 4 else f"{text}-01"[:10]).replace(tzinfo=OSLO)


def known(entry: Entry, now: datetime) -> datetime:
    """Since when an entry that was taken in with a whole life counts as known: when it says it was written or ended."""
    texts = [entry.get(name) for name in _SAID]
    for name in _LASTED:
        texts += [entry.get(name, {}).get("start"), entry.get(name, {}).get("end")]
    if entry.get("status") in ("completed", "stopped"):
        texts.append(entry.get("dispenseRequest", {}).get("validityPeriod", {}).get("end"))
    found = [moment(text) for text in texts if isinstance(text, str)]
    written = min(now, moment(entry["meta"]["lastUpdated"]))
    past = [at for at in found if at <= written]
    if past:
        return max(past)
    begins = entry.get("startDate") if entry["resourceType"] == "Goal" else None
    return moment(begins) if begins and moment(begins) <= written else written


def met(facts: Facts, mine: set[str]) -> datetime | None:
    """When the organisation that wrote `mine` last met her: its last contact's end, its beginning while it goes on."""
    found: list[tuple[datetime, datetime]] = []
    for each in facts.of("Encounter"):
        period = each.get("period", {})
        if _name(each) in mine and each["status"] != "cancelled" and period and moment(period["start"]) <= facts.now:
            end = moment(period["end"]) if "end" in period else None
            found.append((moment(period["start"]), end if end and end <= facts.now else moment(period["start"])))
    return max(found)[1] if found else None


def fresh(facts: Facts, since: datetime, mine: set[str]) -> list[Entry]:
    """What became known after `since`, but for what its writers (of `mine`) noted of the contact that ended then."""
    found: list[Entry] = []
    for entry in facts.of(*NEWS):
        own = _name(entry) in mine and entry["resourceType"] in OWN and not _result(entry)
        day = known(entry, facts.now).astimezone(OSLO).date()
        if known(entry, facts.now) > since and not (own and day == since.astimezone(OSLO).date()):
            found.append(entry)
    return found


def _result(entry: Entry) -> bool:
    return "laboratory" in str(entry.get("category")) and entry["resourceType"] == "Observation"


def named(entry: Entry) -> str:
    """What an entry is called; of what a Task asks the beginning, for a line has no room for the whole."""
    for element in NEWS[entry["resourceType"]]:
        value: Any = entry.get(element)
        said = value if isinstance(value, str) else words(value)
        if said and entry["resourceType"] == "Task":
            said = said.partition("\n")[0]
            return said if len(said) <= HEADING else said[:HEADING].rpartition(" ")[0]
        if said:
            return said
    return ""


def _name(entry: Entry) -> str:
    return f"{entry['resourceType']}/{entry['id']}"
