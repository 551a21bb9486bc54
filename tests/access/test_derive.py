"""Which doors an entry opens, and which it does not."""

from datetime import UTC, datetime

import msgspec
import pytest

from felles import fhir
from felles.access import derive
from felles.access.bases import SELF_MADE, Basis, ground_of
from felles.access.codes import EPISODE_SYSTEM, ROLE_SYSTEM, UNIT
from felles.access.derive import DAY, Durations, relations_of, staffing_of
from felles.access.roles import ROLES
from felles.record.clock import FOREVER
from felles.record.derive import Registry

NOW = int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()) * 1_000_000
PATIENT = {"reference": "Patient/p"}
DAYS = Durations()


def struct(**resource):
    return fhir.decode(msgspec.json.encode(resource))


def opened(resource, *, role="maintenance", writer="Practitioner/w", org="Organization/w", updated=NOW):
    return relations_of(struct(**resource), writer=writer, org=org, verbs=ROLES[role].verbs, updated=updated, days=DAYS)


def episode(**more):
    return {
        "resourceType": "EpisodeOfCare",
        "status": "active",
        "patient": PATIENT,
        "managingOrganization": {"reference": "Organization/gp"},
        "careManager": {"reference": "PractitionerRole/gp"},
        "type": [{"coding": [{"system": EPISODE_SYSTEM, "code": "gp-list"}]}],
        "period": {"start": "2020-01-01"},
        **more,
    }


def encounter(**more):
    return {
        "resourceType": "Encounter",
        "status": "in-progress",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
        "subject": PATIENT,
        "serviceProvider": {"reference": "Organization/ward"},
        "participant": [{"individual": {"reference": "Practitioner/doctor"}}],
        "period": {"start": "2026-02-27T10:00:00Z"},
        **more,
    }


def appointment(**more):
    return {
        "resourceType": "Appointment",
        "status": "booked",
        "start": "2026-03-10T09:00:00Z",
        "end": "2026-03-10T09:30:00Z",
        "participant": [
            {"actor": PATIENT, "status": "accepted"},
            {"actor": {"reference": "PractitionerRole/d"}, "status": "accepted"},
            {"actor": {"reference": "PractitionerRole/no"}, "status": "declined"},
        ],
        **more,
    }


def referral(**more):
    return {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "subject": PATIENT,
        "performer": [{"reference": "Organization/clinic"}],
        "authoredOn": "2026-02-28T10:00:00Z",
        **more,
    }


def task(**more):
    return {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "for": PATIENT,
        "owner": {"reference": "Organization/home-care"},
        "authoredOn": "2026-02-28T10:00:00Z",
        **more,
    }


def test_a_gp_list_entry_opens_for_the_office_and_the_gp_while_it_lasts():
    found = opened(episode())
    assert [(r.party, r.basis, r.until) for r in found] == [
        ("Organization/gp", Basis.GP_LIST, FOREVER),
        ("PractitionerRole/gp", Basis.GP_LIST, FOREVER),
    ]
    assert found[0].since < NOW


@pytest.mark.parametrize("role", sorted(ROLES.keys() - {"maintenance"}))
def test_a_gp_list_entry_opens_nothing_unless_a_register_or_administrator_wrote_it(role):
    assert opened(episode(), role=role) == []


@pytest.mark.parametrize("status", ["planned", "cancelled", "entered-in-error"])
def test_an_episode_that_is_not_on_opens_nothing(status):
    assert opened(episode(status=status)) == []


def test_a_gp_list_entry_that_ends_closes_at_its_end():
    ended = episode(period={"start": "2020-01-01", "end": "2026-03-20"})
    assert opened(ended)[0].until == int(datetime(2026, 3, 20, 23, tzinfo=UTC).timestamp()) * 1_000_000
    assert opened(episode(period={"start": "2020-01-01", "end": "2026-02-20"})) == []
    assert opened(episode(status="finished")) == []


@pytest.mark.parametrize(
    ("code", "basis"),
    [
        ("pregnancy", Basis.PREGNANCY),
        ("municipal-service", Basis.MUNICIPAL_SERVICE),
        ("imported", Basis.EPISODE),
    ],
)
def test_other_episodes_have_bases_of_their_own(code, basis):
    typed = episode(type=[{"coding": [{"system": EPISODE_SYSTEM, "code": code}]}])
    assert {r.basis for r in opened(typed)} == {basis}


def test_a_code_of_another_system_is_no_gp_list():
    typed = episode(type=[{"coding": [{"system": "http://example.org", "code": "gp-list"}]}])
    assert {r.basis for r in opened(typed)} == {Basis.EPISODE}


def test_an_admission_opens_for_the_ward_and_who_takes_part_until_some_days_after_it():
    found = opened(encounter(), role="nurse")
    assert [(r.party, r.basis, r.until) for r in found] == [
        ("Organization/ward", Basis.ADMISSION, FOREVER),
        ("Practitioner/doctor", Basis.ADMISSION, FOREVER),
    ]
    period = {"start": "2026-02-27T10:00:00Z", "end": "2026-03-01T11:00:00Z"}
    left = opened(encounter(status="finished", period=period), role="nurse")
    end = int(datetime(2026, 3, 1, 11, 0, 1, tzinfo=UTC).timestamp()) * 1_000_000
    assert {r.until for r in left} == {end + DAYS.encounter * DAY}


def test_a_contact_of_long_ago_opens_nothing():
    period = {"start": "2016-02-27", "end": "2016-02-27"}
    assert opened(encounter(status="finished", period=period)) == []


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error", "unknown"])
def test_an_encounter_that_did_not_happen_opens_nothing(status):
    assert opened(encounter(status=status)) == []


@pytest.mark.parametrize("role", ["citizen", "pharmacist", "administrator", "care-worker"])
def test_an_encounter_by_a_role_that_may_not_make_one_opens_nothing(role):
    assert opened(encounter(), role=role) == []


def test_an_appointment_opens_for_those_who_take_part_around_its_time():
    (found,) = opened(appointment(), role="secretary")
    start = int(datetime(2026, 3, 10, 9, tzinfo=UTC).timestamp()) * 1_000_000
    assert (found.party, found.basis) == ("PractitionerRole/d", Basis.APPOINTMENT)
    assert found.since == start - DAYS.before * DAY
    assert found.until == start + 30 * 60 * 1_000_000 + DAYS.appointment * DAY


@pytest.mark.parametrize("status", ["proposed", "cancelled", "entered-in-error"])
def test_an_appointment_that_is_off_opens_nothing(status):
    assert opened(appointment(status=status)) == []


def test_a_referral_opens_for_who_received_it_and_ends():
    (found,) = opened(referral(), role="gp")
    assert (found.party, found.basis) == ("Organization/clinic", Basis.REFERRAL)
    assert found.until == found.since + DAYS.request * DAY
    (closed,) = opened(referral(status="completed"), role="gp")
    assert closed.until == NOW + DAYS.closed * DAY


def test_an_order_is_told_from_a_referral():
    category = [{"coding": [{"system": "http://snomed.info/sct", "code": "108252007"}]}]
    assert opened(referral(category=category))[0].basis == Basis.ORDER


@pytest.mark.parametrize("change", [{"status": "draft"}, {"status": "revoked"}, {"intent": "proposal"}])
def test_a_referral_that_was_not_sent_opens_nothing(change):
    assert opened(referral(**change)) == []


def test_a_secretary_refers_nobody():
    assert opened(referral(), role="secretary") == []


def test_a_task_opens_for_its_owner():
    assert [(r.party, r.basis) for r in opened(task())] == [("Organization/home-care", Basis.TASK)]
    assert opened(task(status="cancelled")) == []


@pytest.mark.parametrize(
    ("resource", "mine"),
    [
        (referral(performer=[{"reference": "Organization/w"}]), Basis.REFERRAL),
        (task(owner={"reference": "Practitioner/w"}), Basis.TASK),
        (
            appointment(participant=[{"actor": {"reference": "Practitioner/w"}, "status": "accepted"}]),
            Basis.APPOINTMENT,
        ),
    ],
)
def test_what_one_asks_of_oneself_is_marked_as_self_made(resource, mine):
    assert [r.basis for r in opened(resource)] == [mine + SELF_MADE]
    assert [r.basis for r in opened(resource, writer="Practitioner/x", org="Organization/x")] == [mine]


def test_what_names_a_doctor_of_the_persons_choice_opens_nothing():
    patient = {"resourceType": "Patient", "generalPractitioner": [{"reference": "Practitioner/gp"}]}
    assert opened(patient) == []


def practitioner_role(**more):
    return {
        "resourceType": "PractitionerRole",
        "id": "r",
        "practitioner": {"reference": "Practitioner/n"},
        "organization": {"reference": "Organization/hospital"},
        "code": [{"coding": [{"system": ROLE_SYSTEM, "code": "nurse"}]}],
        **more,
    }


def staffed(**more):
    return [(s.party, s.role) for s in staffing_of(struct(**practitioner_role(**more)), "PractitionerRole/r")]


def test_a_role_without_units_staffs_the_organisation():
    assert staffed() == [
        ("PractitionerRole/r", "nurse"),
        ("Practitioner/n", "nurse"),
        ("Organization/hospital", "nurse"),
    ]


def test_a_role_in_a_ward_staffs_the_ward_and_not_the_hospital():
    units = [{"url": UNIT, "valueReference": {"reference": "Organization/ward"}}]
    parties = [party for party, _ in staffed(extension=units)]
    assert "Organization/ward" in parties
    assert "Organization/hospital" not in parties


@pytest.mark.parametrize(
    "change",
    [
        {"active": False},
        {"code": [{"coding": [{"system": ROLE_SYSTEM, "code": "maintenance"}]}]},
        {"code": [{"coding": [{"system": ROLE_SYSTEM, "code": "citizen"}]}]},
        {"code": [{"coding": [{"system": "http://nucc.org/provider-taxonomy", "code": "208D00000X"}]}]},
        {"code": []},
    ],
)
def test_a_role_that_is_over_or_none_of_ours_staffs_nothing(change):
    change = {key: value for key, value in change.items() if value != []}
    base = practitioner_role(**change)
    if not change:
        del base["code"]
    assert staffing_of(struct(**base), "PractitionerRole/r") == []


def test_a_role_ends_with_its_period():
    until = staffing_of(struct(**practitioner_role(period={"end": "2026-03-31"})), "PractitionerRole/r")[0].until
    assert until == int(datetime(2026, 3, 31, 22, tzinfo=UTC).timestamp()) * 1_000_000


def test_every_basis_can_be_read_back_from_a_log_line():
    for basis in Basis:
        ground = ground_of(f"{int(basis)}:EpisodeOfCare/x")
        assert (ground.code, ground.source, ground.self_made) == (basis.code, "EpisodeOfCare/x", False)
        assert ground_of(f"{basis + SELF_MADE}:Task/x").self_made
    assert ground_of("own").code == "own"
    with pytest.raises(ValueError, match="11"):
        ground_of("11:Task/x")


def test_the_rules_are_registered_once_for_each_type():
    registry = derive.register(Registry())
    types = ("EpisodeOfCare", "Encounter", "ServiceRequest", "Task", "Appointment", "PractitionerRole")
    assert all(registry.of(name) for name in types)
    assert registry.of("Patient") is None
