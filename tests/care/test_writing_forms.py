"""The forms by themselves: each field has a source and shows it, what is wrong is named, what is made is FHIR. Pure."""

from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from typing import Any, cast

import pytest
from written import FULL, KIN, NB, ONES, STAY, WRITTEN, known_for, made_by

from felles import fhir
from felles.access.roles import ROLES
from felles.access.verbs import TAKES
from felles.care.writing import present, rules
from felles.care.writing.actions import _changes, _encoder
from felles.care.writing.form import From, Known, Row, here
from felles.care.writing.forms import FORMS
from felles.ui.sources import NEW, New

WITH_VERSION: tuple[Any, ...] = (*ONES.values(), STAY)
SAID = {(each["resourceType"], each["id"]): int(each["meta"]["versionId"]) for each in WITH_VERSION}
"""The version of each entry that a form may change."""


def test_every_form_has_an_icon_that_is_there():
    drawn = (files("felles.ui") / "static/vendor/icons.svg").read_text()
    assert [form.name for form in FORMS.values() if f'id="{form.icon}"' not in drawn] == []


@pytest.mark.parametrize("name", FORMS)
def test_every_field_declares_its_source_and_shows_what_it_has(name):
    form = FORMS[name]
    known = known_for(form, **FULL)
    shown = {f["name"]: f for group in present.fields(NB, form, form.prefilled(known), known) for f in group["fields"]}
    for f in form.fields:
        assert isinstance(f.source, (New, From)), f.name
        if not here(f, known):
            assert f.name not in shown
        elif isinstance(f.source, From):
            assert f.source.element
            has = f.source.read(known)
            assert has, f"{name}.{f.name}: the sample record has no {f.source.element}"
            assert shown[f.name]["value"] == has
            if f.kind == "choice":
                assert [each["value"] for each in shown[f.name]["choices"] if each["on"]] == [has], f.name
        else:
            assert f.source is NEW


def taken(change, known):
    """The verbs that a change takes: its own, where it is a step that has one."""
    if change.op == "create" or known.one is None or known.one.resource["id"] != change.id:
        return TAKES.needed(change.resource)
    was = fhir.decode(_encoder.encode(known.one.resource))
    step = TAKES.step_verb(was, change.resource)
    return {step} if step else TAKES.needed(change.resource)


@pytest.mark.parametrize("name", FORMS)
def test_what_a_form_makes_is_whole_fhir_by_whose_role_may(name):
    form = FORMS[name]
    known = known_for(form, **FULL)
    values = rules.cleaned(form, form.prefilled(known) | WRITTEN[name])
    made = form.make(values, known)
    changes = _changes(made, "f0000000000000000000000ab")
    for change, each in zip(changes, made, strict=True):
        # what goes with a signed text is written by whoever signs it
        assert taken(change, known) <= {form.verb, "write", *form.also}
        assert change.type == each.resource["resourceType"]
    assert taken(changes[0], known) == {form.verb}
    assert {role.code for role in ROLES.values() if form.verb in role.verbs} <= {
        role.code for role in ROLES.values() if "write" in role.verbs
    }
    assert (changes[0].drawn is None) == (made[0].op == "update")
    for change, each in zip(changes, made, strict=True):
        assert change.expected == (SAID[change.type, each.id] if change.op == "update" else None)


@pytest.mark.parametrize("name", FORMS)
def test_an_empty_form_is_refused_field_by_field(name):
    form = FORMS[name]
    known = known_for(form)
    empty = dict.fromkeys((f.name for f in form.fields), "")
    wrong = rules.mistakes(NB, form, empty, known)
    assert {each.field for each in wrong} <= {f.name for f in form.fields}
    assert {f.name for f in form.fields if f.required and here(f, known)} <= {each.field for each in wrong}
    assert wrong or not any(f.required for f in form.fields)
    long = dict.fromkeys(empty, "x" * 30_000)
    assert {each.field for each in rules.mistakes(NB, form, long, known)} == {
        f.name for f in form.fields if here(f, known)
    }


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"overtrykk": "148"}, "undertrykk"),
        ({"overtrykk": "96", "undertrykk": "148"}, "overtrykk"),
        ({"vekt": "815000"}, "vekt"),
        ({"vekt": "åtti"}, "vekt"),
        ({"temperatur": "369"}, "temperatur"),
        ({"spo2": "101"}, "spo2"),
        ({"urinprotein": "5+"}, "urinprotein"),
        ({"vekt": "81", "tid": "2026-11-26T10:31"}, "tid"),
        ({"vekt": "81", "tid": "i går"}, "tid"),
        ({"vekt": "81", "tid": "2026-11-26T25:00"}, "tid"),
        ({"vekt": "81", "tid": "1426-11-26T08:00"}, "tid"),
        ({"tid": "2026-11-26T08:00"}, "overtrykk"),
    ],
)
def test_a_slip_of_the_keys_is_caught(values, field):
    form = FORMS["maling"]
    known = known_for(form)
    filled = dict.fromkeys((f.name for f in form.fields), "") | values
    assert [each.field for each in rules.mistakes(NB, form, filled, known)] == [field]


def test_each_value_is_an_observation_as_the_region_has_them():
    pressure, weight, heat, strip = made_by("maling")
    assert [c["valueQuantity"]["value"] for c in pressure["component"]] == [148, 96]
    assert weight["valueQuantity"]["value"] == Decimal("81.5")
    assert b'"value":81.5' in _encoder.encode(weight)
    assert heat["code"]["coding"][0]["code"] == "8310-5"
    assert strip["valueCodeableConcept"] == {"text": "1+"}
    assert {each["encounter"]["reference"] for each in (pressure, weight, heat, strip)} == {"Encounter/e1"}
    known = known_for(FORMS["maling"], Observation=[pressure | {"id": "o"}])
    hint = next(f.hint for f in FORMS["maling"].fields if f.name == "overtrykk")
    assert hint is not None
    assert hint(NB, known) == "Sist 148/96, 26.11.2026"


@pytest.mark.parametrize(
    ("said", "when", "met"),
    [
        ("", "2026-11-26T09:30:00+00:00", True),
        ("2026-11-26T10:30", "2026-11-26T10:30:00+01:00", True),
        ("25.11.2026 kl. 8.05", "2026-11-25T08:05:00+01:00", True),
        ("2026-11-22T07:59", "2026-11-22T07:59:00+01:00", False),
        ("2026-10-25T02:30", "2026-10-25T02:30:00+02:00", False),
    ],
    ids=["now", "this-minute", "as-written", "before-the-stay", "the-hour-there-is-twice"],
)
def test_a_value_may_be_of_an_earlier_moment_and_belongs_to_the_contact_that_had_begun(said, when, met):
    for each in made_by("maling", tid=said):
        assert each["effectiveDateTime"] == when
        assert ("encounter" in each) is met


def test_kin_keep_what_the_form_does_not_say_and_a_register_s_kin_is_not_changed():
    (made,) = made_by("parorende-endre", gjelder="nei")
    assert made["telecom"] == [
        {"system": "phone", "value": "922 22 222", "rank": 2},
        {"system": "email", "value": "a@b.no"},
    ]
    assert made["relationship"][1:] == cast("Any", KIN)["relationship"][1:]
    assert (made["active"], made["name"]) == (False, KIN["name"])
    form = FORMS["parorende-endre"]
    known = known_for(form)
    assert form.fits(known)
    parent = {"coding": [{"system": "http://hl7.no/fhir/CodeSystem/no-basis-parental-responsibility", "code": "mor"}]}
    assert known.one is not None
    known.one = replace(known.one, resource=KIN | {"relationship": [parent]})
    assert not form.fits(known)


def test_a_note_of_a_unit_stands_in_the_stay_at_its_house_and_in_its_own_contact_first():
    def contact(name, org, code="IMP", status="in-progress"):
        return Row({"resourceType": "Encounter", "id": name, "status": status, "class": {"code": code}}, org, "", 0)

    def met(*rows, house=(2,)):
        known = Known("Patient/p", 0, {}, {}, 1, {"Encounter": list(rows)}, house=frozenset(house))
        found = rules.contact(known)
        return found and found["id"]

    stay, own = contact("stay", 2), contact("own", 1, "AMB")
    assert met(stay) == "stay"
    assert met(stay, own) == "own"
    assert met(stay, house=()) is None, "another house's"
    assert met(contact("ended", 2, status="finished")) is None
    assert met(contact("clinic", 2, "AMB")) is None, "a contact with another unit is that unit's"
