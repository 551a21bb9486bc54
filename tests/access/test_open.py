"""Grants: who makes them, and what they carry."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

import felles
from felles import access
from felles.access.actor import Actor, Sort
from felles.access.bases import Basis
from felles.access.roles import NO_STAFF, ROLES, staff_role
from felles.record.errors import Forbidden
from felles.record.grants import LookupGrant, Mode, NotMinted, PersonGrant, SetGrant, SystemGrant
from felles.record.ids import mark_of
from felles.record.kinds import Kind

KEYS = ((7, 42),)
DOCTOR = Actor(
    sort=Sort.STAFF,
    reference="Practitioner/d",
    name="Ingrid Haugan",
    role_code="gp",
    organization="Organization/o",
    organization_name="Fjordgløtt legekontor",
    until=10**18,
)
CITIZEN = Actor(
    sort=Sort.CITIZEN,
    reference="Patient/p",
    name="Ida Nordmarken",
    role_code="citizen",
    purpose="PATRQT",
    keys=KEYS,
    until=10**18,
)
SYSTEM = replace(DOCTOR, sort=Sort.SYSTEM, role_code="system", reference="Device/c", client="Prøvesvar")


def test_a_grant_says_who_asks_for_which_organisation_and_until_when():
    grant = access.person(DOCTOR, KEYS, "Kontroll")
    assert isinstance(grant, PersonGrant)
    assert (grant.mode, grant.keys, grant.until) == (Mode.STAFF, KEYS, DOCTOR.until)
    assert (grant.actor_mark, grant.org_mark) == (mark_of("Practitioner/d"), mark_of("Organization/o"))
    assert grant.kinds == ROLES["gp"].kinds
    assert msgspec.json.decode(grant.who) == {
        "actor": "Practitioner/d",
        "name": "Ingrid Haugan",
        "role": "gp",
        "org": "Organization/o",
        "organization": "Fjordgløtt legekontor",
        "purpose": "TREAT",
        "reason": "Kontroll",
    }


def test_each_sort_of_actor_opens_by_its_own_predicate():
    assert access.everyone(DOCTOR).mode is Mode.STAFF
    assert access.everyone(CITIZEN).mode is Mode.SELF
    assert access.everyone(SYSTEM).mode is Mode.ORG_SYSTEM
    assert access.maintenance("felles import", until=1).mode is Mode.ALL
    assert isinstance(access.everyone(SYSTEM), SystemGrant)
    assert type(access.everyone(DOCTOR)) is SetGrant


def test_a_citizens_grant_is_her_own_whatever_keys_it_is_asked_for():
    grant = access.person(CITIZEN, ((9, 9),))
    assert (grant.mode, grant.own) == (Mode.SELF, 42)


def test_only_roles_that_may_look_up_do():
    assert isinstance(access.lookup(DOCTOR), LookupGrant)
    for actor in (CITIZEN, replace(DOCTOR, role_code="administrator"), replace(DOCTOR, verbs=frozenset({"read"}))):
        with pytest.raises(Forbidden):
            access.lookup(actor)


def test_an_administrator_finds_nobody():
    with pytest.raises(Forbidden):
        access.everyone(replace(DOCTOR, role_code="administrator"))


def test_people_have_no_grant_of_systems():
    assert access.system(SYSTEM).client == "Prøvesvar"
    for actor in (DOCTOR, CITIZEN):
        with pytest.raises(Forbidden):
            access.system(actor)


def test_a_token_narrows_what_the_role_may():
    grant = access.person(replace(DOCTOR, verbs=frozenset({"read", "maintain"})), KEYS)
    assert grant.verbs == {"read"}


def test_no_grant_without_the_mint():
    grant = access.person(DOCTOR, KEYS)
    with pytest.raises(NotMinted):
        replace(grant, mint=object())


def test_only_access_has_the_mint():
    root = Path(felles.__file__).parent
    users = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if re.search(r"\b_MINT\b", path.read_text(encoding="utf-8"))
    }
    assert users == {"record/grants.py", "access/open.py"}


def test_making_a_grant_does_no_io():
    tree = ast.parse((Path(felles.__file__).parent / "access" / "open.py").read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, (ast.Await, ast.AsyncFunctionDef))]


def test_no_log_line_of_ours_can_hold_a_national_number():
    """What an Actor has to say of itself is names, references and codes; there is no field for a number."""
    assert not {"number", "identifier", "nin", "pid"} & set(Actor.__dataclass_fields__)


SECRETS = (Kind.NOTE, Kind.DOCUMENT, Kind.PROBLEM, Kind.MEDICINE, Kind.RESULT, Kind.ALLERGY, Kind.SOCIAL, Kind.FORM)


@pytest.mark.parametrize("kind", SECRETS)
def test_a_secretary_books_and_reads_no_notes(kind):
    assert not ROLES["secretary"].reaches(kind)
    assert ROLES["gp"].reaches(kind)
    assert ROLES["secretary"].reaches(Kind.APPOINTMENT)


def test_a_pharmacist_sees_medicines_and_what_bears_on_them_and_no_notes():
    role = ROLES["pharmacist"]
    needed = (Kind.MEDICINE, Kind.PROBLEM, Kind.ALLERGY, Kind.RESULT, Kind.VITAL, Kind.PREGNANCY, Kind.ENCOUNTER)
    assert all(role.reaches(kind) for kind in needed)
    assert not any(role.reaches(kind) for kind in (Kind.NOTE, Kind.DOCUMENT, Kind.FAMILY, Kind.SOCIAL))


def test_administrating_access_opens_no_record():
    role = ROLES["administrator"]
    assert role.kinds == 0
    assert not role.verbs & {"read", "find", "lookup", "write"}


def test_only_registers_and_administrators_make_gp_lists_and_roles():
    holders = {code for code, role in ROLES.items() if "register" in role.verbs}
    assert holders == {"administrator", "maintenance"}
    assert {code for code, role in ROLES.items() if f"basis:{Basis.GP_LIST.code}" in role.verbs} == {"maintenance"}


def test_who_may_create_a_person_may_look_one_up():
    assert all("lookup" in role.verbs for role in ROLES.values() if "create_person" in role.verbs)


def test_every_role_names_its_source():
    assert all(role.source and role.nb and role.en for role in ROLES.values())


def test_no_practitioner_role_gives_a_systems_reach():
    assert [staff_role(code) for code in sorted(NO_STAFF)] == [None, None, None]
    assert staff_role("gp") is ROLES["gp"]
    assert staff_role("king") is None
