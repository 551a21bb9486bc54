"""What must not be read of families."""

import pytest
from charts import day_of, of, results, text_of

pytestmark = pytest.mark.slow


def test_mothers_were_neither_children_nor_old_when_they_gave_birth(made):
    for home in made.homes:
        for child in home.children():
            for parent in home.grown():
                years = (child.born - parent.born).days / 365.25
                assert years > 17, (home.key, years)
                assert years < (46 if parent.female else 60), (home.key, years)


def test_parents_stand_in_their_childrens_records(made):
    for home in made.homes:
        for child in home.children():
            life = next(life for life in made.lives if life.person.key == child.key)
            names = {m["name"][0]["given"][0] for m in of(life, "RelatedPerson")}
            assert {p.name[0].split()[0] for p in home.grown() if not p.died} <= names


def test_births_stand_alike_in_both_records(made):
    by_key = {life.person.key: life for life in made.lives}
    seen = 0
    for home in made.homes:
        mother = next((p for p in home.grown() if p.female), None)
        for child in home.children():
            weights = [v for when, v, _ in results(by_key[child.key], "vekt") if day_of(when) == child.born]
            told = [] if mother is None else [
                text_of(n) for n in of(by_key[mother.key], "Composition")
                if "levende" in text_of(n) and "Apgar" in text_of(n) and day_of(n["date"]) == child.born
            ]  # fmt: skip
            if weights and told:
                seen += 1
                assert f"{round(weights[0] * 1000)} g" in told[0]
                assert ("jente" if child.female else "gut") in told[0]
    assert seen


def test_names_belong_together(made):
    from felles.demo.names import fits

    for life in made.lives:
        for entry in of(life, "RelatedPerson"):
            if (
                entry["relationship"][0]["text"] in ("Sønn", "Datter")
                and entry["name"][0]["family"] == life.person.name[1]
            ):
                assert fits(entry["name"][0]["given"][0], life.person.name[1]), entry["name"]
