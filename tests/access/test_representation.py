"""Who may act for whom, to the day."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from felles import fhir
from felles.access.bases import Basis
from felles.access.codes import KIND_SYSTEM, RELATED_PATIENT
from felles.access.representation import (
    FAMILY_SYSTEM,
    NEVER,
    RECORD,
    Ages,
    Subject,
    Verb,
    birthday,
    parties_of,
    rows_of,
)
from felles.access.roles import mask
from felles.record.clock import FOREVER
from felles.record.codes import MANDATE_SYSTEM, PARENTAL_RESPONSIBILITY, RESTRICTION_SYSTEM
from felles.record.kinds import Kind, kind_of

MOTHER, FATHER, FRIEND = "Patient/mother", "Patient/father", "Patient/friend"
ADULT = {MOTHER: "1990-01-01", FATHER: "1988-01-01", FRIEND: "1970-05-05"}
OSLO = ZoneInfo("Europe/Oslo")


def at(text):
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=OSLO)).timestamp()) * 1_000_000


def struct(**resource):
    return fhir.decode(msgspec.json.encode(resource))


def parent(actor=MOTHER, code="mor", family="mor", **more):
    relationship = [{"coding": [{"system": PARENTAL_RESPONSIBILITY, "code": code}]}]
    if family:
        relationship.append({"coding": [{"system": FAMILY_SYSTEM, "code": family}]})
    return (
        f"RelatedPerson/{actor[8:]}",
        struct(
            resourceType="RelatedPerson",
            patient={"reference": "Patient/child"},
            relationship=relationship,
            extension=[{"url": RELATED_PATIENT, "valueReference": {"reference": actor}}],
            **more,
        ),
    )


def consent(category, provision, *, name="c", status="active", when="2026-01-10T10:00:00+01:00"):
    system, code = category
    return (
        f"Consent/{name}",
        struct(
            resourceType="Consent",
            status=status,
            scope={"text": "x"},
            category=[{"coding": [{"system": system, "code": code}]}],
            patient={"reference": "Patient/child"},
            dateTime=when,
            policyRule={"text": "x"},
            provision=provision,
        ),
    )


def mandate(code, *actors, actions=("read",), items=(), kinds=(), period=None, **more):
    provision: dict[str, Any] = {
        "type": "permit",
        "actor": [{"role": {"text": "delegatee"}, "reference": {"reference": actor}} for actor in actors],
    }
    if actions:
        provision["action"] = [{"coding": [{"system": MANDATE_SYSTEM, "code": action}]} for action in actions]
    if items:
        provision["data"] = [{"meaning": "instance", "reference": {"reference": item}} for item in items]
    if kinds:
        provision["class"] = [{"system": KIND_SYSTEM, "code": kind} for kind in kinds]
    if period:
        provision["period"] = period
    return consent((MANDATE_SYSTEM, code), provision, **more)


def barred(*actors, **period):
    provision: dict[str, Any] = {"type": "deny"}
    if actors:
        provision["actor"] = [{"role": {"text": "parent"}, "reference": {"reference": a}} for a in actors]
    if period:
        provision["period"] = period
    return consent((RESTRICTION_SYSTEM, "barred"), provision, name="b")


def rows(
    related=(), consents=(), *, born: str | None = "2014-05-20", died: str | bool = False, receivers=ADULT, ages=None
):
    subject = Subject(("Patient/child",), born, died)
    found = rows_of(subject, related, consents, receivers, ages)
    who = {row.id for row in found if row.item == "Patient/child"}
    main = [row for row in found if row.id not in who]
    assert who == {f"{row.id}.Patient/child" for row in main}, "whoever acts sees whom for"
    return main


def holding(found, moment):
    return [row for row in found if row.since <= moment < row.until]


def test_a_parent_has_the_record_until_the_childs_twelfth_birthday():
    found = rows([parent()])
    last = holding(found, at("2026-05-19T23:59:59"))
    assert [(row.actor, row.basis, row.kinds, row.listed) for row in last] == [(MOTHER, Basis.PARENT, RECORD, False)]
    assert last[0].verbs == Verb.READ | Verb.BOOK


def test_from_twelve_a_parent_has_appointments_with_gp_and_municipality_alone():
    (first,) = holding(rows([parent()]), at("2026-05-20T00:00:00"))
    assert (first.kinds, first.listed, first.verbs) == (mask(Kind.APPOINTMENT), True, Verb.READ)


def test_on_the_sixteenth_birthday_it_ends():
    found = rows([parent()])
    assert holding(found, at("2030-05-19T23:59:59"))
    assert not holding(found, at("2030-05-20T00:00:00"))


@pytest.mark.parametrize(
    ("born", "years", "day"),
    [
        ("2014-05-20", 12, "2026-05-20"),
        ("2012-02-29", 12, "2024-02-29"),
        ("2012-02-29", 13, "2025-02-28"),
        ("2084-02-29", 16, "2100-02-28"),
        ("2014-12-31", 16, "2030-12-31"),
        ("2014-05", 12, "2026-05-01"),
        ("2014", 12, "2026-01-01"),
    ],
)
def test_birthdays_are_norwegian_midnights(born, years, day):
    assert birthday(born, years) == at(f"{day}T00:00:00")


def test_summer_and_winter_midnights_are_an_hour_apart_in_utc():
    assert birthday("2014-07-01", 12) == int(datetime(2026, 6, 30, 22, tzinfo=UTC).timestamp()) * 1_000_000
    assert birthday("2014-01-01", 12) == int(datetime(2025, 12, 31, 23, tzinfo=UTC).timestamp()) * 1_000_000


def test_a_birthday_after_the_last_year_never_comes():
    assert birthday("9987-12-31", 12) == at("9999-12-31T00:00:00")
    assert birthday("9988-01-01", 12) == FOREVER


def test_ages_are_settings():
    ages = Ages(own=16, end=16)
    assert [row.id for row in rows([parent()], ages=ages)] == ["RelatedPerson/mother#child"]
    assert holding(rows([parent()], ages=ages), at("2030-05-19T12:00:00"))[0].kinds == RECORD


def test_without_a_birth_date_no_parent():
    assert rows([parent()], born=None) == []


@pytest.mark.parametrize("code", ["felles", "andre", "mor"])
def test_a_mother_who_has_the_responsibility(code):
    assert rows([parent(code=code)])


@pytest.mark.parametrize(
    ("code", "family"), [("mor", "far"), ("far", "mor"), ("ukjent", "mor"), ("ukjent", None), ("medmor", "mor")]
)
def test_a_parent_without_the_responsibility_has_nothing(code, family):
    assert rows([parent(code=code, family=family)]) == []


def test_kinship_alone_opens_nothing():
    reference, related = parent()
    related.relationship = related.relationship[1:]
    assert rows([(reference, related)]) == []


def test_a_relation_that_is_not_active_or_is_over_opens_nothing():
    assert rows([parent(active=False)]) == []
    over = rows([parent(period={"end": "2020-06-01"})])
    assert not holding(over, at("2026-01-01T00:00:00"))
    assert holding(over, at("2020-05-01T00:00:00"))


def test_one_barred_parent_has_nothing_and_the_other_keeps_hers():
    found = rows([parent(), parent(FATHER, "far", "far")], [barred(FATHER)])
    assert {row.actor for row in found} == {MOTHER}


def test_when_child_welfare_has_taken_over_no_parent_has_anything():
    assert rows([parent(), parent(FATHER, "far", "far")], [barred()]) == []


def test_a_bar_with_a_time_cuts_a_piece_out():
    found = rows([parent()], [barred(MOTHER, start="2020-01-01", end="2020-12-31")])
    assert holding(found, at("2019-12-31T23:59:59"))
    assert not holding(found, at("2020-01-01T00:00:00"))
    assert not holding(found, at("2020-12-31T23:59:59"))
    assert holding(found, at("2021-01-01T00:00:00"))


def test_a_bar_that_was_lifted_cuts_nothing():
    reference, lifted = barred(MOTHER)
    lifted.status = "inactive"
    assert rows([parent()], [(reference, lifted)])


def test_a_proxy_has_what_it_says_until_it_ends():
    period = {"start": "2026-02-01", "end": "2026-08-31"}
    found = rows(consents=[mandate("proxy", FRIEND, actions=("read", "book"), period=period)], born="1942-03-03")
    (row,) = found
    assert (row.basis, row.verbs, row.kinds) == (Basis.PROXY, Verb.READ | Verb.BOOK, RECORD)
    assert (row.since, row.until) == (at("2026-02-01T00:00:00"), at("2026-09-01T00:00:00"))


@pytest.mark.parametrize(
    ("action", "kinds"),
    [
        ("book", mask(Kind.APPOINTMENT)),
        ("write", mask(Kind.MESSAGE, Kind.FORM)),
        ("renew", mask(Kind.MEDICINE)),
        ("speak", 0),
    ],
)
def test_a_proxy_sees_only_what_its_verbs_need(action, kinds):
    (row,) = rows(consents=[mandate("proxy", FRIEND, actions=(action,))], born="1942-03-03")
    assert (row.kinds, bool(row.verbs & Verb[action.upper()])) == (kinds, True)


def test_a_proxy_that_says_nothing_gives_nothing():
    assert rows(consents=[mandate("proxy", FRIEND, actions=())], born="1942-03-03") == []
    assert rows(consents=[mandate("proxy", FRIEND, actions=("rule",))], born="1942-03-03") == []


@pytest.mark.parametrize("status", ["inactive", "rejected", "entered-in-error", "draft"])
def test_a_proxy_that_was_withdrawn_gives_nothing(status):
    assert rows(consents=[mandate("proxy", FRIEND, status=status)], born="1942-03-03") == []


def test_a_giver_is_sixteen():
    given = {"when": "2026-05-19T12:00:00+02:00"}
    assert rows(consents=[mandate("proxy", FRIEND, **given)], born="2010-05-20") == []
    assert rows(consents=[mandate("proxy", FRIEND, **given)], born="2010-05-19")


def test_a_receiver_is_eighteen():
    (row,) = rows(consents=[mandate("proxy", FRIEND)], born="1942-03-03", receivers={FRIEND: "2008-04-01"})
    assert row.since == at("2026-04-01T00:00:00")
    assert rows(consents=[mandate("proxy", FRIEND)], born="1942-03-03", receivers={}) == []


def test_death_ends_proxies_and_parents():
    proxy = mandate("proxy", FRIEND)
    (row,) = rows(consents=[proxy], born="1942-03-03", died="2026-06-01")
    assert row.until == at("2026-06-01T00:00:00")
    assert rows([parent()], [proxy], died=True) == []


def test_an_estate_is_for_the_dead_and_its_entries_alone():
    estate = mandate("estate", FRIEND, actions=(), items=("Composition/a", "Composition/b"))
    assert rows(consents=[estate], born="1942-03-03") == []
    found = rows(consents=[estate], born="1942-03-03", died="2025-06-01")
    assert [(row.item, row.basis) for row in found] == [
        ("Composition/a", Basis.ESTATE),
        ("Composition/b", Basis.ESTATE),
    ]


def test_next_of_kin_sees_the_kinds_that_the_decision_names_and_no_others():
    kin = mandate("kin", FRIEND, kinds=("medicine", "appointment", "block"))
    (row,) = rows(consents=[kin], born="1942-03-03")
    assert (row.basis, row.kinds) == (Basis.NEXT_OF_KIN, mask(Kind.MEDICINE, Kind.APPOINTMENT))
    assert rows(consents=[mandate("kin", FRIEND)], born="1942-03-03") == []


def test_a_released_part_opens_its_entries_until_a_day_and_never_beyond_sixteen():
    period = {"start": "2026-06-01", "end": "2026-12-31"}
    part = mandate("part", MOTHER, actions=(), items=("Observation/o",), period=period)
    (row,) = rows(consents=[part])
    assert (row.item, row.basis, row.until) == ("Observation/o", Basis.RELEASED_PART, at("2027-01-01T00:00:00"))
    (early,) = rows(consents=[part], born="2010-07-01")
    assert early.until == at("2026-07-01T00:00:00")
    endless = mandate("part", MOTHER, actions=(), items=("Observation/o",))
    assert rows(consents=[endless]) == []


def test_a_barred_parent_loses_the_released_part_too():
    part = mandate("part", MOTHER, actions=(), items=("Observation/o",), period={"end": "2026-12-31"})
    assert rows(consents=[part, barred(MOTHER)]) == []


def test_nobody_acts_for_herself_by_a_mandate():
    herself = {"Patient/child": "1942-03-03"}
    assert rows(consents=[mandate("proxy", "Patient/child")], born="1942-03-03", receivers=herself) == []


def test_no_row_ever_holds_blocks_cases_consents_or_other_mandates():
    kinds = [kind.name.lower() for kind in Kind]
    consents = [mandate(code, FRIEND, MOTHER, kinds=kinds, items=("Task/t",), period={"end": "2029-01-01"}, name=code)
                for code in ("proxy", "guardian", "kin", "part")]  # fmt: skip
    found = rows([parent()], consents)
    assert found
    assert not any(row.kinds & NEVER for row in found)


def test_who_acts_sees_whom_for_and_no_other_entry_of_that_kind():
    found = rows_of(Subject(("Patient/child",), "2014-05-20"), [parent()], [], ADULT)
    who = [row for row in found if row.kinds & mask(Kind.PERSON)]
    assert {row.item for row in who} == {"Patient/child"}
    assert kind_of(parent()[1]) is Kind.MANDATE, "where the other parent lives stands there"


def test_parties_are_all_who_may_come_to_act():
    assert parties_of([parent()[1]], [mandate("proxy", FRIEND)[1], barred(FATHER)[1]]) == {MOTHER, FRIEND, FATHER}


def test_an_end_of_forever_is_kept():
    (row,) = rows(consents=[mandate("proxy", FRIEND)], born="1942-03-03")
    assert row.until == FOREVER
