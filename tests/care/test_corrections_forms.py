"""What a correction makes of an entry: what was wrong is another, the rest stays, and why stands on it. Pure."""

from decimal import Decimal
from typing import Any

import pytest
from written import FULL, NB, ONES, WRITTEN, known_for

from felles.care.corrections import Correction, corrections, is_wrong
from felles.care.writing import rules
from felles.care.writing.form import Row
from felles.care.writing.forms import FORMS

RIGHT = ("rett-maling", "rett-allergi", "rett-vaksine", "rett-problem", "rett-oppgitt")
WEIGHT = {
    "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}], "text": "Vekt"},
    "component": None, "interpretation": [{"coding": [{"code": "H"}]}],
    "text": {"status": "generated", "div": "<div>815 kg</div>"},
    "valueQuantity": {"value": Decimal("815.0"), "unit": "kg", "code": "kg", "comparator": ">"},
}  # fmt: skip
STRIP = {
    "category": [], "component": None, "valueCodeableConcept": {"text": "3+"},
    "code": {"coding": [{"system": "http://loinc.org", "code": "20454-5"}], "text": "Protein i urin, strimmel"},
}  # fmt: skip


def of(name, rows=None, **changed):
    """What the form knows, of its sample entry with something changed (None: without it)."""
    known = known_for(FORMS[name], **(rows or {}))
    assert known.one
    one = {k: v for k, v in (known.one.resource | changed).items() if v is not None}
    known.one = Row(one, known.one.org, known.one.author, known.one.low)
    return known


def sent(name, known, **said):
    return rules.cleaned(FORMS[name], FORMS[name].prefilled(known) | {"hvorfor": "Skrevet feil"} | said)


def made(name, known, **said) -> dict[str, Any]:
    values = sent(name, known, **said)
    assert rules.mistakes(NB, FORMS[name], values, known) == []
    (change,) = FORMS[name].make(values, known)
    assert (change.op, change.id, change.expected) == ("update", known.one.resource["id"], known.version)
    return change.resource


def wrong(name, known, **said):
    return [each.field for each in rules.mistakes(NB, FORMS[name], sent(name, known, **said), known)]


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_set_right_keeps_the_rest_and_says_what_stood_who_and_why(name):
    known = known_for(FORMS[name], **FULL)
    assert known.one
    was = known.one.resource
    new = made(name, known, **WRITTEN[name])
    (said,) = corrections(new)
    assert said == Correction(False, "Ingrid Haugan", "2026-11-26T09:30:00+00:00", said.text)
    assert said.text.startswith("Rettet")
    assert said.text.endswith(f": {WRITTEN[name]['hvorfor']}")
    assert not is_wrong(new)
    differ = {key for key in was.keys() | new.keys() if was.get(key) != new.get(key)}
    assert differ - {"note", "status"} <= {"component", "code", "lotNumber", "dosage"}
    assert len(differ - {"note", "status"}) == 1
    again = known_for(FORMS[name])
    again.one = Row(new, 0, "", 0)
    assert FORMS[name].fits(again), "what was set right may be wrong all the same"
    assert [each.withdrawn for each in corrections(made(name, again, gjelder="feilfort"))] == [True, False]


@pytest.mark.parametrize("name", RIGHT)
def test_what_was_wrong_says_so_as_its_type_does_and_is_not_corrected_again(name):
    known = known_for(FORMS[name], **FULL)
    assert known.one
    new = made(name, known, gjelder="feilfort", hvorfor="Gjelder en annen person")
    assert is_wrong(new)
    assert not is_wrong(known.one.resource)
    assert "clinicalStatus" not in new
    assert [(each.withdrawn, each.text) for each in corrections(new)] == [(True, "Feilført: Gjelder en annen person")]
    known.one = Row(new, 0, "", 0)
    assert not FORMS[name].fits(known)


@pytest.mark.parametrize("name", RIGHT)
def test_a_correction_that_says_nothing_else_or_not_why_is_none(name):
    known = known_for(FORMS[name], **FULL)
    assert wrong(name, known) == ["gjelder"]
    assert wrong(name, known, gjelder="feilfort", hvorfor="") == ["hvorfor"]
    assert wrong(name, known, gjelder="") == ["gjelder"]
    assert wrong(name, known, gjelder="slettet") == ["gjelder"]
    assert wrong(name, known, gjelder="feilfort") == []


def test_a_pressure_is_set_right_in_one_of_its_parts_and_its_time_is_left_to_the_second():
    new = made("rett-maling", of("rett-maling"), overtrykk="148")
    assert new["status"] == "corrected"
    assert [each["valueQuantity"]["value"] for each in new["component"]] == [148, 96]
    assert new["component"][0]["valueQuantity"]["code"] == "mm[Hg]"
    assert new["effectiveDateTime"] == "2026-11-26T08:05:11+01:00"
    assert corrections(new)[0].text == "Rettet, før 184/96 mmHg: Skrevet feil"
    later = made("rett-maling", of("rett-maling"), tid="2026-11-25T20:00")
    assert later["effectiveDateTime"] == "2026-11-25T20:00:00+01:00"
    assert later["component"] == ONES["Observation"]["component"]
    assert corrections(later)[0].text == "Rettet, før 26.11.2026 08.05: Skrevet feil"
    waits = made("rett-maling", of("rett-maling", status="preliminary"), overtrykk="148")
    assert waits["status"] == "preliminary", "it is not final for being corrected"


def test_a_number_and_a_strip_are_set_right_without_what_was_said_of_the_wrong_one():
    new = made("rett-maling", of("rett-maling", **WEIGHT), verdi="81,5")
    assert new["valueQuantity"] == {"value": Decimal("81.5"), "unit": "kg", "code": "kg"}
    assert "interpretation" not in new
    assert "text" not in new
    assert corrections(new)[0].text == "Rettet, før 815 kg: Skrevet feil"
    strip = made("rett-maling", of("rett-maling", **STRIP), urinprotein="1+")
    assert strip["valueCodeableConcept"] == {"text": "1+"}
    assert corrections(strip)[0].text == "Rettet, før 3+: Skrevet feil"
    kept = made("rett-maling", of("rett-maling", **WEIGHT), tid="2026-11-26T08:00")
    assert kept["interpretation"] == WEIGHT["interpretation"]


@pytest.mark.parametrize(
    ("one", "said", "field"),
    [
        ({}, {"overtrykk": "1480"}, "overtrykk"),
        ({}, {"overtrykk": "90"}, "overtrykk"),
        ({}, {"undertrykk": ""}, "undertrykk"),
        ({}, {"tid": "2026-11-26T10:31"}, "tid"),
        (WEIGHT, {"verdi": "814"}, "verdi"),
        (WEIGHT, {"verdi": "åtti"}, "verdi"),
        (STRIP, {"urinprotein": "5+"}, "urinprotein"),
    ],
)
def test_a_slip_of_the_keys_is_caught_here_too_and_stops_nobody_from_saying_that_it_was_wrong(one, said, field):
    known = of("rett-maling", **one)
    assert wrong("rett-maling", known, **said) == [field]
    assert wrong("rett-maling", known, gjelder="feilfort") == []


@pytest.mark.parametrize(
    ("one", "fields"),
    [
        (WEIGHT, {"verdi", "tid"}),
        (WEIGHT | {"valueQuantity": {"value": Decimal("81.45321"), "unit": "kg"}}, {"verdi", "tid"}),
        (WEIGHT | {"valueQuantity": {"value": Decimal("-3.1"), "unit": "kg"}}, {"tid"}),
        (STRIP, {"urinprotein", "tid"}),
        ({"component": None, "valueString": "Ikke målbart", "effectiveDateTime": "2019"}, set()),
    ],
)
def test_a_form_shows_what_the_entry_has_and_the_rest_of_it_can_be_said_to_be_wrong(one, fields):
    known = of("rett-maling", **one)
    form = FORMS["rett-maling"]
    assert form.fits(known)
    assert {f.name for f in form.fields if not f.shown or f.shown(known)} == {*fields, "gjelder", "hvorfor"}
    assert is_wrong(made("rett-maling", known, gjelder="feilfort"))


@pytest.mark.parametrize(
    "one",
    [
        {"status": "entered-in-error"}, {"status": "registered"}, {"basedOn": [{"reference": "ServiceRequest/s"}]},
        {"category": [{"coding": [{"code": "laboratory"}]}]}, {"category": [{"coding": [{"code": "survey"}]}]},
        STRIP | {"valueCodeableConcept": {"text": "Påvist"}},
    ],
)  # fmt: skip
def test_what_is_no_measurement_of_those_who_measure_is_not_corrected_so(one):
    assert not FORMS["rett-maling"].fits(of("rett-maling", **one))
    assert FORMS["rett-maling"].fits(of("rett-maling"))


def test_an_allergy_keeps_its_codes_until_its_name_is_another_and_may_be_refuted():
    one = ONES["AllergyIntolerance"]
    milder = made("rett-allergi", of("rett-allergi"), alvor="low", reaksjon="Kvalme")
    assert (milder["criticality"], milder["code"]) == ("low", one["code"])
    assert milder["reaction"] == [{"manifestation": [{"text": "Kvalme"}], "severity": "severe"}]
    other = made("rett-allergi", of("rett-allergi"), navn="Jod", reaksjon="")
    assert other["code"] == {"text": "Jod"}
    assert "reaction" not in other
    assert corrections(other)[0].text == "Rettet, før Penicilliner: Skrevet feil"
    refuted = made("rett-allergi", of("rett-allergi"), sikkerhet="refuted")
    assert refuted["verificationStatus"]["coding"][0]["code"] == "refuted"
    rows = {"AllergyIntolerance": [one, {"id": "a9", "code": {"text": "Jod"}}]}
    assert wrong("rett-allergi", of("rett-allergi", rows), navn="jod") == ["navn"], "it stands there already"
    assert wrong("rett-allergi", of("rett-allergi", rows), alvor="low") == [], "it is not twice by being corrected"


def test_another_vaccine_is_counted_among_its_own_and_a_strange_one_stands_as_it_is():
    one = ONES["Immunization"]
    covid = {"coding": [{"system": "http://www.whocc.no/atc", "code": "J07BN"}], "text": "Covid-19"}
    had = one | {"id": "i9", "vaccineCode": covid, "occurrenceDateTime": "2025-01-01"}
    rows = {"Immunization": [one, had]}
    new = made("rett-vaksine", of("rett-vaksine", rows), vaksine="J07BN")
    assert new["vaccineCode"] == covid
    assert new["protocolApplied"] == [{"doseNumberPositiveInt": 2}]
    assert corrections(new)[0].text == "Rettet, før Influensa: Skrevet feil"
    moved = made("rett-vaksine", of("rett-vaksine", rows), dag="2026-11-19")
    assert (moved["occurrenceDateTime"], moved["vaccineCode"]) == ("2026-11-19", one["vaccineCode"])
    assert wrong("rett-vaksine", of("rett-vaksine", rows), dag="2026-11-27") == ["dag"]
    assert wrong("rett-vaksine", of("rett-vaksine", rows), dag="2025-01-01", vaksine="J07BN") == ["vaksine"]
    strange = of("rett-vaksine", vaccineCode={"text": "Kopper"}, occurrenceDateTime="1968")
    assert made("rett-vaksine", strange, batch="C1")["vaccineCode"] == {"text": "Kopper"}
    assert FORMS["rett-vaksine"].prefilled(strange)["dag"] == ""


def test_a_problem_that_never_was_has_neither_state_nor_end():
    ended = of("rett-problem", onsetDateTime="2020", abatementDateTime="2024-01-01")
    new = made("rett-problem", ended, gjelder="feilfort")
    assert not {"clinicalStatus", "abatementDateTime"} & new.keys()
    assert new["onsetDateTime"] == "2020"
    began = made("rett-problem", of("rett-problem", onsetDateTime=None), siden="2021-05-01")
    assert began["onsetDateTime"] == "2021-05-01"
    assert wrong("rett-problem", of("rett-problem"), siden="2026-11-27") == ["siden"]
