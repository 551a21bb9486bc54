# ruff: noqa: E501 - notes are read by their lines
"""Pregnancies, those that go on and those that ended with a child; births, as mother's and child's records have them.

The controls are those of Helsedirektoratets retningslinje for svangerskapsomsorgen; term by ultrasound is 283 days
(eSnurra). What is measured is one made-up woman's course: no reference curve stands behind it.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Final

from felles.access.codes import PREGNANCY
from felles.demo import build, planned
from felles.demo.calendar import SLOTS, coming, open_day, slot
from felles.demo.chart import Chart, Visit
from felles.demo.growth import Growth
from felles.demo.ordered import Sample, order
from felles.demo.people import TERM
from felles.demo.wishes import expecting
from felles.fhir.norway.systems import LOINC

if TYPE_CHECKING:
    from felles.demo.world import Person

WEEKS: Final = (8, 24, 28, 32, 36, 38, 40)
"""Weeks of controls at the midwife's; the first consultation is the GP's."""
SPARED: Final = (
    "hypertension", "t2d", "t1d", "lipids", "rheuma", "epilepsy", "adhd", "psoriasis", "af", "ihd", "depression", "gout",
    "insomnia", "osteoporosis", "ckd", "migraine", "breast-cancer", "prostate", "iron", "knee", "hip", "anxiety",
    "bleeding", "prolapse",
)  # fmt: skip
"""Problems that are not given to those who expect a child: their course would be another."""

_TOLD: Final = {
    10: ("Kvalm om morgenen, ellers bra. Ønsket svangerskap.", "Sliten, lite kvalm. Tar folat."),
    26: ("Kjenner liv. Ingen hodepine eller synsforstyrrelser.", "Føler seg i form. Kjenner tydelig liv."),
    34: ("Kjenner mye liv. Litt vondt i bekkenet, ellers bra.", "Sover på siden. Ingen hodepine."),
    99: ("Godt med liv. Noen kynnere om kvelden.", "Tung, men i fin form. Tasken er pakket."),
}

_INFECTIONS: Final = (
    ("HIV, antistoff og antigen", "Negativ"), ("Hepatitt B, HBsAg", "Negativ"), ("Syfilis, antistoff", "Negativ"),
)  # fmt: skip


class Course:
    """One woman's pregnancy: `conceived` by the last period as ultrasound has it, `high` when her pressure rises."""

    def __init__(self, chart: Chart, due: date, *, high: bool = False) -> None:
        self.chart = chart
        self.due = due
        self.conceived = due - timedelta(days=TERM)
        self.high = high
        chart.body.pregnant.append((self.conceived, due + timedelta(days=14)))

    def day(self, week: int) -> date:
        """An open day in a week, her own one."""
        return open_day(self.conceived + timedelta(days=week * 7 + self.chart.person.ordinal % 5))

    def told(self, *, until: date) -> None:
        """All that was written before a day."""
        chart = self.chart
        first = self.day(8)
        if first >= until or first < chart.start:
            return
        self._first(first)
        early, scan = self.day(12), self.day(18)
        if early < until and chart.person.years(early) >= 35:
            self._scan(early, 12)
        if scan < until:
            self._scan(scan, 18)
        for week in WEEKS[1:]:
            day = self.day(week)
            if day < until:
                self.control(week, day)

    def _first(self, day: date) -> None:
        """The first consultation at the GP's, and the follow-up that opens the record for the midwife."""
        chart = self.chart
        visit = chart.consult("Første svangerskapskontroll", day)
        chart.diagnose(visit.author, ("W78", "Z34"), "Svangerskap", visit.day, key="pregnancy")
        self._found_first(visit)
        chart.pressure(visit)
        chart.measure(visit, "vekt", "hoyde", "hb", "ferritin", "hba1c")
        chart.measure(visit, kmi=visit.values["vekt"] / (visit.values["hoyde"] / 100) ** 2)
        self.urine(visit, "Negativ")
        text = (
            f"{chart.rng.choice(_TOLD[10])}\nUS: BT {{bt}}, vekt {{vekt}} kg, KMI {{kmi}}. Hb {{hb}}, ferritin {{ferritin}}, HbA1c {{hba1c}}. "
            f"Blodtype {chart.body.blood}.\nV: Folat. Henvist til ultralyd. Videre kontroller hos jordmor."
        )
        chart.note(visit, "Første svangerskapskontroll", text)
        chart.prescribe(visit.author, "folat", visit.day, "Svangerskap")
        self._follow(visit)
        self._refer(visit)
        back = open_day(visit.day + timedelta(days=4))
        sample = Sample(visit, "Infeksjonsprøver i svangerskapet", "Tilbys alle gravide ved første kontroll",
                        back if back <= chart.today else None, "Ingen funn. Lagt i helsekortet.")  # fmt: skip
        order(chart, sample, [], _INFECTIONS)

    def _found_first(self, visit: Visit) -> None:
        """That she is pregnant, since when, and her blood type."""
        for text, loinc, value, category in (
            ("Svangerskap", "82810-3", {"valueCodeableConcept": build.concept("Gravid", (LOINC, "LA15173-0"))}, ""),
            ("Siste menstruasjons første dag", "8665-2", {"valueDateTime": self.conceived.isoformat()}, "exam"),
            ("Blodtype", "882-1", {"valueString": self.chart.body.blood}, "laboratory"),
        ):
            self.chart.find(
                visit.author, text, loinc, value, visit.when(5), encounter=visit.reference,
                category=category or "social-history",
            )  # fmt: skip

    def _follow(self, visit: Visit) -> None:
        """The follow-up at the health station, from a week later until the birth."""
        chart, district = self.chart, self.chart.district
        start = open_day(visit.day + timedelta(days=7))
        made = planned.episode(
            chart.person, PREGNANCY, "Svangerskapsomsorg", chart.place(district.health_station),
            chart.staff(district.midwife), start if start <= chart.today else visit.day,
            end=self.due if self.due < chart.today else None,
        )  # fmt: skip
        chart.add(visit.author, made)

    def _refer(self, visit: Visit) -> None:
        """The two referrals to the maternity ward: where she gives birth, and to ultrasound."""
        chart, term = self.chart, _short(self.due)
        maternity, gp = chart.place(chart.district.units["kvinneklinikk"][0]), chart.staff(visit.author)
        for text, reason, answered in (
            ("Fødeplass", f"Ønsker å føde her. Termin {term}.", self.due < chart.today),
            ("Ultralyd i svangerskapet", f"Termin etter siste menstruasjon {term}. Ønsker ultralyd.", self.day(18) < chart.today),
        ):  # fmt: skip
            chart.add(
                visit.author,
                planned.referral(chart.person, text, reason, maternity, gp, visit.day, answered=answered),
            )

    def _scan(self, day: date, week: int) -> None:
        chart = self.chart
        midwife = next(k for k in chart.district.units["kvinneklinikk"][1] if chart.staff(k).role == "midwife")
        visit = chart.visit(midwife, "AMB", f"Ultralyd uke {week}", day, 9 + chart.rng.randrange(5), 30, minutes=40)
        due = {"valueDateTime": self.due.isoformat()}
        chart.find(
            midwife, "Termin etter ultralyd", "11778-8", due, visit.when(20), encounter=visit.reference, category="exam"
        )
        where = chart.rng.choice(("foran", "bak"))
        text = f"Ett levende foster, størrelse som ventet. Morkake {where}, normal fostervannsmengde. Termin {_short(self.due)}."
        if week < 15:
            text = f"Ett levende foster, hjerteaksjon sett. CRL som ventet. Termin {_short(self.due)}."
        chart.note(visit, f"Ultralyd uke {week}", text, minutes=35)

    def urine(self, visit: Visit, value: str) -> None:
        """Protein in the urine by strip, at a visit."""
        made = build.finding(
            self.chart.person, "Protein i urin, strimmel", "20454-5", {"valueCodeableConcept": {"text": value}},
            visit.when(5), self.chart.staff(visit.author), encounter=visit.reference, category="laboratory",
        )  # fmt: skip
        self.chart.add(visit.author, made)

    def control(
        self, week: int, day: date, *, pressure: tuple[int, int] | None = None, protein: str = "Negativ", told: str = ""
    ) -> Visit:
        """A control at the midwife's in a week."""
        chart = self.chart
        midwife = chart.district.midwife
        exact = (day - self.conceived).days
        visit = chart.visit(
            midwife, "AMB", f"Svangerskapskontroll uke {week}", day, *slot(chart.rng.randrange(SLOTS)), minutes=30
        )
        if pressure is None and self.high and week >= 32:
            upper, lower = chart.body.blood_pressure(day)
            pressure = (max(upper, 132) + (week - 32) * 2, max(lower, 84) + (week - 32))
        chart.pressure(visit, pressure)
        chart.measure(
            visit,
            "vekt",
            sf=0.87 * exact / 7 + 2.6 + chart.body.mean["hb"] * 0.7 + chart.rng.gauss(0, 0.4),
            fosterlyd=chart.rng.gauss(142, 5),
        )
        self.urine(visit, protein)
        if week == 28:
            chart.measure(visit, "hb", "ferritin")
        said = told or chart.rng.choice(next(texts for until, texts in _TOLD.items() if week < until))
        lines = [
            f"Uke {exact // 7}+{exact % 7}. {said}",
            f"BT {{bt}}. Urin: protein {protein.lower()}. Vekt {{vekt}} kg. SF {{sf}} cm. Fosterlyd {{fosterlyd}}.",
        ]
        if week == 28:
            lines[1] += " Hb {hb}, ferritin {ferritin}."
            if visit.values["hb"] < 11 or visit.values["ferritin"] < 20:
                lines.append("Råd om jern 100 mg daglig.")
                chart.prescribe(chart.gp(day), "jern", day, "Lave jernlagre i svangerskapet")
        if week >= 36:
            lines[1] += " Hodeleie."
        lines.append("Ny kontroll avtalt." if week < 40 else "Vurdering på sykehuset ved overtid avtalt.")
        if week in (24, 28) and chart.body.blood.endswith("negativ"):
            lines.insert(2, self._rhesus(visit, week))
        chart.note(visit, f"Svangerskapskontroll uke {week}", "\n".join(lines), minutes=25)
        if week == 24:
            expecting(chart, visit)
            self._sugar(visit)
            nurse = chart.district.health_nurse
            chart.add(
                nurse, build.vaccine(chart.person, "Kikhostevaksine til gravide", "J07AJ52", day, chart.staff(nurse), 1)
            )
        return visit

    def _sugar(self, visit: Visit) -> None:
        """The test for diabetes of pregnancy of those whose risk asks for it (KMI over 25, the first child after 25, over 40)."""
        chart = self.chart
        age, first = chart.person.age(visit.day), not chart.home.children()
        if (
            chart.body.weight(self.conceived) / (chart.body.height(visit.day) / 100) ** 2 <= 25
            and not (first and age > 25)
            and age <= 40
        ):
            return
        back = open_day(visit.day + timedelta(days=3))
        fasting, later = 4.3 + chart.rng.random() * 0.7, 5.6 + chart.rng.random() * 2.4
        sample = Sample(visit, "Glukosebelastning", "Risiko for svangerskapsdiabetes", back if back <= chart.today else None,
                        "Ringt: normal glukosebelastning.")  # fmt: skip
        told = (("Glukose fastende", f"{fasting:.1f} mmol/L"), ("Glukose etter to timer", f"{later:.1f} mmol/L"))
        order(chart, sample, [], tuple((name, value.replace(".", ",")) for name, value in told))

    def _rhesus(self, visit: Visit, week: int) -> str:
        """What an Rh(D) negative woman is followed with: the child's type in week 24, anti-D in week 28 when it is positive."""
        chart = self.chart
        positive = chart.body.mean["psa"] > -0.25  # six of ten
        if week == 28:
            return (
                "Rh(D)-negativ, barnet positivt: anti-D gitt."
                if positive
                else "Rh(D)-negativ, barnet også: anti-D trengs ikke."
            )
        value = {"valueCodeableConcept": {"text": "Positiv" if positive else "Negativ"}}
        staff = chart.staff(visit.author)
        made = build.finding(
            chart.person,
            "RhD-typing av foster i mors plasma",
            "",
            value,
            visit.when(5),
            staff,
            encounter=visit.reference,
            category="laboratory",
        )
        chart.add(visit.author, made)
        return "Rh(D)-negativ: prøve til typing av fosteret og antistoffer tatt."

    def book_next(self, *, today: bool = False) -> date | None:
        """The ultrasound of week 18, or the next control at the midwife's; the day of that control.

        `today`: a control that is due within the week is today.
        """
        chart = self.chart
        if self.day(18) > chart.today:
            midwife = next(
                key for key in chart.district.units["kvinneklinikk"][1] if chart.staff(key).role == "midwife"
            )
            chart.book(midwife, "Ultralyd uke 18", self.day(18), 9 + chart.person.ordinal % 5, 30, minutes=40)
            return None
        ahead = next((week for week in WEEKS[1:] if self.day(week) >= chart.today), None)
        if ahead is None:
            return None
        first = coming(chart.today, 3)[chart.person.ordinal % 3]
        day = max(self.day(ahead), first)
        if today and (day - chart.today).days < 7:
            day = open_day(chart.today)
        chart.book(
            chart.district.midwife,
            f"Svangerskapskontroll uke {ahead}",
            day,
            *slot(chart.person.ordinal % SLOTS),
            minutes=30,
        )
        return day


def born_here(chart: Chart, child: Person, *, scanned: bool = True) -> None:
    """The pregnancy and birth of a child as its mother's record has them."""
    due = child.born + timedelta(days=chart.rng.randrange(-4, 12))
    course = Course(chart, due)
    chart.body.pregnant[-1] = (course.conceived, child.born)
    if scanned:
        course.told(until=child.born - timedelta(days=1))
    if "pregnancy" in chart.conditions:
        build_over = chart.conditions.pop("pregnancy")
        build_over["clinicalStatus"] = build.plain("condition-clinical", "resolved")
        build_over["category"] = [build.plain("condition-category", "encounter-diagnosis")]
        build_over["abatementDateTime"] = child.born.isoformat()
    for key in ("folat", "jern"):
        chart.stop(key, child.born, "Svangerskapet er over")
    midwife = next(k for k in chart.district.units["kvinneklinikk"][1] if chart.staff(k).role == "midwife")
    home = child.born + timedelta(days=2)
    if not chart.alive(home) or child.born - timedelta(days=1) < chart.start:
        return
    stay = chart.stay(midwife, "Fødsel", (child.born, 2), (home, 12))
    grams = round(birth_weight(chart, child) * 1000)
    blood = chart.rng.randrange(20, 60) * 10
    chart.add(
        midwife,
        build.procedure(
            chart.person,
            "Vaginal fødsel",
            (child.born, 4, 0),
            (child.born, 9, 40),
            chart.staff(midwife),
            stay.reference,
        ),
    )
    over = {"valueCodeableConcept": build.concept("Ikke gravid", (LOINC, "LA26683-5"))}
    chart.add(
        midwife,
        build.finding(
            chart.person, "Svangerskap", "82810-3", over, (child.born, 10, 0), chart.staff(midwife),
            encounter=stay.reference,
        ),
    )  # fmt: skip
    sex = "jente" if child.female else "gutt"
    chart.note(
        stay,
        "Fødselsnotat",
        f"Spontan fødsel i hodeleie av levende {sex}, {grams} g. Apgar 9-10-10. Blødning {blood} ml. Grad 1-rift, sydd.",
        minutes=500,
    )
    letter = f"Født {_short(child.born)}: {sex}, {grams} g. Amming kommet i gang. Hjemreise etter to døgn. Hjemmebesøk av jordmor avtalt."
    chart.letter(stay, "Fødselsepikrise", letter, (home, 12, 30))
    _visits_after(chart, home)


def birth_weight(chart: Chart, child: Person) -> float:
    """What a child weighed at birth, in kg to one decimal: as its own record has it, since its dice are thrown alike."""
    return round(Growth(child.female, Random(f"{chart.seed}/{child.key}")).weight(0), 1)


def _visits_after(chart: Chart, home: date) -> None:
    midwife, day = chart.district.midwife, open_day(home + timedelta(days=2))
    if chart.alive(day) and day < chart.today:
        visit = chart.visit(midwife, "HH", "Hjemmebesøk etter fødsel", day, 11, 0, minutes=60)
        chart.note(
            visit,
            "Hjemmebesøk, barsel",
            "Mor i fin form, livmoren trekker seg sammen. Amming går bra. Snakket om søvn og avlastning.",
        )
    day = open_day(home + timedelta(days=44))
    if chart.alive(day) and day < chart.today:
        visit = chart.consult("Etterkontroll seks uker etter fødsel", day)
        chart.pressure(visit)
        chart.measure(visit, "hb")
        chart.note(
            visit,
            "Etterkontroll",
            "Føler seg bra, ammer. Ingen tegn til depresjon.\nUS: BT {bt}. Hb {hb}. Riften er grodd.\nV: Prevensjon drøftet.",
        )


def newborn(chart: Chart) -> None:
    """The child's own record of its birth and first days in hospital."""
    born = chart.person.born
    midwife = next(k for k in chart.district.units["kvinneklinikk"][1] if chart.staff(k).role == "midwife")
    if born < chart.start or (chart.today - born).days < 4:
        return
    stay = chart.stay(midwife, "Nyfødt", (born, 9), (born + timedelta(days=2), 12))
    chart.measure(stay, "hoyde", "hodeomkrets", vekt=round(chart.body.growth.weight(0), 1))
    chart.note(
        stay,
        "Undersøkelse av nyfødt",
        "Friskt, fullbårent barn. Vekt {vekt} kg, lengde {hoyde} cm, hodeomkrets {hodeomkrets} cm.\nHjerte og lunger uten anmerkning. Hofter stabile. Hørselstest godkjent. Nyfødtscreening tatt.",
        minutes=60,
    )


def _short(day: date) -> str:
    return f"{day.day}.{day.month}.{day.year}"
