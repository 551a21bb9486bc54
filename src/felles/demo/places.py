"""Organisations and staff of the region. Municipalities are real, names of organisations and people invented."""

from __future__ import annotations

from felles.access.codes import ROLE_SYSTEM, UNIT
from felles.access.roles import ROLES
from felles.demo.world import Organisation, Resource, Staff, id_of
from felles.fhir.norway.identity import organisation_number
from felles.fhir.norway.systems import ENH, HPR, volven

MUNICIPALITIES = {
    "5001": "Trondheim",
    "5028": "Melhus",
    "5031": "Malvik",
    "5035": "Stjørdal",
    "5059": "Orkland",
    "5037": "Levanger",
}
"""Number and name: Kartverket's list of municipalities, 2024."""

GP_OFFICE = "fjordglott"
OTHER_OFFICE = "elvebakken"
HOSPITAL = "fjordsykehuset"
WARD = "medisin-sengepost"
CLINIC = "medisin-poliklinikk"
EMERGENCY = "akuttmottak"
MATERNITY = "kvinneklinikk"
HOME_CARE = "lia"
HEALTH_STATION = "bjorkelia"
PHARMACY = "fjordapoteket"
OPERATOR = "journaldrift"

ORGANISATIONS = {
    each.key: each
    for each in (
        Organisation(HOSPITAL, "Fjordsykehuset", "5001", 31000001),
        Organisation(WARD, "Medisinsk sengepost, Fjordsykehuset", "5001", None, HOSPITAL),
        Organisation(CLINIC, "Medisinsk poliklinikk, Fjordsykehuset", "5001", None, HOSPITAL),
        Organisation(EMERGENCY, "Akuttmottaket, Fjordsykehuset", "5001", None, HOSPITAL),
        Organisation(MATERNITY, "Kvinneklinikken, Fjordsykehuset", "5001", None, HOSPITAL),
        Organisation(GP_OFFICE, "Fjordgløtt legekontor", "5001", 31000011),
        Organisation(OTHER_OFFICE, "Elvebakken legesenter", "5059", 31000020),
        Organisation(HOME_CARE, "Lia hjemmetjeneste", "5001", 31000031),
        Organisation(HEALTH_STATION, "Bjørkelia helsestasjon", "5001", 31000041),
        Organisation(PHARMACY, "Fjordapoteket", "5001", 31000050),
        Organisation(OPERATOR, "Midtregionens journaldrift", "5001", 31000061),
    )
}

STAFF = {
    each.key: each
    for each in (
        Staff("ingrid", ("Ingrid", "Haugan"), "female", "gp", "LE", GP_OFFICE),
        Staff("per-arne", ("Per Arne", "Moxnes"), "male", "gp", "LE", GP_OFFICE),
        Staff("marte", ("Marte", "Lillevold"), "female", "secretary", "HE", GP_OFFICE),
        Staff("ola", ("Ola", "Dragset"), "male", "gp", "LE", OTHER_OFFICE),
        Staff("gro", ("Gro", "Almaas"), "female", "secretary", "HE", OTHER_OFFICE),
        Staff("jonas", ("Jonas", "Aasenhus"), "male", "doctor", "LE", HOSPITAL, (WARD, CLINIC, EMERGENCY)),
        Staff("amir", ("Amir", "Karimi"), "male", "nurse", "SP", HOSPITAL, (WARD,)),
        Staff("berit", ("Berit", "Volden"), "female", "nurse", "SP", HOSPITAL, (EMERGENCY,)),
        Staff("kristin", ("Kristin", "Ytterhus"), "female", "doctor", "LE", HOSPITAL, (MATERNITY,)),
        Staff("lise", ("Lise", "Moan"), "female", "home-nurse", "SP", HOME_CARE),
        Staff("tom", ("Tom Erik", "Sletten"), "male", "care-worker", "HF", HOME_CARE),
        Staff("synne", ("Synne", "Rønningen"), "female", "midwife", "JO", HEALTH_STATION),
        Staff("hanne", ("Hanne", "Bakkemo"), "female", "health-nurse", "SP", HEALTH_STATION),
        Staff("thea", ("Thea", "Kvamsås"), "female", "pharmacist", "FA1", PHARMACY),
        Staff("nils", ("Nils", "Bergslien"), "male", "administrator", "XX", OPERATOR),
    )
}

_PROFESSIONS = {
    "LE": "Lege",
    "SP": "Sykepleier",
    "JO": "Jordmor",
    "HE": "Helsesekretær",
    "HF": "Helsefagarbeider",
    "FA1": "Provisorfarmasøyt",
    "XX": "Ukjent/uspesifisert",
}


def organisations() -> list[Resource]:
    """All organisations and units as Organization resources."""
    return [_organisation(each) for each in ORGANISATIONS.values()]


def _organisation(each: Organisation) -> Resource:
    made: Resource = {
        "resourceType": "Organization",
        "id": id_of("Organization", each.key),
        "active": True,
        "name": each.name,
        "address": [{"city": MUNICIPALITIES[each.municipality], "country": "NO"}],
    }
    number = None if each.stem is None else organisation_number(each.stem)
    if number is not None:
        made["identifier"] = [{"system": ENH, "value": number}]
    if each.part_of is not None:
        made["partOf"] = {"reference": ORGANISATIONS[each.part_of].reference}
    return made


def staff() -> list[Resource]:
    """All staff as Practitioner and PractitionerRole resources."""
    found: list[Resource] = []
    for number, each in enumerate(STAFF.values()):
        found += [_practitioner(each, number), _practitioner_role(each)]
    return found


def _practitioner(each: Staff, number: int) -> Resource:
    given, family = each.name
    made: Resource = {
        "resourceType": "Practitioner",
        "id": id_of("Practitioner", each.key),
        "active": True,
        "name": [{"use": "official", "family": family, "given": given.split()}],
        "gender": each.gender,
    }
    if each.profession != "XX":
        coding = {"system": volven(9060), "code": each.profession, "display": _PROFESSIONS[each.profession]}
        made["identifier"] = [{"system": HPR, "value": str(569900100 + number)}]
        made["qualification"] = [{"code": {"coding": [coding]}}]
    return made


def _practitioner_role(each: Staff) -> Resource:
    role = ROLES[each.role]
    organisation = ORGANISATIONS[each.organisation]
    made: Resource = {
        "resourceType": "PractitionerRole",
        "id": id_of("PractitionerRole", each.key),
        "active": True,
        "practitioner": {"reference": each.practitioner, "display": each.full_name},
        "organization": {"reference": organisation.reference, "display": organisation.name},
        "code": [{"coding": [{"system": ROLE_SYSTEM, "code": role.code, "display": role.nb}]}],
        "period": {"start": "2020-01-01"},
    }
    if each.units:
        made["extension"] = [
            {"url": UNIT, "valueReference": {"reference": ORGANISATIONS[u].reference}} for u in each.units
        ]
    return made
