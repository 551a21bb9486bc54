# ruff: noqa: E501 - a table read by its columns
"""Medicines: single ATC codes, names of substances, strengths and doses as they are commonly prescribed in Norway.

`strength` is what one unit holds, in mg (or µg, units, mL, as `measure` says); `low` and `high` are what a grown-up may
take in a day for the tests of the generator to hold every dose against (from public product information; for made-up
people only, nobody's rule of treatment).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Drug:
    """A medicine: `amount` of `unit` taken `times` in `every` days; `course`: it ends after `days` days."""

    key: str
    atc: str
    name: str
    dose: str
    strength: float
    amount: float
    times: int
    unit: str = "tablett"
    every: float = 1
    low: float = 0
    high: float = 0
    as_needed: bool = False
    days: int = 0
    measure: str = "mg"

    @property
    def course(self) -> bool:
        """Whether it is taken for some days only."""
        return self.days > 0

    @property
    def daily(self) -> float:
        """How much is taken in a day, at most when it is taken as needed."""
        return self.strength * self.amount * self.times / self.every

    @property
    def short(self) -> str:
        """Name and strength as they stand in notes."""
        return self.name.replace(" tabletter", "").replace(" kapsler", "").replace(" depottabletter", "")


_ROWS = (
    Drug("metformin", "A10BA02", "Metformin tabletter 500 mg", "1 tablett morgen og kveld", 500, 1, 2, low=500, high=3000),
    Drug("metformin-1000", "A10BA02", "Metformin tabletter 1 g", "1 tablett morgen og kveld", 1000, 1, 2, low=500, high=3000),
    Drug("empagliflozin", "A10BK03", "Empagliflozin tabletter 10 mg", "1 tablett om morgenen", 10, 1, 1, low=10, high=25),
    Drug("semaglutid", "A10BJ06", "Semaglutid injeksjon 0,5 mg", "0,5 mg under huden en gang i uken", 0.5, 1, 1, "dose", 7, low=0.03, high=0.3),
    Drug("insulin-glargin", "A10AE04", "Insulin glargin 100 E/mL", "18 E under huden om kvelden", 1, 18, 1, "E", low=4, high=80, measure="E"),
    Drug("insulin-aspart", "A10AB05", "Insulin aspart 100 E/mL", "6 E under huden til måltid, 3 ganger daglig", 1, 6, 3, "E", low=4, high=100, measure="E"),
    Drug("ramipril", "C09AA05", "Ramipril kapsler 5 mg", "1 kapsel om morgenen", 5, 1, 1, "kapsel", low=1.25, high=10),
    Drug("ramipril-10", "C09AA05", "Ramipril kapsler 10 mg", "1 kapsel om morgenen", 10, 1, 1, "kapsel", low=1.25, high=10),
    Drug("kandesartan-16", "C09CA06", "Kandesartan tabletter 16 mg", "1 tablett om morgenen", 16, 1, 1, low=4, high=32),
    Drug("losartan-100", "C09CA01", "Losartan tabletter 100 mg", "1 tablett om morgenen", 100, 1, 1, low=25, high=100),
    Drug("amlodipin-10", "C08CA01", "Amlodipin tabletter 10 mg", "1 tablett om morgenen", 10, 1, 1, low=5, high=10),
    Drug("furosemid-80", "C03CA01", "Furosemid tabletter 40 mg", "2 tabletter om morgenen", 40, 2, 1, low=20, high=240),
    Drug("pivmecillinam-7", "J01CA08", "Pivmecillinam tabletter 200 mg", "2 tabletter 3 ganger daglig i 7 dager", 200, 2, 3, low=400, high=1200, days=7),
    Drug("kandesartan", "C09CA06", "Kandesartan tabletter 8 mg", "1 tablett om morgenen", 8, 1, 1, low=4, high=32),
    Drug("losartan", "C09CA01", "Losartan tabletter 50 mg", "1 tablett om morgenen", 50, 1, 1, low=25, high=100),
    Drug("amlodipin", "C08CA01", "Amlodipin tabletter 5 mg", "1 tablett om morgenen", 5, 1, 1, low=5, high=10),
    Drug("hydroklortiazid", "C03AA03", "Hydroklortiazid tabletter 12,5 mg", "1 tablett om morgenen", 12.5, 1, 1, low=12.5, high=25),
    Drug("nifedipin", "C08CA05", "Nifedipin depottabletter 30 mg", "1 tablett om morgenen", 30, 1, 1, low=20, high=120),
    Drug("labetalol", "C07AG01", "Labetalol tabletter 100 mg", "1 tablett morgen og kveld", 100, 1, 2, low=100, high=1200),
    Drug("atorvastatin", "C10AA05", "Atorvastatin tabletter 20 mg", "1 tablett om kvelden", 20, 1, 1, low=10, high=80),
    Drug("atorvastatin-80", "C10AA05", "Atorvastatin tabletter 80 mg", "1 tablett om kvelden", 80, 1, 1, low=10, high=80),
    Drug("asa", "B01AC06", "Acetylsalisylsyre tabletter 75 mg", "1 tablett om morgenen", 75, 1, 1, low=75, high=160),
    Drug("klopidogrel", "B01AC04", "Klopidogrel tabletter 75 mg", "1 tablett om morgenen", 75, 1, 1, low=75, high=75),
    Drug("apixaban", "B01AF02", "Apiksaban tabletter 5 mg", "1 tablett morgen og kveld", 5, 1, 2, low=5, high=20),
    Drug("apixaban-lav", "B01AF02", "Apiksaban tabletter 2,5 mg", "1 tablett morgen og kveld", 2.5, 1, 2, low=5, high=20),
    Drug("dalteparin", "B01AB04", "Dalteparin injeksjon 5000 E", "5000 E under huden om kvelden", 5000, 1, 1, "sprøyte", low=2500, high=18000, days=35, measure="E"),
    Drug("metoprolol", "C07AB02", "Metoprolol depottabletter 50 mg", "1 tablett om morgenen", 50, 1, 1, low=25, high=200),
    Drug("bisoprolol", "C07AB07", "Bisoprolol tabletter 2,5 mg", "1 tablett om morgenen", 2.5, 1, 1, low=1.25, high=10),
    Drug("furosemid", "C03CA01", "Furosemid tabletter 40 mg", "1 tablett om morgenen", 40, 1, 1, low=20, high=240),
    Drug("spironolakton", "C03DA01", "Spironolakton tabletter 25 mg", "1 tablett om morgenen", 25, 1, 1, low=12.5, high=100),
    Drug("levotyroksin", "H03AA01", "Levotyroksin tabletter 75 µg", "1 tablett om morgenen, fastende", 75, 1, 1, low=25, high=200, measure="µg"),
    Drug("salbutamol", "R03AC02", "Salbutamol inhalasjon 0,2 mg/dose", "1 inhalasjon ved behov, inntil 4 ganger daglig", 0.2, 1, 4, "inhalasjon", low=0.1, high=1.6, as_needed=True),
    Drug("budesonid", "R03AK07", "Budesonid/formoterol inhalasjon 160/4,5 µg", "1 inhalasjon morgen og kveld", 160, 1, 2, "inhalasjon", low=160, high=1280, measure="µg"),
    Drug("flutikason-barn", "R03BA05", "Flutikason inhalasjon 50 µg/dose", "1 inhalasjon morgen og kveld med kammer", 50, 1, 2, "inhalasjon", low=50, high=200, measure="µg"),
    Drug("tiotropium", "R03BB04", "Tiotropium inhalasjon 2,5 µg/dose", "2 inhalasjoner om morgenen", 2.5, 2, 1, "inhalasjon", low=2.5, high=18, measure="µg"),
    Drug("escitalopram", "N06AB10", "Escitalopram tabletter 10 mg", "1 tablett om morgenen", 10, 1, 1, low=5, high=20),
    Drug("sertralin", "N06AB06", "Sertralin tabletter 50 mg", "1 tablett om morgenen", 50, 1, 1, low=25, high=200),
    Drug("mirtazapin", "N06AX11", "Mirtazapin tabletter 15 mg", "1 tablett om kvelden", 15, 1, 1, low=15, high=45),
    Drug("zopiklon", "N05CF01", "Zopiklon tabletter 5 mg", "1 tablett ved sengetid ved behov", 5, 1, 1, low=3.75, high=7.5, as_needed=True),
    Drug("melatonin", "N05CH01", "Melatonin depottabletter 2 mg", "1 tablett om kvelden", 2, 1, 1, low=1, high=5),
    Drug("metylfenidat", "N06BA04", "Metylfenidat depotkapsler 20 mg", "1 kapsel om morgenen", 20, 1, 1, "kapsel", low=10, high=60),
    Drug("paracetamol", "N02BE01", "Paracetamol tabletter 500 mg", "2 tabletter inntil 4 ganger daglig ved behov", 500, 2, 4, low=500, high=4000, as_needed=True),
    Drug("paracetamol-fast", "N02BE01", "Paracetamol tabletter 1 g", "1 tablett 4 ganger daglig", 1000, 1, 4, low=500, high=4000),
    Drug("ibuprofen", "M01AE01", "Ibuprofen tabletter 400 mg", "1 tablett inntil 3 ganger daglig ved behov", 400, 1, 3, low=400, high=1200, as_needed=True, days=14),
    Drug("oksykodon", "N02AA05", "Oksykodon tabletter 5 mg", "1 tablett ved behov, inntil 4 ganger daglig", 5, 1, 4, low=5, high=40, as_needed=True),
    Drug("sumatriptan", "N02CC01", "Sumatriptan tabletter 50 mg", "1 tablett ved anfall, inntil 2 i døgnet", 50, 1, 2, low=50, high=300, as_needed=True),
    Drug("alendronat", "M05BA04", "Alendronat tabletter 70 mg", "1 tablett en gang i uken", 70, 1, 1, every=7, low=10, high=10),
    Drug("kalsium", "A12AX", "Kalsium/vitamin D tyggetabletter 500 mg/800 IE", "1 tablett daglig", 500, 1, 1, low=500, high=1200),
    Drug("jern", "B03AA07", "Jernsulfat depottabletter 100 mg", "1 tablett daglig", 100, 1, 1, low=50, high=200),
    Drug("folat", "B03BB01", "Folsyre tabletter 0,4 mg", "1 tablett daglig", 0.4, 1, 1, low=0.4, high=5),
    Drug("hydrokortison", "D07AA02", "Hydrokortison krem 1 %", "Tynt lag en gang daglig i to uker", 0, 0, 1, "", days=14),
    Drug("kalsipotriol", "D05AX52", "Kalsipotriol/betametason skum", "Tynt lag en gang daglig", 0, 0, 1, ""),
    Drug("allopurinol", "M04AA01", "Allopurinol tabletter 100 mg", "1 tablett daglig", 100, 1, 1, low=100, high=600),
    Drug("metotreksat", "L04AX03", "Metotreksat tabletter 2,5 mg", "6 tabletter en gang i uken", 2.5, 6, 1, every=7, low=1, high=3.6),
    Drug("tamsulosin", "G04CA02", "Tamsulosin depotkapsler 0,4 mg", "1 kapsel daglig", 0.4, 1, 1, "kapsel", low=0.4, high=0.4),
    Drug("pantoprazol", "A02BC02", "Pantoprazol tabletter 40 mg", "1 tablett om morgenen", 40, 1, 1, low=20, high=80),
    Drug("memantin", "N06DX01", "Memantin tabletter 10 mg", "1 tablett daglig", 10, 1, 1, low=5, high=20),
    Drug("donepezil", "N06DA02", "Donepezil tabletter 5 mg", "1 tablett om kvelden", 5, 1, 1, low=5, high=10),
    Drug("levodopa", "N04BA02", "Levodopa/benserazid kapsler 100/25 mg", "1 kapsel 3 ganger daglig", 100, 1, 3, "kapsel", low=100, high=1200),
    Drug("lamotrigin", "N03AX09", "Lamotrigin tabletter 100 mg", "1 tablett morgen og kveld", 100, 1, 2, low=50, high=500),
    Drug("desloratadin", "R06AX27", "Desloratadin tabletter 5 mg", "1 tablett daglig i pollensesongen", 5, 1, 1, low=5, high=5),
    Drug("tamoksifen", "L02BA01", "Tamoksifen tabletter 20 mg", "1 tablett daglig", 20, 1, 1, low=20, high=20),
    Drug("laktulose", "A06AD11", "Laktulose mikstur 667 mg/mL", "15 mL daglig", 1, 15, 1, "mL", low=10, high=60, measure="mL"),
    Drug("glyserolnitrat", "C01DA02", "Glyserolnitrat resoribletter 0,5 mg", "1 resoriblett under tungen ved brystsmerter", 0.5, 1, 3, low=0.25, high=2.5, as_needed=True),
    # Courses: they end by themselves.
    Drug("fenoksymetyl", "J01CE02", "Fenoksymetylpenicillin tabletter 660 mg", "1 tablett 4 ganger daglig i 5 dager", 660, 1, 4, low=1300, high=5300, days=5),
    Drug("fenoksymetyl-7", "J01CE02", "Fenoksymetylpenicillin tabletter 660 mg", "2 tabletter 4 ganger daglig i 7 dager", 660, 2, 4, low=1300, high=5300, days=7),
    Drug("fenoksymetyl-14", "J01CE02", "Fenoksymetylpenicillin tabletter 660 mg", "2 tabletter 3 ganger daglig i 14 dager", 660, 2, 3, low=1300, high=5300, days=14),
    Drug("fenoksymetyl-mikstur", "J01CE02", "Fenoksymetylpenicillin mikstur 50 mg/mL", "5 mL 3 ganger daglig i 5 dager", 50, 5, 3, "mL", low=300, high=2000, days=5),
    Drug("amoksicillin", "J01CA04", "Amoksicillin kapsler 500 mg", "1 kapsel 3 ganger daglig i 7 dager", 500, 1, 3, "kapsel", low=750, high=3000, days=7),
    Drug("doksysyklin", "J01AA02", "Doksysyklin tabletter 100 mg", "2 tabletter første dag, deretter 1 tablett daglig i 7 dager", 100, 1, 1, low=100, high=200, days=8),
    Drug("erytromycin", "J01FA01", "Erytromycin enterokapsler 250 mg", "1 kapsel 4 ganger daglig i 7 dager", 250, 1, 4, "kapsel", low=500, high=2000, days=7),
    Drug("pivmecillinam", "J01CA08", "Pivmecillinam tabletter 200 mg", "1 tablett 3 ganger daglig i 3 dager", 200, 1, 3, low=400, high=1200, days=3),
    Drug("trimetoprim", "J01EA01", "Trimetoprim tabletter 160 mg", "1 tablett morgen og kveld i 3 dager", 160, 1, 2, low=160, high=320, days=3),
    Drug("nitrofurantoin", "J01XE01", "Nitrofurantoin tabletter 50 mg", "1 tablett 3 ganger daglig i 5 dager", 50, 1, 3, low=100, high=300, days=5),
    Drug("dikloksacillin", "J01CF01", "Dikloksacillin kapsler 500 mg", "1 kapsel 4 ganger daglig i 7 dager", 500, 1, 4, "kapsel", low=1000, high=4000, days=7),
    Drug("prednisolon", "H02AB06", "Prednisolon tabletter 20 mg", "2 tabletter om morgenen i 5 dager", 20, 2, 1, low=5, high=60, days=5),
    Drug("fusidin", "D06AX01", "Fusidinsyre krem 2 %", "3 ganger daglig i 7 dager", 0, 0, 3, "", days=7),
    Drug("kloramfenikol", "S01AA01", "Kloramfenikol øyedråper 5 mg/mL", "1 dråpe 4 ganger daglig i 5 dager", 0, 0, 4, "", days=5),
    Drug("kolkisin", "M04AC01", "Kolkisin tabletter 0,5 mg", "1 tablett morgen og kveld i 5 dager", 0.5, 1, 2, low=0.5, high=1.5, days=5),
)  # fmt: skip
DRUGS = {drug.key: drug for drug in _ROWS}

CHILDREN = frozenset(
    "fenoksymetyl-mikstur flutikason-barn hydrokortison fusidin kloramfenikol desloratadin metylfenidat lamotrigin "
    "insulin-glargin insulin-aspart salbutamol".split()
)
"""What those under twelve may have here; the rest of the table is in grown-ups' doses."""
UNSAFE = (
    "C09",
    "C10",
    "L04",
    "J01AA",
    "M01A",
    "B01AF",
    "A10BK",
    "A10BJ",
    "N06BA",
    "H03B",
    "D05AX",
    "M05B",
    "N03AX",
    "G04",
    "L02",
)
"""Beginnings of ATC codes that nobody here takes while she is pregnant."""


def clashes(drug: Drug, allergies: set[str]) -> bool:
    """Whether somebody with these allergies (ATC codes or beginnings of them) must not have it."""
    return any(drug.atc.startswith(atc) for atc in allergies if atc)


PARTS = (("morgen", "MORN"), ("kveld", "EVE"), ("sengetid", "HS"))
"""Words of a dose that name a part of the day → FHIR's code for it (event-timing, v3-TimingEvent)."""


def parts_of_day(dose: str) -> list[str]:
    """The codes of the parts of the day that a dose names."""
    return [code for word, code in PARTS if word in dose]
