"""What must not be read of vaccines."""

from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from charts import code, day_of, of, pregnancies

pytestmark = pytest.mark.slow


AGES = {  # ATC, dose: from, until (years)
    ("J07BH01", 1): (0.10, 0.25), ("J07BH01", 2): (0.23, 0.45),
    ("J07CA09", 1): (0.24, 0.45), ("J07CA09", 2): (0.40, 0.65), ("J07CA09", 3): (0.99, 1.3),
    ("J07AL02", 2): (0.40, 0.65), ("J07AL02", 3): (0.99, 1.3),
    ("J07BD52", 1): (1.2, 1.6), ("J07BD52", 2): (10, 12), ("J07CA02", 4): (6, 8),
    ("J07BM03", 1): (11, 13), ("J07BM03", 2): (11.5, 14), ("J07CA02", 5): (14, 16),
}  # fmt: skip


def test_vaccines_are_given_at_their_age_and_in_their_order(made):
    for life in made.lives:
        given = sorted(of(life, "Immunization"), key=lambda m: m["occurrenceDateTime"])
        doses = defaultdict(list)
        for vaccine in given:
            atc, day = code(vaccine, "http://www.whocc.no/atc", "vaccineCode"), day_of(vaccine["occurrenceDateTime"])
            dose = vaccine["protocolApplied"][0]["doseNumberPositiveInt"]
            low, high = AGES.get((atc, dose), (0, 120))
            if atc == "J07AL02" and dose == 1:
                low, high = (0.24, 0.45) if life.person.years(day) < 5 else (65, 120)
            if atc == "J07BB02":
                low = 65
                assert day.month in (10, 11, 12)
            if atc == "J07AJ52":
                assert any(start + timedelta(weeks=12) < day < end for start, end in pregnancies(life))
            assert low <= life.person.years(day) <= high, (life.person.key, atc, dose, life.person.years(day))
            if atc not in ("J07BB02", "J07AJ52"):
                doses[atc].append(dose)
        for atc, numbers in doses.items():
            assert numbers == sorted(set(numbers)), (life.person.key, atc, numbers)


def test_a_child_of_two_has_had_the_programme(made):
    seen = 0
    for life in made.lives:
        if 2 <= life.person.years(life.today) < 6:
            names = Counter(code(m, "http://www.whocc.no/atc", "vaccineCode") for m in of(life, "Immunization"))
            assert (names["J07CA09"], names["J07AL02"], names["J07BD52"], names["J07BH01"]) == (3, 3, 1, 2)
            seen += 1
    assert seen
