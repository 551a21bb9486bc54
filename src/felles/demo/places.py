"""The organisations and people who work in them whom stories are told about, and how all such are written in FHIR.

Municipalities are real, names of organisations and people invented. What grows with the region is in `districts`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random
from zlib import crc32

from felles.access.codes import ROLE_SYSTEM, UNIT
from felles.access.resources import REVIEWED
from felles.access.roles import ROLES
from felles.demo.municipalities import MUNICIPALITIES
from felles.demo.world import Organisation, Resource, Staff, id_of
from felles.fhir.norway.identity import organisation_number
from felles.fhir.norway.systems import ENH, HPR, MUNICIPALITY, MUNICIPALITY_EXTENSION, volven

GP_OFFICE = "fjordglott"
OTHER_OFFICE = "elvebakken"
HOSPITAL = "fjordsykehuset"
WARD = "ortopedi-sengepost"
CLINIC = "ortopedi-poliklinikk"
EMERGENCY = "akuttmottak"
MATERNITY = "kvinneklinikk"
HOME_CARE = "lia"
ALLOCATION = "lia-tildeling"
NURSING_HOME = "solhogda"
HEALTH_STATION = "bjorkelia"
OUT_OF_HOURS = "fjordlegevakten"
GYNAECOLOGIST = "stormo"
PHARMACY = "fjordapoteket"
OPERATOR = "journaldrift"

_SINCE = date(2011, 8, 15)

ORGANISATIONS = {
    each.key: each
    for each in (
        Organisation(HOSPITAL, "Fjordsykehuset", "5001", "hospital", 31000001),
        Organisation(WARD, "Ortopedisk sengepost, Fjordsykehuset", "5001", "unit", None, HOSPITAL),
        Organisation(CLINIC, "Ortopedisk poliklinikk, Fjordsykehuset", "5001", "unit", None, HOSPITAL),
        Organisation(EMERGENCY, "Akuttmottaket, Fjordsykehuset", "5001", "unit", None, HOSPITAL),
        Organisation(MATERNITY, "Kvinneklinikken, Fjordsykehuset", "5001", "unit", None, HOSPITAL),
        Organisation(GP_OFFICE, "Fjordgløtt legekontor", "5001", "gp", 31000011),
        Organisation(OTHER_OFFICE, "Elvebakken legesenter", "5059", "gp", 31000020),
        Organisation(HOME_CARE, "Lia hjemmetjeneste", "5001", "home-care", 31000031),
        Organisation(ALLOCATION, "Lia tildelingskontor", "5001", "allocation", 31000070),
        Organisation(NURSING_HOME, "Solhøgda sykehjem", "5001", "nursing-home", 31000080),
        Organisation(HEALTH_STATION, "Bjørkelia helsestasjon", "5001", "health-station", 31000041),
        Organisation(OUT_OF_HOURS, "Fjordlegevakten", "5001", "out-of-hours", 31000090),
        Organisation(GYNAECOLOGIST, "Gynekolog Stormo", "5001", "specialist", 31000100),
        Organisation(PHARMACY, "Fjordapoteket", "5001", "pharmacy", 31000050),
        Organisation(OPERATOR, "Midtregionens journaldrift", "5001", "operator", 31000061),
    )
}

UNCONFIRMED = frozenset({"gro"})
"""Whose roles nobody has confirmed for a year: a look at them waits for whoever keeps them."""
STAFF = {
    each.key: each
    for each in (
        Staff("ingrid", ("Ingrid", "Haugan"), "female", "gp", "LE", GP_OFFICE, since=_SINCE),
        Staff("per-arne", ("Per Arne", "Moxnes"), "male", "gp", "LE", GP_OFFICE, since=_SINCE),
        Staff("marte", ("Marte", "Lillevold"), "female", "secretary", "HE", GP_OFFICE, since=_SINCE),
        Staff("ola", ("Ola", "Dragset"), "male", "gp", "LE", OTHER_OFFICE, since=_SINCE),
        Staff("gro", ("Gro", "Almaas"), "female", "secretary", "HE", OTHER_OFFICE, since=_SINCE),
        Staff("jonas", ("Jonas", "Aasenhus"), "male", "doctor", "LE", HOSPITAL, (WARD, CLINIC), since=_SINCE),
        Staff("amir", ("Amir", "Karimi"), "male", "nurse", "SP", HOSPITAL, (WARD,), since=_SINCE),
        Staff("berit", ("Berit", "Volden"), "female", "nurse", "SP", HOSPITAL, (EMERGENCY,), since=_SINCE),
        Staff("kristin", ("Kristin", "Ytterhus"), "female", "doctor", "LE", HOSPITAL, (MATERNITY,), since=_SINCE),
        Staff("lise", ("Lise", "Moan"), "female", "home-nurse", "SP", HOME_CARE, since=_SINCE),
        Staff("tom", ("Tom Erik", "Sletten"), "male", "care-worker", "HF", HOME_CARE, since=_SINCE),
        Staff("turid", ("Turid", "Hestnes"), "female", "case-officer", "SP", ALLOCATION, since=_SINCE),
        Staff("ragna", ("Ragna", "Uthaug"), "female", "nurse", "SP", NURSING_HOME, since=_SINCE),
        Staff("eskil", ("Eskil", "Nyhaug"), "male", "doctor", "LE", NURSING_HOME, since=_SINCE),
        Staff("synne", ("Synne", "Rønningen"), "female", "midwife", "JO", HEALTH_STATION, since=_SINCE),
        Staff("hanne", ("Hanne", "Bakkemo"), "female", "health-nurse", "SP", HEALTH_STATION, since=_SINCE),
        Staff("aksel", ("Aksel", "Bjørnvik"), "male", "doctor", "LE", OUT_OF_HOURS, since=_SINCE),
        Staff("jorid", ("Jorid", "Tangen"), "female", "nurse", "SP", OUT_OF_HOURS, since=_SINCE),
        Staff("vibeke", ("Vibeke", "Stormo"), "female", "specialist", "LE", GYNAECOLOGIST, since=_SINCE),
        Staff("thea", ("Thea", "Kvamsås"), "female", "pharmacist", "FA1", PHARMACY, since=_SINCE),
        Staff("nils", ("Nils", "Bergslien"), "male", "administrator", "XX", OPERATOR, since=_SINCE),
        Staff("solveig", ("Solveig", "Hegstad"), "female", "reviewer", "XX", OPERATOR, since=_SINCE),
    )
}

_PROFESSIONS = {
    "LE": "Lege",
    "SP": "Sykepleier",
    "JO": "Jordmor",
    "HE": "Helsesekretær",
    "HF": "Helsefagarbeider",
    "FT": "Fysioterapeut",
    "PS": "Psykolog",
    "FA1": "Provisorfarmasøyt",
}
"""Volven 9060, in our words; those whose profession has an HPR number."""
_BASIS = "http://hl7.no/fhir/StructureDefinition/no-basis-"
_FIRST_HPR = 569900100


def organisation(each: Organisation, parent: Organisation | None) -> Resource:
    """An Organization; `parent` is what it is a unit of."""
    place = {"system": MUNICIPALITY, "code": each.municipality}
    made: Resource = {
        "resourceType": "Organization",
        "id": id_of("Organization", each.key),
        "meta": {"profile": [_BASIS + "Organization"]},
        "active": True,
        "name": each.name,
        "address": [
            {
                "city": MUNICIPALITIES[each.municipality],
                "district": MUNICIPALITIES[each.municipality],
                "_district": {"extension": [{"url": MUNICIPALITY_EXTENSION, "valueCoding": place}]},
                "country": "NO",
            }
        ],
    }
    made["telecom"] = [{"system": "phone", "use": "work", "value": phone_of(each)}]
    if each.stem is not None:
        made["identifier"] = [{"system": ENH, "value": number_of(each.stem)}]
    if parent is not None:
        made["partOf"] = {"reference": parent.reference, "display": parent.name}
    return made


def phone_of(each: Organisation) -> str:
    """The made-up telephone of an organisation or unit."""
    number = crc32(each.key.encode()) % 10_000
    return f"+47 73 00 {number // 100:02} {number % 100:02}"


def number_of(stem: int) -> str:
    """The first organisation number that exists at or after these eight digits."""
    while (number := organisation_number(stem)) is None:
        stem += 1
    return number


def practitioner(each: Staff, hpr: int) -> Resource:
    """A Practitioner, with number and qualification where the profession has one."""
    given, family = each.name
    made: Resource = {
        "resourceType": "Practitioner",
        "id": id_of("Practitioner", each.key),
        "meta": {"profile": [_BASIS + "Practitioner"]},
        "active": True,
        "name": [{"use": "official", "family": family, "given": given.split()}],
        "gender": each.gender,
    }
    if each.profession in _PROFESSIONS:
        coding = {"system": volven(9060), "code": each.profession, "display": _PROFESSIONS[each.profession]}
        made["identifier"] = [{"system": HPR, "value": str(hpr)}]
        made["qualification"] = [{"code": {"coding": [coding]}}]
    return made


def practitioner_role(each: Staff, organisations: dict[str, Organisation], today: date) -> Resource:
    """The PractitionerRole of a member of staff: the units she staffs, when she began (and left), its last review.

    All have been confirmed within the year before `today`, but for `UNCONFIRMED`.
    """
    role = ROLES[each.role]
    place = organisations[each.organisation]
    period = {"start": each.since.isoformat()}
    if each.until is not None:
        period["end"] = each.until.isoformat()
    made: Resource = {
        "resourceType": "PractitionerRole",
        "id": id_of("PractitionerRole", each.key),
        "active": each.until is None,
        "practitioner": {"reference": each.practitioner, "display": each.full_name},
        "organization": {"reference": place.reference, "display": place.name},
        "code": [{"coding": [{"system": ROLE_SYSTEM, "code": role.code, "display": role.nb}]}],
        "period": period,
    }
    said = [{"url": UNIT, "valueReference": {"reference": organisations[u].reference}} for u in each.units]
    confirmed = today - timedelta(days=Random(f"confirmed/{each.key}").randrange(5, 300))
    if confirmed > each.since and each.key not in UNCONFIRMED:
        said.append({"url": REVIEWED, "valueDate": confirmed.isoformat()})
    if said:
        made["extension"] = said
    return made


def written(
    organisations: Iterable[Organisation],
    staff: Iterable[tuple[Staff, int]],
    known: dict[str, Organisation],
    today: date,
) -> list[Resource]:
    """Organisations and staff (with their HPR numbers) as resources, in the order in which they refer to each other."""
    found = [organisation(each, known[each.part_of] if each.part_of else None) for each in organisations]
    for each, hpr in staff:
        found += [practitioner(each, hpr), practitioner_role(each, known, today)]
    return found


def cast_places(today: date) -> list[Resource]:
    """Those of the cast, who are in every region."""
    staff = ((each, _FIRST_HPR + number) for number, each in enumerate(STAFF.values()))
    return written(ORGANISATIONS.values(), staff, ORGANISATIONS, today)
