"""What grows with the region: districts with offices of every kind, hospitals with their units, and their staff.

A district is some fifteen hundred people with their GPs, home care, allocation office, nursing home and health
station. Six districts are a block; the households of a block are dealt to its districts in turn, so that a small
region, too, has people in six municipalities. Each hospital, out-of-hours clinic and contract specialist serves a
number of blocks, and the next of its kind the next ones: nobody's list grows with the region.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from random import Random
from typing import Final

from felles.demo import names
from felles.demo import places as cast
from felles.demo.books import GIVES, book_of
from felles.demo.municipalities import HOSPITAL_OF, MUNICIPALITIES, NYNORSK, districts
from felles.demo.places import ORGANISATIONS, STAFF, cast_places, written
from felles.demo.world import Organisation, Resource, Staff

PER_BLOCK: Final = 6
"""Districts in a block."""
HOUSEHOLDS: Final = 700
"""Households in a district."""
BLOCKS: Final = 8
"""Blocks that one hospital's units serve."""

UNADMINISTERED: Final = ("operator", "specialist")
"""Kinds of organisations without an administrator of their own: who runs the record has its own role, and a specialist
alone is helped by it."""

_TOWN = (
    "Havna Elvegata Bruhaugen Åsly Myra Sentrum Nordsia Kaia Torget Bakkehagen Strandlia Furulund Lyngmo Granheim "
    "Vikaneset Høgda Moan Sundet Nesgata Solsida Brattlia Fagerheim Skogly Lerka"
).split()
_UNITS = (
    # key, name, staff: (role, profession) of each
    ("akuttmottak", "Akuttmottaket", ("doctor LE", "nurse SP")),
    ("medisin-sengepost", "Medisinsk sengepost", ("doctor LE", "doctor LE", "nurse SP", "nurse SP")),
    ("medisin-poliklinikk", "Medisinsk poliklinikk", ("doctor LE", "nurse SP")),
    ("kirurgi-sengepost", "Kirurgisk sengepost", ("doctor LE", "nurse SP")),
    ("ortopedi-sengepost", "Ortopedisk sengepost", ("doctor LE", "nurse SP", "therapist FT")),
    ("ortopedi-poliklinikk", "Ortopedisk poliklinikk", ("doctor LE",)),
    ("kvinneklinikk", "Kvinneklinikken", ("doctor LE", "midwife JO", "midwife JO")),
    ("barn-ungdom", "Barne- og ungdomsklinikken", ("doctor LE", "nurse SP")),
    ("dps", "Distriktspsykiatrisk senter", ("psychologist PS", "doctor LE")),
    ("laboratorium", "Laboratoriet", ("laboratory BI",)),
)
_SPECIALISTS = (
    ("gyn", "Gynekolog", "specialist LE"),
    ("hud", "Hudlege", "specialist LE"),
    ("oye", "Øyelege", "specialist LE"),
    ("onh", "Øre-nese-halslege", "specialist LE"),
    ("psykolog", "Psykolog", "psychologist PS"),
)
_HOSPITALS = {
    "fjordsykehuset": "Fjordsykehuset",
    "kystsykehuset": "Kystsykehuset",
    "innherredsykehuset": "Innherredsykehuset",
}
_HOSPITAL_PLACE = {"fjordsykehuset": "5001", "kystsykehuset": "1505", "innherredsykehuset": "5037"}


@dataclass(frozen=True, slots=True)
class District:
    """Keys of the organisations and staff of a district, and of those outside it that its people come to.

    `units` and `doctors` are by the name of a unit (`medisin-poliklinikk`), `specialists` by field (`gyn`).
    `former` left the GP office at the end of a month; her list went to the second of `gps`.
    """

    number: int
    municipality: str
    office: str
    gps: tuple[str, str]
    secretary: str
    former: tuple[str, date] | None
    home_care: str
    home_nurses: tuple[str, ...]
    care_workers: tuple[str, ...]
    allocation: str
    case_officer: str
    nursing_home: str
    nursing_home_staff: tuple[str, str]
    health_station: str
    midwife: str
    health_nurse: str
    out_of_hours: str
    out_of_hours_staff: tuple[str, str]
    hospital: str
    units: dict[str, tuple[str, tuple[str, ...]]]
    specialists: dict[str, tuple[str, str]]
    pharmacy: str
    pharmacist: str


class Places:
    """All organisations and staff of a region, made as they are asked for: `organisations` and `staff` by key."""

    def __init__(self, seed: int, today: date) -> None:
        self.organisations: dict[str, Organisation] = dict(ORGANISATIONS)
        self.staff: dict[str, Staff] = dict(STAFF)
        self._seed = seed
        self._today = today
        self._hpr: dict[str, int] = {}
        self._written: set[str] = {*ORGANISATIONS, *STAFF}
        self._municipalities = districts()
        self._made: list[District] = []

    def district(self, number: int) -> District:
        """A district, and with it everything of those before it."""
        while len(self._made) <= number:
            self._made.append(self._district(len(self._made), next(self._municipalities)))
        return self._made[number]

    def block(self, number: int) -> list[Resource]:
        """The organisations and staff that a block brings, as resources; the first brings those of the cast."""
        self.district((number + 1) * PER_BLOCK - 1)
        for key, each in list(self.organisations.items()):
            if each.part_of is None and each.kind not in UNADMINISTERED:
                self._employ(f"{key}-adm", "local-administrator XX", key, 0)
        new = [each for key, each in self.organisations.items() if key not in self._written]
        people = [(each, self._hpr[key]) for key, each in self.staff.items() if key not in self._written]
        made = written(new, people, self.organisations, self._today)
        cast = STAFF.values() if number == 0 else ()
        givers = [each for each in (*cast, *(new for new, _ in people)) if each.role in GIVES and each.until is None]
        books = [entry for each in givers for entry in book_of(each, self._today)]
        self._written.update(self.organisations, self.staff)
        return [*cast_places(self._today), *made, *books] if number == 0 else [*made, *books]

    # -- making ------------------------------------------------------------------------------------------

    def _organise(
        self, key: str, name: str, place: str, kind: str, *, stem: int | None = None, part_of: str | None = None
    ) -> str:
        if key not in self.organisations:
            self.organisations[key] = Organisation(key, name, place, kind, stem, part_of)
        return key

    def _employ(
        self, key: str, role: str, organisation: str, number: int, *, units: tuple[str, ...] = (), newer: bool = False
    ) -> str:
        if key in self.staff:
            return key
        rng = Random(f"{self._seed}/staff/{key}")
        code, profession = role.split()
        gender = "female" if rng.random() < (0.55 if profession == "LE" else 0.88) else "male"
        years = rng.randrange(1, 5) if newer else rng.randrange(9, 19)
        given = names.given(rng, gender, self._today.year - rng.randrange(30, 60) - years // 2)
        place = self.organisations[organisation].municipality
        self.staff[key] = Staff(
            key, (given, names.family(rng, given)), gender, code, profession, organisation, units,
            since=date(self._today.year - years, rng.randrange(1, 13), 1),
            nynorsk=rng.random() < (0.85 if place in NYNORSK else 0.06),
        )  # fmt: skip
        self._hpr[key] = number
        return key

    def _district(self, number: int, place: str) -> District:
        rng = Random(f"{self._seed}/district/{number}")
        block, hospital = number // PER_BLOCK, HOSPITAL_OF[place]
        stem, hpr = 31100000 + number * 100, 570000000 + number * 100
        name = f"{rng.choice(_TOWN)}, {MUNICIPALITIES[place]}" if number >= PER_BLOCK else MUNICIPALITIES[place]
        key = f"d{number}"
        office, gps, secretary, former = self._office(number, place, name, rng)
        if number == 0:
            home_care, allocation, nursing_home, station = (
                cast.HOME_CARE,
                cast.ALLOCATION,
                cast.NURSING_HOME,
                cast.HEALTH_STATION,
            )
        else:
            home_care = self._organise(f"{key}-hjemme", f"Hjemmetjenesten {name}", place, "home-care", stem=stem + 20)
            allocation = self._organise(
                f"{key}-tildeling", f"Tildelingskontoret {name}", place, "allocation", stem=stem + 30
            )
            nursing_home = self._organise(
                f"{key}-sykehjem",
                f"{rng.choice(_TOWN)} sykehjem, {MUNICIPALITIES[place]}",
                place,
                "nursing-home",
                stem=stem + 40,
            )
            station = self._organise(
                f"{key}-helsestasjon", f"Helsestasjonen {name}", place, "health-station", stem=stem + 50
            )
        first = number == 0
        nurses = ("lise" if first else self._employ(f"{key}-hsp1", "home-nurse SP", home_care, hpr + 10),
                  self._employ(f"{key}-hsp2", "home-nurse SP", home_care, hpr + 11, newer=True))  # fmt: skip
        workers = ("tom" if first else self._employ(f"{key}-hf1", "care-worker HF", home_care, hpr + 12),
                   self._employ(f"{key}-hf2", "care-worker HF", home_care, hpr + 13, newer=True))  # fmt: skip
        keys, units, specialists, pharmacy = self._hospital(hospital, block // BLOCKS)
        clinic, clinic_staff = self._out_of_hours(hospital, block)
        return District(
            number, place, office, gps, secretary, former, home_care, nurses, workers, allocation,
            "turid" if first else self._employ(f"{key}-saksbehandler", "case-officer SP", allocation, hpr + 14),
            nursing_home,
            ("eskil", "ragna") if first else (
                self._employ(f"{key}-sykehjemslege", "doctor LE", nursing_home, hpr + 15),
                self._employ(f"{key}-sykehjemssp", "nurse SP", nursing_home, hpr + 16),
            ),
            station,
            "synne" if first else self._employ(f"{key}-jordmor", "midwife JO", station, hpr + 17),
            "hanne" if first else self._employ(f"{key}-helsesp", "health-nurse SP", station, hpr + 18),
            clinic, clinic_staff, keys, units, specialists, pharmacy,
            "thea" if pharmacy == cast.PHARMACY else f"{pharmacy}-farmasoyt",
        )  # fmt: skip

    def _office(
        self, number: int, place: str, name: str, rng: Random
    ) -> tuple[str, tuple[str, str], str, tuple[str, date] | None]:
        key, hpr = f"d{number}", 570000000 + number * 100
        if number == 0:
            return cast.GP_OFFICE, ("ingrid", "per-arne"), "marte", None
        second = f"{key}-lege2"
        if number == 1:
            office, first, secretary = cast.OTHER_OFFICE, "ola", "gro"
        else:
            ending = rng.choice(("legesenter", "legekontor", "legegruppe"))
            office = self._organise(
                f"{key}-legekontor",
                f"{rng.choice(_TOWN)} {ending}, {name}",
                place,
                "gp",
                stem=31100000 + number * 100 + 10,
            )
            first = self._employ(f"{key}-lege1", "gp LE", office, hpr + 1)
            secretary = self._employ(f"{key}-sekretar", "secretary HE", office, hpr + 3)
        changed = number % 2 == 0
        self._employ(second, "gp LE", office, hpr + 2, newer=changed)
        if not changed:
            return office, (first, second), secretary, None
        left = self.staff[second].since - timedelta(days=1)
        former = self._employ(f"{key}-lege0", "gp LE", office, hpr + 4)
        self.staff[former] = replace(self.staff[former], until=left)
        return office, (first, second), secretary, (former, left)

    def _hospital(
        self, hospital: str, shard: int
    ) -> tuple[str, dict[str, tuple[str, tuple[str, ...]]], dict[str, tuple[str, str]], str]:
        place, name = _HOSPITAL_PLACE[hospital], _HOSPITALS[hospital]
        base = (list(_HOSPITALS).index(hospital) * 100 + shard) * 100
        stem, hpr = 32000000 + base * 10, 580000000 + base
        self._organise(hospital, name, place, "hospital", stem=stem)
        ours = hospital == cast.HOSPITAL and shard == 0
        units: dict[str, tuple[str, tuple[str, ...]]] = {}
        count = 0
        for unit, title, staff in _UNITS:
            key = unit if ours else f"{hospital}-{unit}-{shard}"
            self._organise(key, f"{title}{f' {shard + 1}' if shard else ''}, {name}", place, "unit", part_of=hospital)
            known = [each.key for each in STAFF.values() if ours and key in each.units]
            made: list[str] = []
            for role in staff:
                count += 1
                taken = next((k for k in known if STAFF[k].role == role.split()[0] and k not in made), None)
                made.append(taken or self._employ(f"{key}-{count}", role, hospital, hpr + count, units=(key,)))
            units[unit] = (key, tuple(made))
        specialists = {
            field: self._specialist(field, title, role, hospital, shard, (stem, hpr))
            for field, title, role in _SPECIALISTS
        }
        pharmacy = cast.PHARMACY if hospital == cast.HOSPITAL else f"{hospital}-apotek"
        if pharmacy != cast.PHARMACY:
            self._organise(pharmacy, f"Sykehusapoteket, {name}", place, "pharmacy", stem=stem + 500)
            self._employ(f"{pharmacy}-farmasoyt", "pharmacist FA1", pharmacy, hpr + 90)
        return hospital, units, specialists, pharmacy

    def _specialist(
        self, field: str, title: str, role: str, hospital: str, shard: int, base: tuple[int, int]
    ) -> tuple[str, str]:
        if field == "gyn" and hospital == cast.HOSPITAL and shard == 0:
            return cast.GYNAECOLOGIST, "vibeke"
        key = f"{hospital}-{field}-{shard}"
        index = [each[0] for each in _SPECIALISTS].index(field)
        if key not in self.organisations:
            rng = Random(f"{self._seed}/{key}")
            place = _HOSPITAL_PLACE[hospital]
            self._organise(
                key,
                f"{title} i {MUNICIPALITIES[place]}, {rng.choice(_TOWN)}",
                place,
                "specialist",
                stem=base[0] + 600 + index * 20,
            )
        return key, self._employ(f"{key}-s", role, key, base[1] + 60 + index)

    def _out_of_hours(self, hospital: str, block: int) -> tuple[str, tuple[str, str]]:
        if hospital == cast.HOSPITAL and block == 0:
            return cast.OUT_OF_HOURS, ("aksel", "jorid")
        index = list(_HOSPITALS).index(hospital)
        place, key = _HOSPITAL_PLACE[hospital], f"{hospital}-legevakt-{block}"
        number = index * 10_000 + block * 10
        name = f"{_HOSPITALS[hospital].removesuffix('sykehuset')}legevakten{f', lag {block + 1}' if block else ''}"
        self._organise(key, name, place, "out-of-hours", stem=33000000 + number * 10)
        doctor = self._employ(f"{key}-lege", "doctor LE", key, 590000000 + number)
        return key, (doctor, self._employ(f"{key}-sp", "nurse SP", key, 590000001 + number))


def municipalities(count: int) -> list[str]:
    """The municipalities of the first `count` districts."""
    return list(islice(districts(), count))
