"""What a person's body is like, and how it measures on a day: values follow from age, problems and their treatment.

A body is one person's dice thrown once (height, build, where her blood pressure and kidneys lie); `value` then gives
a test's value on a day, with the little scatter that measuring has. What is wrong is told it by `begin` and `treat`, so
that a result cannot contradict the list of problems.
"""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Final

from felles.demo.analyses import TESTS, creatinine
from felles.demo.growth import Growth
from felles.demo.world import Person

_DAY: Final = 365.25


class Body:
    """One person's body. `problems` and `treated` are key → first day."""

    def __init__(self, person: Person, rng: Random) -> None:
        self.person = person
        self.rng = rng
        self.growth = Growth(person.female, rng)
        rhesus = "negativ" if rng.random() < 0.15 else "positiv"
        self.blood = f"{rng.choices(('A', 'O', 'B', 'AB'), (48, 40, 8, 4))[0]} Rh(D) {rhesus}"
        self.tall = rng.gauss(167, 6) if person.female else rng.gauss(180, 6.5)
        self.tall = min(max(self.tall, 150 if person.female else 160), 182 if person.female else 200)
        self.build = min(max(rng.gauss(26, 3.6), 19), 42)
        self.drift = rng.uniform(-0.15, 0.25)
        self.pressure = (rng.gauss(121, 7), rng.gauss(75, 5))
        self.filtration = rng.gauss(1, 0.07)
        self.mean = {key: rng.gauss(0, 1) for key in _SPREAD}
        self.problems: dict[str, date] = {}
        self.treated: dict[str, date] = {}
        self.over: dict[str, date] = {}
        self.raised: list[date] = []
        """Days on which more was taken against high blood pressure."""
        self.pregnant: list[tuple[date, date]] = []
        """(conceived by last period, born) of each pregnancy."""

    def begin(self, problem: str, day: date) -> None:
        """She has had this problem since a day."""
        self.problems.setdefault(problem, day)

    def treat(self, problem: str, day: date) -> None:
        """It has been treated since a day."""
        self.treated.setdefault(problem, day)

    def has(self, problem: str, day: date) -> bool:
        """Whether she has it on a day (from three months before it was found: bodies are ill before they are told)."""
        since = self.problems.get(problem)
        return since is not None and (day - since).days > -90 and day <= self.over.get(problem, day)

    def helped(self, problem: str, day: date, within: float = 180) -> float:
        """How far the treatment of a problem has worked: 0 to 1, in full after `within` days."""
        since = self.treated.get(problem)
        return 0.0 if since is None or day < since else min((day - since).days / within, 1.0)

    def week(self, day: date) -> float | None:
        """How many weeks she is pregnant."""
        for conceived, born in self.pregnant:
            if conceived <= day < born:
                return (day - conceived).days / 7
        return None

    def height(self, day: date) -> float:
        """Centimetres."""
        age = self.person.years(day)
        return self.growth.height(age) if age < 19 else self.tall - max(0, age - 65) * 0.12

    def weight(self, day: date) -> float:
        """Kilograms, without scatter."""
        age = self.person.years(day)
        if age < 19:
            return self.growth.weight(age)
        build = self.build + self.drift * min((age - 45) / 10, 3)
        build += 4 * ("t2d" in self.problems) * (1 - 0.35 * self.helped("t2d", day, 700)) + 1.2 * self.has(
            "hypertension", day
        )
        build -= 3.5 * ("copd" in self.problems) + 2.0 * ("dementia" in self.problems) + max(0, age - 78) * 0.12
        build = min(max(build, 18.2), 45)
        kilos = build * (self.tall / 100) ** 2
        week = self.week(day)
        return kilos + (0 if week is None else max(0, week - 9) * 0.42)

    def value(self, test: str, day: date) -> float:
        """How a test comes out on a day, as it is printed."""
        row = TESTS[test]
        found = _VALUES[test](self, day)
        found = min(max(found, row.most[0]), row.most[1])
        return round(found, row.decimals) if row.decimals else round(found)

    def blood_pressure(self, day: date) -> tuple[int, int]:
        """Upper and lower, in mmHg."""
        age = self.person.years(day)
        if age < 18:
            upper, lower = 84 + 2 * min(age, 16) + self.mean["bp"] * 4, 50 + 1.2 * min(age, 16)
        else:
            upper, lower = (
                self.pressure[0] + max(0, age - 45) * 0.28,
                self.pressure[1] + max(0, 60 - abs(age - 60)) * 0.05,
            )
        if self.has("hypertension", day):
            left = 1 - 0.72 * self.helped("hypertension", day, 240)
            upper, lower = upper + 32 * left, lower + 15 * left
            for since in self.raised:
                done = min(max((day - since).days, 0) / 60, 1)
                upper, lower = upper - 9 * done, lower - 4 * done
        if self.has("heart-failure", day):
            upper, lower = upper - 8, lower - 4
        week = self.week(day)
        if week is not None:
            dip = -5 if 12 < week < 28 else 0
            upper, lower = min(upper, 128) + dip, min(lower, 80) + dip
        upper, lower = upper + self.rng.gauss(0, 4), lower + self.rng.gauss(0, 3)
        upper = min(max(upper, 78), 205)
        widest = 56 if age < 50 else 56 + (age - 50) * 0.8  # arteries stiffen with age, not before
        return round(upper), round(min(max(lower, 42, upper - widest), upper - 25, 118))

    # -- what more than one value needs --------------------------------------------------------------------

    def scatter(self, key: str, size: float) -> float:
        """Where this person lies, and what measuring adds, in all of about this size."""
        return self.mean[key] * size * 0.8 + self.rng.gauss(0, size * 0.35)

    def filtered(self, day: date) -> float:
        """The kidneys' filtration, mL/min/1.73 m²."""
        age = self.person.years(day)
        rate = (112 - max(0, age - 30) * 0.72) * self.filtration
        if self.has("ckd", day):
            rate = min(rate, 52 - 1.2 * max(0, (day - self.problems["ckd"]).days / _DAY))
        rate -= 5 * self.has("heart-failure", day) + 2 * self.has("t2d", day)
        if not self.has("ckd", day):
            rate = max(rate, 62)
        if self.week(day) is not None:
            rate *= 1.3
        return min(max(rate + self.rng.gauss(0, 2), 14), 135)


_SPREAD = (
    "bp",
    "hba1c",
    "hb",
    "ferritin",
    "kalium",
    "natrium",
    "lipid",
    "tsh",
    "liver",
    "b12",
    "d",
    "urate",
    "pulse",
    "psa",
)


def _hba1c(body: Body, day: date) -> float:
    if body.has("t1d", day):
        return 58 + body.scatter("hba1c", 6)
    if body.has("t2d", day):
        return max(
            48.0 if not body.helped("t2d", day) else 44.0,
            68 - 15 * body.helped("t2d", day, 300) + body.scatter("hba1c", 5),
        )
    return min(36 + body.scatter("hba1c", 2.5) + max(0, body.person.years(day) - 50) * 0.05, 41)


def _glucose(body: Body, day: date) -> float:
    if body.has("t1d", day) or body.has("t2d", day):
        return 0.12 * _hba1c(body, day) + 1.6 + body.rng.gauss(0, 1.1)
    return min(5.2 + body.scatter("hba1c", 0.4), 6.6)


def _creatinine(body: Body, day: date) -> float:
    age = body.person.years(day)
    if age < 18:
        return 18 + 2.6 * age + body.rng.gauss(0, 3)
    return creatinine(body.filtered(day), int(age), female=body.person.female)


def _acr(body: Body, day: date) -> float:
    if body.has("ckd", day):
        return 9 * 1.6 ** body.mean["liver"] * (1 + body.rng.gauss(0, 0.12))
    return abs(body.rng.gauss(1.0, 0.5)) + 0.3


def _hb(body: Body, day: date) -> float:
    age = body.person.years(day)
    if age < 14:
        return 11.6 + min(age, 14) * 0.13 + body.scatter("hb", 0.5)
    found = (13.5 if body.person.female else 14.9) + body.scatter("hb", 0.6) - max(0, age - 72) * 0.03
    if body.has("iron", day):
        found = min(found, 10.4 + body.rng.gauss(0, 0.3) + 2.6 * body.helped("iron", day, 120))
    found -= 1.1 * body.has("ckd", day) + 0.5 * body.has("rheuma", day)
    week = body.week(day)
    return found if week is None else min(found, 13.4) - min(week, 30) * 0.055


def _ferritin(body: Body, day: date) -> float:
    if body.has("iron", day):
        return 7 + abs(body.rng.gauss(0, 2.5)) + 38 * body.helped("iron", day, 150)
    middle = (60 if body.person.age(day) < 50 else 95) if body.person.female else 140
    found = max(middle * (1 + 0.35 * body.scatter("ferritin", 1)), 17)
    week = body.week(day)
    return found if week is None else max(found * (1 - min(week, 32) / 45), 12)


def _potassium(body: Body, day: date) -> float:
    return 4.1 + body.scatter("kalium", 0.2) + 0.3 * body.has("ckd", day) + 0.15 * body.has("heart-failure", day)


def _sodium(body: Body, day: date) -> float:
    return 140.5 + body.scatter("natrium", 1.4) - 1.2 * body.has("heart-failure", day)


def _ldl(body: Body, day: date) -> float:
    found = 3.3 + body.scatter("lipid", 0.6) + 1.2 * body.has("lipids", day)
    return max(found * (1 - 0.45 * body.helped("lipids", day, 60)), 0.9)


def _tsh(body: Body, day: date) -> float:
    if body.has("thyroid", day):
        return max(0.6, 9.5 * (1 - body.helped("thyroid", day, 200)) + 1.9 + body.scatter("tsh", 0.6))
    return min(max(1.7 + body.scatter("tsh", 0.6), 0.6), 3.5)


def _ft4(body: Body, day: date) -> float:
    low = 5.5 * (1 - body.helped("thyroid", day, 200)) if body.has("thyroid", day) else 0
    return 14.5 - low + body.rng.gauss(0, 1.2)


def _urate(body: Body, day: date) -> float:
    found = (260 if body.person.female else 330) + body.scatter("urate", 40)
    return found if not body.has("gout", day) else 520 + body.rng.gauss(0, 25) - 190 * body.helped("gout", day, 120)


def _crp(body: Body, day: date) -> float:
    calm = 5 + abs(body.rng.gauss(4, 4)) if body.has("rheuma", day) else abs(body.rng.gauss(0, 1.8))
    return max(calm, 1)


def _probnp(body: Body, day: date) -> float:
    if body.has("heart-failure", day):
        return 2600 - 900 * body.helped("heart-failure", day, 200) + body.rng.gauss(0, 260)
    age = body.person.years(day)
    found = 30 + max(0, age - 50) * 3 + abs(body.rng.gauss(0, 18))
    return found + 650 if body.has("af", day) else found


def _psa(body: Body, day: date) -> float:
    if body.has("prostate-cancer", day):
        return 11 * (1 - 0.97 * body.helped("prostate-cancer", day, 120)) + abs(body.rng.gauss(0, 0.2))
    return min(
        abs(0.8 + 0.02 * max(0, body.person.years(day) - 50) + body.scatter("psa", 0.4))
        + 1.1 * body.has("prostate", day),
        3.9,
    )


def _pulse(body: Body, day: date) -> float:
    age = body.person.years(day)
    if age < 14:
        return 128 - 12 * min(age, 4) - 2 * max(0, age - 4) + body.rng.gauss(0, 6)
    fast = 22 * (1 - 0.8 * body.helped("af", day, 60)) if body.has("af", day) else 0
    return 70 + fast + body.scatter("pulse", 6) + (8 if body.week(day) else 0)


def _saturation(body: Body, day: date) -> float:
    return (93.5 if body.has("copd", day) else 98) + body.rng.gauss(0, 0.8)


def _breathing(body: Body, day: date) -> float:
    age = body.person.years(day)
    return (36 - 6 * min(age, 3) if age < 3 else 16) + 3 * body.has("copd", day) + body.rng.gauss(0, 1)


def _fev1(body: Body, day: date) -> float:
    age = body.person.years(day)
    whole = (3.4 if body.person.female else 4.4) - max(0, age - 25) * 0.026
    share = 0.55 if body.has("copd", day) else 0.9 if body.has("asthma", day) else 1
    return whole * share + body.rng.gauss(0, 0.06)


def _pef(body: Body, day: date) -> float:
    age = body.person.years(day)
    whole = 100 + 25 * max(0, age - 4) if age < 16 else 430 if body.person.female else 560
    return whole * (0.85 if body.has("asthma", day) else 1) + body.rng.gauss(0, 15)


_VALUES = {
    "hba1c": _hba1c,
    "glukose": _glucose,
    "kreatinin": _creatinine,
    "acr": _acr,
    "hb": _hb,
    "leukocytter": lambda body, _: 6.6 + body.rng.gauss(0, 1.0),
    "trombocytter": lambda body, _: 255 + body.rng.gauss(0, 38),
    "ferritin": _ferritin,
    "kalium": _potassium,
    "natrium": _sodium,
    "alat": lambda body, _: 24 + body.scatter("liver", 7),
    "alp": lambda body, day: (70 if body.person.years(day) > 18 else 220) + body.scatter("liver", 12),
    "kolesterol": lambda body, day: _ldl(body, day) + 1.8 + body.rng.gauss(0, 0.15),
    "ldl": _ldl,
    "tsh": _tsh,
    "ft4": _ft4,
    "b12": lambda body, _: 360 + body.scatter("b12", 80),
    "d-vitamin": lambda body, day: 66 + body.scatter("d", 13) + (8 if 6 <= day.month <= 10 else -6),
    "urat": _urate,
    "crp": _crp,
    "sr": lambda body, day: abs(9 + body.rng.gauss(0, 4)) + 14 * body.has("rheuma", day),
    "probnp": _probnp,
    "psa": _psa,
    "inr": lambda body, _: 1.0 + abs(body.rng.gauss(0, 0.06)),
    "vekt": lambda body, day: body.weight(day) + body.rng.gauss(0, 0.004) * body.weight(day),
    "hoyde": lambda body, day: body.height(day) + body.rng.gauss(0, 0.2),
    "kmi": lambda body, day: body.weight(day) / (body.height(day) / 100) ** 2,
    "hodeomkrets": lambda body, day: body.growth.head(body.person.years(day)) + body.rng.gauss(0, 0.1),
    "puls": _pulse,
    "spo2": _saturation,
    "respirasjon": _breathing,
    "temperatur": lambda body, _: 36.8 + body.rng.gauss(0, 0.25),
    "pef": _pef,
    "fev1": _fev1,
}  # fmt: skip
