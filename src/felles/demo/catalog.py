# ruff: noqa: E501 - tables read by their columns
"""What people in the region suffer from, take and are tested for: made-up courses over real codes.

Codes are ICPC-2 (problems), ATC (medicines), LOINC and Norsk laboratoriekodeverk (tests). Texts are our own.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Medicine:
    """A medicine with its dose and what it is for, in words."""

    atc: str
    name: str
    dose: str
    reason: str


@dataclass(frozen=True, slots=True)
class Test:
    """A test: LOINC and NLK codes, unit (and in UCUM), reference range, decimals; `vital`: measured, not analysed."""

    loinc: str
    nlk: str
    name: str
    unit: str
    ucum: str
    low: float | None = None
    high: float | None = None
    decimals: int = 0
    vital: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """How a test's values go: where they begin, where they end, how far they stray."""

    test: str
    begin: float
    end: float
    stray: float


@dataclass(frozen=True, slots=True)
class Illness:
    """A long-standing problem: who has it (ages, share of them), what is taken and followed, what is noted.

    `pressure` is the mean blood pressure at the first and the last contact, when it is followed.
    """

    icpc: str
    name: str
    ages: tuple[int, int]
    share: float
    medicines: tuple[str, ...]
    courses: tuple[Course, ...]
    notes: tuple[str, ...]
    pressure: tuple[tuple[int, int], tuple[int, int]] | None = None
    refer_to: tuple[str, str] | None = None


TESTS = {
    "hba1c": Test("59261-8", "NPU27300", "HbA1c", "mmol/mol", "mmol/mol", 20, 42),
    "kreatinin": Test("14682-9", "NPU04998", "Kreatinin", "µmol/L", "umol/L", 45, 105),
    "hb": Test("718-7", "NPU28309", "Hemoglobin", "g/dL", "g/dL", 11.7, 17.0, 1),
    "kalium": Test("2823-3", "NPU03230", "Kalium", "mmol/L", "mmol/L", 3.6, 5.0, 1),
    "natrium": Test("2951-2", "NPU03429", "Natrium", "mmol/L", "mmol/L", 137, 145),
    "ldl": Test("22748-8", "NPU01568", "LDL-kolesterol", "mmol/L", "mmol/L", 1.2, 4.3, 1),
    "tsh": Test("11580-8", "NPU03577", "TSH", "mIU/L", "m[IU]/L", 0.5, 3.6, 2),
    "crp": Test("1988-5", "NPU19748", "CRP", "mg/L", "mg/L", None, 5),
    "ferritin": Test("2276-4", "NPU19763", "Ferritin", "µg/L", "ug/L", 15, 300),
    "probnp": Test("33762-6", "", "NT-proBNP", "ng/L", "ng/L", None, 125),
    "vekt": Test("29463-7", "", "Vekt", "kg", "kg", decimals=1, vital=True),
    "hoyde": Test("8302-2", "", "Høyde", "cm", "cm", vital=True),
    "puls": Test("8867-4", "", "Puls", "/min", "/min", vital=True),
    "spo2": Test("59408-5", "", "Oksygenmetning", "%", "%", vital=True),
    "temperatur": Test("8310-5", "", "Temperatur", "°C", "Cel", decimals=1, vital=True),
    "sf": Test("11881-0", "", "Symfyse-fundus-mål", "cm", "cm", vital=True),
    "fosterlyd": Test("55283-6", "", "Fosterlyd", "/min", "/min", vital=True),
}

MEDICINES = {
    "metformin": Medicine("A10BA02", "Metformin tabletter 500 mg", "1 tablett morgen og kveld", "Diabetes type 2"),
    "ramipril": Medicine("C09AA05", "Ramipril kapsler 5 mg", "1 kapsel om morgenen", "Høyt blodtrykk"),
    "amlodipin": Medicine("C08CA01", "Amlodipin tabletter 5 mg", "1 tablett om morgenen", "Høyt blodtrykk"),
    "atorvastatin": Medicine("C10AA05", "Atorvastatin tabletter 20 mg", "1 tablett om kvelden", "Forebygge hjertesykdom"),
    "apixaban": Medicine("B01AF02", "Apiksaban tabletter 5 mg", "1 tablett morgen og kveld", "Forebygge blodpropp"),
    "metoprolol": Medicine("C07AB02", "Metoprolol depottabletter 50 mg", "1 tablett om morgenen", "Atrieflimmer"),
    "furosemid": Medicine("C03CA01", "Furosemid tabletter 40 mg", "1 tablett om morgenen", "Hjertesvikt"),
    "levotyroksin": Medicine("H03AA01", "Levotyroksin tabletter 75 µg", "1 tablett om morgenen, fastende", "Lavt stoffskifte"),
    "salbutamol": Medicine("R03AC02", "Salbutamol inhalasjon 0,2 mg", "1 inhalasjon ved behov, inntil 4 ganger daglig", "Astma"),
    "budesonid": Medicine("R03AK07", "Budesonid/formoterol inhalasjon", "1 inhalasjon morgen og kveld", "Astma eller kols"),
    "tiotropium": Medicine("R03BB04", "Tiotropium inhalasjon", "1 inhalasjon om morgenen", "Kols"),
    "escitalopram": Medicine("N06AB10", "Escitalopram tabletter 10 mg", "1 tablett om morgenen", "Depresjon"),
    "paracetamol": Medicine("N02BE01", "Paracetamol tabletter 500 mg", "2 tabletter inntil 4 ganger daglig ved behov", "Smerter"),
    "sumatriptan": Medicine("N02CC01", "Sumatriptan tabletter 50 mg", "1 tablett ved anfall", "Migrene"),
    "alendronat": Medicine("M05BA04", "Alendronat tabletter 70 mg", "1 tablett en gang i uken", "Beinskjørhet"),
    "jern": Medicine("B03AA07", "Jernsulfat depottabletter 100 mg", "1 tablett daglig", "Jernmangel"),
    "hydrokortison": Medicine("D07AA02", "Hydrokortison krem 1 %", "Tynt lag en gang daglig i to uker", "Eksem"),
    "fenoksymetyl": Medicine("J01CE02", "Fenoksymetylpenicillin tabletter 660 mg", "1 tablett 4 ganger daglig i 7 dager", "Halsbetennelse"),
}  # fmt: skip

ILLNESSES = (
    Illness(
        "K86", "Høyt blodtrykk", (45, 99), 0.42, ("ramipril", "amlodipin"),
        (Course("kreatinin", 74, 82, 6), Course("kalium", 4.2, 4.3, 0.25)),
        (
            "Kontroll av blodtrykk. Føler seg frisk, ingen svimmelhet. Måler hjemme om morgenen.\nFortsetter uendret, ny kontroll om et halvt år.",
            "Kontroll. Hjemmemålinger noe over målet. Snakket om salt, alkohol og mosjon.\nJusterer medisinene og ser an.",
        ),
        ((158, 94), (136, 82)),
    ),
    Illness(
        "T90", "Diabetes type 2", (45, 95), 0.18, ("metformin", "atorvastatin"),
        (Course("hba1c", 66, 52, 3), Course("ldl", 3.4, 2.2, 0.25), Course("vekt", 92, 87, 1.2), Course("kreatinin", 80, 88, 5)),
        (
            "Årskontroll for diabetes. Ingen sår på føttene, kjenner monofilament. Øyelege i fjor uten forandringer.\nHbA1c på vei ned. Fortsetter med metformin.",
            "Kontroll. Har gått mer i vinter og lagt om frokosten. Ingen føling.\nBlodprøver tatt, ny time om tre måneder.",
        ),
        ((146, 86), (134, 78)),
    ),
    Illness(
        "K78", "Atrieflimmer", (65, 99), 0.16, ("apixaban", "metoprolol"),
        (Course("puls", 92, 72, 6), Course("kreatinin", 86, 96, 6), Course("hb", 14.1, 13.6, 0.3)),
        ("Kontroll av atrieflimmer. Uregelmessig puls, ingen tungpust. Ingen blødninger.\nFortsetter med blodfortynnende; nyreprøver er tatt.",),
        ((138, 82), (132, 78)), ("medisin-poliklinikk", "Vurdering av atrieflimmer"),
    ),
    Illness(
        "T86", "Lavt stoffskifte", (25, 90), 0.12, ("levotyroksin",), (Course("tsh", 7.8, 2.1, 0.5),),
        ("Kontroll av stoffskiftet. Mer energi enn før, ingen hjertebank.\nTSH innenfor målet, samme dose. Ny prøve om et år.",),
    ),
    Illness(
        "R96", "Astma", (6, 60), 0.14, ("budesonid", "salbutamol"), (Course("spo2", 97, 98, 0.7),),
        ("Kontroll av astma. Bruker anfallsmedisin en gang i uken, sover godt.\nGått gjennom hvordan inhalatoren brukes.",),
    ),
    Illness(
        "R95", "Kols", (55, 95), 0.1, ("tiotropium", "salbutamol"), (Course("spo2", 95, 93, 1), Course("vekt", 71, 66, 0.8)),
        ("Kontroll av kols. Tyngre i bakker enn i fjor. Røyksluttet for fire år siden.\nVaksine mot influensa anbefalt, henvist til lungerehabilitering.",),
        None, ("medisin-poliklinikk", "Lungerehabilitering ved kols"),
    ),
    Illness(
        "P76", "Depresjon", (18, 75), 0.1, ("escitalopram",), (),
        ("Samtale. Sover bedre, er tilbake på jobb i halv stilling. Ingen tanker om å ta livet sitt.\nFortsetter med medisin og samtaler annenhver uke.",),
    ),
    Illness(
        "N89", "Migrene", (15, 60), 0.12, ("sumatriptan",), (),
        ("Kontroll av migrene. To anfall i måneden, god virkning når medisinen tas tidlig.\nFører hodepinedagbok videre.",),
    ),
    Illness(
        "L90", "Kneleddsartrose", (55, 90), 0.2, ("paracetamol",), (),
        ("Smerter i kneet ved gange, bedre etter trening hos fysioterapeut.\nFortsetter opplegget; røntgen bare hvis det blir verre.",),
    ),
    Illness(
        "L95", "Beinskjørhet", (65, 95), 0.12, ("alendronat",), (),
        ("Kontroll av beinskjørhet. Ingen fall siden sist. Tåler medisinen.\nNy måling av beintetthet neste år.",),
    ),
    Illness(
        "B80", "Jernmangel", (16, 50), 0.12, ("jern",), (Course("hb", 10.6, 12.8, 0.3), Course("ferritin", 6, 38, 5)),
        ("Kontroll av jernmangel. Mindre sliten. Tåler tablettene når de tas med mat.\nBlodprosenten stiger; fortsetter i tre måneder til.",),
    ),
    Illness(
        "S87", "Atopisk eksem", (1, 40), 0.14, ("hydrokortison",), (),
        ("Eksem i albuebøyene, verre om vinteren. Gått gjennom smøring.\nKrem i to uker, deretter bare fuktighetskrem.",),
    ),
)  # fmt: skip

SHORT = (
    ("R74", "Luftveisinfeksjon", "Hoste og feber i fire dager. Lungene normale, CRP lav.\nRåd om hvile og drikke. Tar kontakt hvis det blir verre."),
    ("L03", "Vondt i korsryggen", "Vondt i ryggen etter snømåking. Ingen utstråling, full kraft i beina.\nHolde seg i bevegelse, paracetamol ved behov."),
    ("A04", "Slapphet", "Sliten siste måneden. Sover greit. Blodprøver tatt for sikkerhets skyld.\nTelefontime når svarene er kommet."),
    ("U71", "Urinveisinfeksjon", "Svie og hyppig vannlating i to dager. Ingen feber.\nBehandling i tre dager, ny kontakt ved feber eller flankesmerter."),
    ("S88", "Kontakteksem", "Utslett på hendene etter ny såpe. Råd om hansker og krem.\nIngen videre kontroll avtalt."),
)  # fmt: skip
"""Passing complaints: ICPC-2, name, note."""

ALLERGIES = (
    (("J01C", "Penicilliner"), "Utslett over hele kroppen", True),
    (("J01EE01", "Sulfametoksazol og trimetoprim"), "Kløende utslett", False),
    (("M01A", "Betennelsesdempende midler (NSAID)"), "Tungpust", True),
    (("", "Peanøtt"), "Hevelse i lepper og hals", True),
    (("", "Egg"), "Elveblest", False),
)

PROGRAMME = (
    (42, "Rotavirusvaksine", "J07BH01"),
    (91, "Vaksine mot difteri, stivkrampe, kikhoste, polio, hib og hepatitt B", "J07CA09"),
    (91, "Pneumokokkvaksine", "J07AL02"),
    (152, "Vaksine mot difteri, stivkrampe, kikhoste, polio, hib og hepatitt B", "J07CA09"),
    (365, "Vaksine mot difteri, stivkrampe, kikhoste, polio, hib og hepatitt B", "J07CA09"),
    (456, "Vaksine mot meslinger, kusma og røde hunder", "J07BD52"),
)
"""The childhood programme up to fifteen months: age in days, vaccine, ATC. Source: FHI, barnevaksinasjonsprogrammet."""
