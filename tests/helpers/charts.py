"""How the charts of the made-up region are read by the tests that forbid absurdities in them."""

import base64
import re
from collections import defaultdict
from datetime import date, timedelta

from felles.demo.analyses import TESTS
from felles.demo.drugs import DRUGS

LOINC = {test.loinc: test for test in TESTS.values()}
ATC = defaultdict(list)
for drug in DRUGS.values():
    ATC[drug.atc].append(drug)


def day_of(text):
    return date.fromisoformat(text[:10])


def of(life, *types):
    return [made for _, made in life.entries if made["resourceType"] in types]


def code(made, system="http://loinc.org", element="code"):
    return next((str(c["code"]) for c in made[element].get("coding", []) if c["system"] == system), "")


def happened(made):
    """The days on which an entry says that something happened or was written."""
    for name in ("effectiveDateTime", "date", "authoredOn", "recordedDate", "occurrenceDateTime", "created"):
        if name in made:
            yield day_of(made[name])
    for name in ("period", "performedPeriod"):
        if name in made:
            yield day_of(made[name]["start"])
    if made["resourceType"] == "Appointment" and made["status"] not in ("booked", "waitlist"):
        yield day_of(made["start"])


def results(life, *keys):
    """(day, value, entry) of results of these tests, in order."""
    wanted = {TESTS[key].loinc for key in keys}
    found = [m for m in of(life, "Observation") if code(m) in wanted and "valueQuantity" in m]
    return sorted(((m["effectiveDateTime"], m["valueQuantity"]["value"], m) for m in found), key=lambda row: row[0])


def problems(life):
    """ICPC-2 and ICD-10 codes of all problems."""
    return {c["code"] for m in of(life, "Condition") for c in m["code"]["coding"]}


def text_of(made):
    if made["resourceType"] == "Composition":
        return re.sub(r"<[^>]+>", "\n", made["section"][0]["text"]["div"])
    return base64.b64decode(made["content"][0]["attachment"]["data"]).decode()


def pregnancies(life):
    """(first day of the last period, term or birth) of each."""
    starts = [day_of(m["valueDateTime"]) for m in of(life, "Observation") if code(m) == "8665-2"]
    return [(start, start + timedelta(days=300)) for start in starts]
