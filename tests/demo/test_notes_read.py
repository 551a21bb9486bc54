"""What must not be read in a note."""

import re
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise

import pytest
from charts import LOINC, code, day_of, of, problems, results, text_of

from felles.demo.nynorsk import LEFT

pytestmark = pytest.mark.slow


SAID = {  # how notes name a test
    "hba1c": r"HbA1c (\d+)", "kreatinin": r"[Kk]reatinin (\d+)", "egfr": r"eGFR (\d+)", "hb": r"\bHb (\d+,\d)",
    "crp": r"CRP (\d+)", "vekt": r"[Vv]ekt (\d+,\d) kg", "spo2": r"SpO2 (\d+)", "tsh": r"TSH (\d+,\d+)",
    "ldl": r"LDL (\d,\d)",
    "sf": r"SF (\d+) cm", "puls": r"[Pp]uls (\d+)", "temperatur": r"[Tt]emp (\d+,\d)", "ferritin": r"[Ff]erritin (\d+)",
    "kalium": r"\bK (\d,\d)", "hoyde": r"(?:lengde|høyde|høgde) (\d+,\d) cm",
    "hodeomkrets": r"(?:hodeomkrets|hovudomkrins) (\d+,\d)",
}  # fmt: skip


@pytest.mark.parametrize("kind", ["Composition", "DocumentReference"])
def test_numbers_in_notes_are_those_in_the_record(made, kind):
    seen = 0
    for life in made.lives:
        values = defaultdict(set)
        for entry in of(life, "Observation"):
            day, test = day_of(entry["effectiveDateTime"]), LOINC.get(code(entry))
            if test and "valueQuantity" in entry:
                values[day, test.key].add(f"{entry['valueQuantity']['value']:.{test.decimals}f}".replace(".", ","))
            if "component" in entry:
                values[day, "bt"].add("/".join(str(p["valueQuantity"]["value"]) for p in entry["component"]))
        for note in of(life, kind):
            text, day = text_of(note), day_of(note["date"])
            days = [day - timedelta(days=n) for n in range(4 if kind == "DocumentReference" else 1)]
            for test, pattern in {**SAID, "bt": r"BT (\d+/\d+)(?! og prot)"}.items():
                for said in re.findall(pattern, text):
                    there = set().union(*(values[d, test] for d in days))
                    assert said in there, (life.person.key, test, said, there, text)
                    seen += 1
    assert seen >= (300 if kind == "Composition" else 1)


def test_notes_call_people_by_their_sex_and_age(made):
    for life in made.lives:
        for note in of(life, "Composition", "DocumentReference"):
            told = re.search(r"(\d+) år gam\w+ (kvinne|mann|jente|gutt?)", text_of(note))
            if told:
                assert int(told[1]) in {life.person.age(day_of(note["date"])) + n for n in (-1, 0)}
                assert (told[2] in ("kvinne", "jente")) is life.person.female


def test_the_known_problems_of_an_admission_are_known(made):
    from felles.demo.problems import PROBLEMS

    names = {p.short: p.icpc for p in PROBLEMS.values()}
    for life in made.lives:
        for note in of(life, "Composition"):
            told = re.search(r"Kjent med ([^.]+)\.", text_of(note))
            if told:
                for name in re.split(", | og ", told[1]):
                    if name in names:
                        assert names[name] in problems(life), (life.person.key, name)


def test_no_note_contradicts_itself(made):
    pairs = (
        (r"Rm puls", r"[Uu]regelmessig"), (r"hovne ankler|hovne bein|heving", r"Ingen (perifere )?ødem"),
        (r"[Ii]ngen allergi", r"Utslett"), (r"Ingen tungpust", r"Tungpust i|Tyngre i bakker|stoppe i trappa"),
    )  # fmt: skip
    for life in made.lives:
        for note in of(life, "Composition"):
            text = text_of(note)
            for one, other in pairs:
                assert not (re.search(one, text) and re.search(other, text)), (life.person.key, text)
            beginnings = [s.split()[0] for s in re.split(r"(?<=\.)\s+", text.partition("V:")[2]) if s.split()]
            assert beginnings.count("Fortsetter") <= 1, text


def test_what_is_found_today_is_not_told_as_if_it_were_treated(made):
    seen = 0
    for life in made.lives:
        for note in of(life, "Composition"):
            if note["title"].startswith(("Utredning", "Utgreiing")):
                text = text_of(note)
                assert not re.search(
                    r"[Tt]ablett(ene|ane)|Samme dose|[Ff]ortsetter|Held fram|Fornyet|statinet", text
                ), text
                assert "Oppstart" in text or "Ny vurdering" in text, text
                seen += 1
    assert seen > 5


def test_what_belongs_to_a_season_is_told_in_it(made):
    from felles.demo.chart import SEASONS
    from felles.demo.nynorsk import nynorsk

    for life in made.lives:
        for note in of(life, "Composition"):
            for word, months in SEASONS.items():
                if word in text_of(note) or nynorsk(word) in text_of(note):
                    assert day_of(note["date"]).month in months or life.person.key == "olav", (
                        note["date"],
                        text_of(note),
                    )


def test_notes_differ(made):
    texts = Counter(text_of(n) for life in made.lives for n in of(life, "Composition"))
    assert len(texts) > 0.5 * texts.total()
    assert texts.most_common(1)[0][1] < 0.02 * texts.total() + 5


def test_those_who_write_nynorsk_leave_no_bokmal(made):
    seen = 0
    for life in made.lives:
        for author, note in life.entries:
            if note["resourceType"] == "Composition" and made.region.places.staff[author].nynorsk:
                words = set(re.findall(r"[a-zæøå]+", text_of(note).lower()))
                assert not words & LEFT, (words & LEFT, text_of(note))
                seen += 1
    assert seen > 20


def test_a_note_of_a_child_speaks_of_what_it_can_and_of_those_it_has(made):
    alone = {p.key: len(home.grown()) == 1 for home in made.homes for p in home.people}
    seen = 0
    for life in made.lives:
        for note in of(life, "Composition"):
            text, years = text_of(note), life.person.years(day_of(note["date"]))
            assert "barnehage" not in text or years < 6, (life.person.key, text)
            assert not re.search(r"Sitter støtt|Sit støtt", text) or years > 0.6, (life.person.key, text)
            if years < 1 and "har det bra" in text:
                assert ("Mor og far" in text or "Foreldrene" in text) is not alone[life.person.key], text
                seen += 1
    assert seen


def test_what_belongs_to_a_time_of_the_day_is_told_in_it(made):
    for life in made.lives:
        for note in of(life, "Composition"):
            if re.search("[Ff]rokost|[Ff]rukost", text_of(note)) and note["title"] in ("Hjemmebesøk", "Heimebesøk"):
                assert int(note["date"][11:13]) <= 11, (life.person.key, note["date"], text_of(note))


def test_no_visit_is_told_as_the_one_before_it(made):
    visits, nursing = {"Hjemmebesøk", "Heimebesøk"}, {"Sykepleienotat", "Sjukepleienotat"}
    for life in made.lives:
        long_stay = any("Langtidsopphold" in str(m["type"]) for m in of(life, "EpisodeOfCare"))
        for titles in (visits, set() if long_stay else nursing):
            notes = sorted((n["date"], text_of(n)) for n in of(life, "Composition") if n["title"] in titles)
            assert all(one != other for (_, one), (_, other) in pairwise(notes)), (life.person.key, notes)


def test_a_broken_hip_is_operated_on_and_gets_better_day_by_day(made):
    order = ("sengekanten", "ved senga", "til badet", "på rommet", "trapp")
    seen = 0
    for life in made.lives:
        if life.person.key == "olav":
            continue
        for stay in of(life, "Encounter"):
            if stay["class"]["code"] != "IMP" or stay["reasonCode"][0]["text"][:9] != "Lårhalsbr":
                continue
            mine = f"Encounter/{stay['id']}"
            inside = [
                m for m in of(life, "Composition", "Procedure") if m.get("encounter", {}).get("reference") == mine
            ]
            notes = sorted(
                (m["date"], text_of(m)) for m in inside if m.get("title") in ("Sykepleienotat", "Sjukepleienotat")
            )
            places = [next(i for i, word in enumerate(order) if word in text) for _, text in notes]
            assert places == sorted(set(places)), notes
            assert [m for m in inside if m["resourceType"] == "Procedure"], life.person.key
            seen += 1
    assert seen


def test_who_lacks_iron_is_pale_and_who_does_not_is_not(made):
    for life in made.lives:
        bloods = {when[:10]: value for when, value, _ in results(life, "hb")}
        for note in of(life, "Composition"):
            if re.search(r"Slimhinner no(e|ko) blei?ke", text_of(note)):
                assert bloods[note["date"][:10]] < 12.5, (life.person.key, text_of(note))


def test_the_old_do_not_sleep_better_for_a_screen(made):
    for life in made.lives:
        for note in of(life, "Composition"):
            assert "skjermen" not in text_of(note) or life.person.age(day_of(note["date"])) <= 66, life.person.key
