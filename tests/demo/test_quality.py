"""What must not be read in any chart of the region: each test is a kind of absurdity that is forbidden."""

import base64
import re
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest

from felles import fhir
from felles.demo.analyses import TESTS
from felles.demo.calendar import is_open
from felles.demo.complaints import COMPLAINTS
from felles.demo.drugs import CHILDREN, DRUGS, UNSAFE
from felles.demo.growth import score
from felles.demo.nynorsk import LEFT

pytestmark = pytest.mark.slow

LOINC = {test.loinc: test for test in TESTS.values()}
ATC = defaultdict(list)
for drug in DRUGS.values():
    ATC[drug.atc].append(drug)


def day_of(text):
    return date.fromisoformat(text[:10])


def of(life, *types):
    return [made for _, made in life.entries if made["resourceType"] in types]


def code(made, system="http://loinc.org", element="code"):
    return next((str(c["code"]) for c in made[element].get("coding", []) if c["system"] == system), "")


def happened(made):
    """The days on which an entry says that something happened or was written."""
    for name in ("effectiveDateTime", "date", "authoredOn", "recordedDate", "occurrenceDateTime", "created"):
        if name in made:
            yield day_of(made[name])
    for name in ("period", "performedPeriod"):
        if name in made:
            yield day_of(made[name]["start"])
    if made["resourceType"] == "Appointment" and made["status"] != "booked":
        yield day_of(made["start"])


def results(life, *keys):
    """(day, value, entry) of results of these tests, in order."""
    wanted = {TESTS[key].loinc for key in keys}
    found = [m for m in of(life, "Observation") if code(m) in wanted and "valueQuantity" in m]
    return sorted(((m["effectiveDateTime"], m["valueQuantity"]["value"], m) for m in found), key=lambda row: row[0])


def problems(life):
    """ICPC-2 and ICD-10 codes of all problems."""
    return {c["code"] for m in of(life, "Condition") for c in m["code"]["coding"]}


def text_of(made):
    if made["resourceType"] == "Composition":
        return re.sub(r"<[^>]+>", "\n", made["section"][0]["text"]["div"])
    return base64.b64decode(made["content"][0]["attachment"]["data"]).decode()


def pregnancies(life):
    """(first day of the last period, term or birth) of each."""
    starts = [day_of(m["valueDateTime"]) for m in of(life, "Observation") if code(m) == "8665-2"]
    return [(start, start + timedelta(days=300)) for start in starts]


# -- form --------------------------------------------------------------------------------------------------


def test_each_entry_is_valid_and_its_references_lead_somewhere(made):
    here = {f"{r['resourceType']}/{r['id']}" for r in made.shared}
    everything = [r for life in made.lives for _, r in life.entries]
    here |= {f"{r['resourceType']}/{r['id']}" for r in everything}
    assert len(here) == len(made.shared) + len(everything)
    for resource in [*made.shared, *everything]:
        for reference in fhir.references(fhir.decode(msgspec.json.encode(resource))):
            assert reference.reference in here, resource


def test_periods_end_after_they_began(made):
    for life in made.lives:
        for entry in of(life, "Encounter", "EpisodeOfCare", "Procedure", "CarePlan"):
            period = entry.get("period") or entry["performedPeriod"]
            assert period["start"] <= period.get("end", "9999"), (life.person.key, entry)
        for entry in of(life, "Appointment"):
            assert entry["start"] < entry["end"]
        for entry in of(life, "Condition"):
            assert entry["onsetDateTime"] <= entry["recordedDate"], (life.person.key, entry["code"])
            assert entry["onsetDateTime"] <= entry.get("abatementDateTime", "9999")


# -- life, death, and those who write ----------------------------------------------------------------------


def test_nothing_happens_before_birth_after_death_or_in_the_future(made):
    for life in made.lives:
        last = life.person.died or life.today
        for _, entry in life.entries:
            for day in happened(entry):
                assert life.person.born <= day <= last, (life.person.key, entry)


def test_the_dead_take_nothing_wait_for_nothing_and_are_on_nobodys_list(made):
    dead = [life for life in made.lives if life.person.died]
    assert dead or made.region.count < 300
    for life in dead:
        assert not [m for m in of(life, "MedicationRequest", "EpisodeOfCare", "CarePlan") if m["status"] == "active"]
        assert not [m for m in of(life, "Appointment") if m["status"] == "booked"]
        assert not [m for m in of(life, "ServiceRequest", "Task") if m["status"] in ("active", "requested")]


def test_nobody_writes_before_she_is_employed_or_after_she_left(made):
    for life in made.lives:
        for author, entry in life.entries:
            staff = made.region.places.staff[author]
            if entry["resourceType"] in ("Patient", "RelatedPerson") or "gp-list" in str(entry.get("type")):
                continue
            if entry["resourceType"] == "Immunization" and not entry["primarySource"]:
                continue  # taken over from the register of vaccinations
            for day in happened(entry):
                assert staff.employed(day), (life.person.key, author, staff.since, staff.until, entry)


def test_whoever_is_named_as_author_is_who_wrote_it(made):
    for life in made.lives:
        for author, entry in life.entries:
            named = entry.get("author") or entry.get("performer") or [entry.get("requester") or entry.get("recorder")]
            named = named if isinstance(named, list) else [named]
            if entry["resourceType"] in ("Composition", "DocumentReference", "Observation", "Condition"):
                assert named[0]["reference"] == made.region.places.staff[author].reference


def test_one_gp_at_a_time_and_never_none(made):
    for life in made.lives:
        episodes = [m for m in of(life, "EpisodeOfCare") if m["type"][0]["coding"][0]["code"] == "gp-list"]
        lists = sorted((m["period"]["start"], m["period"].get("end", "9999")) for m in episodes)
        assert lists
        for (_, ended), (begun, _) in pairwise(lists):
            assert day_of(begun) - day_of(ended) == timedelta(days=1)


def test_nobody_is_at_two_hospitals_wards_at_once_or_seen_elsewhere_while_admitted(made):
    for life in made.lives:
        stays = [m for m in of(life, "Encounter") if m["class"]["code"] == "IMP"]
        spans = sorted((m["period"]["start"], m["period"].get("end", "9999")) for m in stays)
        for (_, ended), (begun, _) in pairwise(spans):
            assert ended <= begun, life.person.key
        for visit in of(life, "Encounter"):
            if visit["class"]["code"] in ("AMB", "HH"):
                assert not [s for s in spans if s[0] < visit["period"]["start"] < s[1]], (life.person.key, visit)


# -- sex and age -------------------------------------------------------------------------------------------


def test_no_pregnancy_in_men_in_children_or_in_the_old(made):
    for life in made.lives:
        marks = [m for m in of(life, "Condition", "EpisodeOfCare") if "W78" in str(m) or "'pregnancy'" in str(m)]
        marks += [m for m in of(life, "Observation") if code(m) in ("82810-3", "11778-8", "11881-0", "8665-2")]
        for mark in marks:
            (day, *_) = happened(mark)
            assert life.person.female, life.person.key
            assert 17 <= life.person.age(day) <= 46, (life.person.key, life.person.age(day))


def test_some_twenty_pregnancies_in_different_weeks(made):
    if made.region.count < 300:
        return
    today = made.region.today
    weeks = []
    for life in made.lives:
        for start, _ in pregnancies(life):
            if (today - start).days < 283:
                weeks.append((today - start).days // 7)
    assert 14 <= len(weeks) <= 32
    assert len(set(weeks)) >= 10
    assert min(weeks) < 16
    assert max(weeks) > 34


def test_terms_and_weeks_agree(made):
    for life in made.lives:
        starts = [start for start, _ in pregnancies(life)]
        for entry in of(life, "Observation"):
            if code(entry) == "11778-8":
                assert day_of(entry["valueDateTime"]) - timedelta(days=283) in starts
        for note in of(life, "Composition"):
            told = re.search(r"\bUke (\d+)\+(\d)\.", text_of(note))
            if told:
                days = int(told[1]) * 7 + int(told[2])
                assert day_of(note["date"]) - timedelta(days=days) in starts, (life.person.key, told[0])


def test_what_only_one_sex_has_nobody_of_the_other_has(made):
    women, men = {"U71", "B80", "X06", "X87", "X76", "W78"}, {"Y85", "Y77"}
    for life in made.lives:
        assert not problems(life) & (men if life.person.female else women), life.person.key
        names = str([m["medicationCodeableConcept"] for m in of(life, "MedicationRequest")])
        if life.person.female:
            assert "G04CA02" not in names
            assert not results(life, "psa")


def test_a_complaint_fits_the_age(made):
    ages = {c.icpc: c.ages for c in COMPLAINTS}
    for life in made.lives:
        for entry in of(life, "Condition"):
            low, high = ages.get(entry["code"]["coding"][0]["code"], (0, 120))
            if "abatementDateTime" in entry and life.person.key not in ("live", "olav"):
                assert low <= life.person.age(day_of(entry["recordedDate"])) <= high, (life.person.key, entry["code"])


def test_notes_speak_of_work_to_those_of_working_age(made):
    for life in made.lives:
        for note in of(life, "Composition"):
            if re.search(r"\b(jobb|jobber|arbeider|[Ss]ykmeldt|[Ss]jukmeld)\b", text_of(note)):
                assert 18 <= life.person.age(day_of(note["date"])) <= 67, (life.person.key, text_of(note))


# -- medicines ---------------------------------------------------------------------------------------------


def test_no_medicine_for_a_problem_nobody_has(made):
    for life in made.lives:
        names = {w.lower() for m in of(life, "Condition") for w in (m["code"]["text"],)}
        pregnant = bool(pregnancies(life))
        for medicine in of(life, "MedicationRequest"):
            why = medicine["reasonCode"][0]["text"].lower()
            known = (
                why in names or (pregnant and "svangerskap" in why) or any(w in why for w in ("operasjon", "opioid"))
            )
            assert known, (life.person.key, why, names)


def test_doses_are_those_of_grown_ups_and_children(made):
    for life in made.lives:
        for medicine in of(life, "MedicationRequest"):
            drugs = ATC[code(medicine, "http://www.whocc.no/atc", "medicationCodeableConcept")]
            dose = medicine["dosageInstruction"][0]
            drug = next(
                d for d in drugs if d.dose == dose["text"] and d.name == medicine["medicationCodeableConcept"]["text"]
            )
            if drug.amount and "timing" in dose:
                repeat = dose["timing"]["repeat"]
                daily = (
                    drug.strength
                    * dose["doseAndRate"][0]["doseQuantity"]["value"]
                    * repeat["frequency"]
                    / repeat["period"]
                )
                assert drug.low <= daily <= drug.high or not drug.high, (drug.key, daily)
            if life.person.age(day_of(medicine["authoredOn"])) < 12:
                assert drug.key in CHILDREN


def test_a_row_of_the_table_keeps_its_own_limits():
    for drug in DRUGS.values():
        if drug.amount:
            assert 0 < drug.low <= drug.daily <= drug.high, drug.key


def test_no_medicine_against_an_allergy(made):
    for life in made.lives:
        allergic = {}
        for entry in of(life, "AllergyIntolerance"):
            if found := code(entry, "http://www.whocc.no/atc"):
                allergic[found] = entry["recordedDate"]
        for medicine in of(life, "MedicationRequest"):
            atc = code(medicine, "http://www.whocc.no/atc", "medicationCodeableConcept")
            for substance, since in allergic.items():
                assert not (atc.startswith(substance) and medicine["authoredOn"] >= since), (life.person.key, atc)


def test_no_medicine_twice_at_a_time(made):
    for life in made.lives:
        taken = Counter(
            code(m, "http://www.whocc.no/atc", "medicationCodeableConcept")
            for m in of(life, "MedicationRequest") if m["status"] in ("active", "on-hold")
        )  # fmt: skip
        assert not [atc for atc, count in taken.items() if count > 1], life.person.key


def test_nothing_harmful_while_pregnant(made):
    for life in made.lives:
        for start, end in pregnancies(life):
            for medicine in of(life, "MedicationRequest"):
                atc = code(medicine, "http://www.whocc.no/atc", "medicationCodeableConcept")
                if start <= day_of(medicine["authoredOn"]) <= end:
                    assert not atc.startswith(UNSAFE), (life.person.key, atc)


def test_courses_end(made):
    for life in made.lives:
        for medicine in of(life, "MedicationRequest"):
            atc = code(medicine, "http://www.whocc.no/atc", "medicationCodeableConcept")
            if atc.startswith("J01") and life.today - day_of(medicine["authoredOn"]) > timedelta(days=20):
                assert medicine["status"] == "completed", (life.person.key, atc)


# -- results -----------------------------------------------------------------------------------------------


def test_results_are_such_as_can_be(made):
    for life in made.lives:
        for entry in of(life, "Observation"):
            test = LOINC.get(code(entry))
            if test and "valueQuantity" in entry:
                low, high = test.most
                assert low <= entry["valueQuantity"]["value"] <= high, (
                    life.person.key,
                    test.key,
                    entry["valueQuantity"],
                )
        for entry in of(life, "Observation"):
            if "component" in entry:
                upper, lower = (part["valueQuantity"]["value"] for part in entry["component"])
                assert 70 <= upper <= 215
                assert 35 <= lower <= 125
                assert upper - lower >= 20, (life.person.key, upper, lower)


def test_high_and_low_are_marked_as_the_range_says(made):
    for life in made.lives:
        for entry in of(life, "Observation"):
            if "referenceRange" in entry:
                bounds, value = entry["referenceRange"][0], entry["valueQuantity"]["value"]
                low, high = bounds.get("low", {}).get("value"), bounds.get("high", {}).get("value")
                mark = "L" if low is not None and value < low else "H" if high is not None and value > high else "N"
                assert entry["interpretation"][0]["coding"][0]["code"] == mark


def ckd_epi(creatinine, age, female):
    """CKD-EPI 2009 written out as its four published equations."""
    mg = creatinine / 88.4
    if female:
        return 144 * (mg / 0.7) ** (-0.329 if mg <= 0.7 else -1.209) * 0.993**age
    return 141 * (mg / 0.9) ** (-0.411 if mg <= 0.9 else -1.209) * 0.993**age


def test_filtration_follows_from_creatinine_age_and_sex(made):
    seen = 0
    for life in made.lives:
        creatinines = {m["effectiveDateTime"]: value for _, value, m in results(life, "kreatinin")}
        for when, value, _ in results(life, "egfr"):
            told = ckd_epi(creatinines[when], life.person.age(day_of(when)), life.person.female)
            assert abs(min(told, 140) - value) <= 1, (life.person.key, when)
            seen += 1
    assert seen > 30


def test_diabetes_and_its_results_agree(made):
    diabetics = 0
    for life in made.lives:
        found = [value for _, value, _ in results(life, "hba1c")]
        if problems(life) & {"T90", "T89"}:
            diabetics += bool(found)
            assert not found or max(found) >= 44, (life.person.key, found)
        else:
            assert not found or max(found) < 48, (life.person.key, found)
    assert diabetics > 3


def test_kidney_disease_thyroid_and_iron_agree_with_their_results(made):
    for life in made.lives:
        filtered = [v for _, v, m in results(life, "egfr") if "hospital" not in str(m)]
        if "U99" in problems(life) and filtered:
            assert min(filtered) < 60, life.person.key
        elif filtered and life.person.key != "olav":
            assert sorted(filtered)[len(filtered) // 2] > 50, (life.person.key, filtered)
        if "Y77" in problems(life):
            assert all(v < 4 for _, v, _ in results(life, "psa")), life.person.key
        if "T86" not in problems(life):
            assert all(v <= 3.6 for _, v, _ in results(life, "tsh")), life.person.key
        if "B80" in problems(life):
            assert min(v for _, v, _ in results(life, "hb")) < 11.7, life.person.key


def test_bodies_are_the_same_from_visit_to_visit(made):
    for life in made.lives:
        grown = [(when, v) for when, v, _ in results(life, "vekt") if life.person.age(day_of(when)) >= 19]
        for (one, before), (two, after) in pairwise(grown):
            limit = 16 if pregnancies(life) else max(9.0, before * 0.09)
            assert abs(after - before) <= limit, (life.person.key, one, two, before, after)
        tall = [v for when, v, _ in results(life, "hoyde") if life.person.age(day_of(when)) >= 20]
        assert not tall or max(tall) - min(tall) < 2.5
        assert len({m["valueString"] for m in of(life, "Observation") if code(m) == "882-1"}) <= 1, life.person.key


def test_children_grow_along_their_own_centile(made):
    for life in made.lives:
        for key, what in (("hoyde", "height"), ("vekt", "weight"), ("hodeomkrets", "head")):
            rows = [(when, v) for when, v, _ in results(life, key) if life.person.years(day_of(when)) < 18.5]
            scores = [score(what, v, life.person.years(day_of(w)), female=life.person.female) for w, v in rows]
            assert all(abs(s) < 3 for s in scores), (life.person.key, what, scores)
            assert not scores or max(scores) - min(scores) < 1.5, (life.person.key, what, scores)
            if what == "height":
                assert all(b > a - 0.8 for (_, a), (_, b) in pairwise(rows)), (life.person.key, rows)


# -- vaccines ----------------------------------------------------------------------------------------------

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


# -- families ----------------------------------------------------------------------------------------------


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


# -- notes -------------------------------------------------------------------------------------------------

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


def test_nobody_is_called_to_a_control_of_what_she_does_not_have(made):
    from felles.demo.problems import PROBLEMS

    codes = {form: {p.icpc, p.icd} for p in PROBLEMS.values() for form in (p.short,)}
    for life in made.lives:
        for entry in of(life, "Appointment"):
            name = entry["description"].removeprefix("Kontroll: ").split(",")[0]
            if name in codes and entry["description"].startswith("Kontroll: "):
                assert codes[name] & problems(life), (life.person.key, name)


def test_controls_lie_apart(made):
    for life in made.lives:
        days = sorted(day_of(m["date"]) for m in of(life, "Composition") if m["title"].startswith("Kontroll: "))
        assert all((later - day).days > 13 for day, later in pairwise(days)), (life.person.key, days)


def test_an_rhesus_negative_woman_is_followed(made):
    seen = 0
    for life in made.lives:
        types = [m["valueString"] for m in of(life, "Observation") if code(m) == "882-1"]
        if types and types[0].endswith("negativ"):
            for note in of(life, "Composition"):
                if re.search(r"Uke 28\+", text_of(note)):
                    assert "anti-D" in text_of(note), life.person.key
                    seen += 1
    assert seen or made.region.count < 300


def test_names_belong_together(made):
    from felles.demo.names import fits

    for life in made.lives:
        for entry in of(life, "RelatedPerson"):
            if (
                entry["relationship"][0]["text"] in ("Sønn", "Datter")
                and entry["name"][0]["family"] == life.person.name[1]
            ):
                assert fits(entry["name"][0]["given"][0], life.person.name[1]), entry["name"]


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


# -- appointments, referrals, services -----------------------------------------------------------------------


def test_appointments_lie_in_opening_hours_on_open_days(made):
    for life in made.lives:
        for entry in of(life, "Appointment"):
            start, end = datetime.fromisoformat(entry["start"]), datetime.fromisoformat(entry["end"])
            assert is_open(start.date()), (life.person.key, entry["start"])
            assert start.hour >= 8
            assert (end.hour, end.minute) <= (16, 0), (life.person.key, entry)
            if entry["status"] == "booked":
                assert start.date() >= life.today
            else:
                assert start.date() < life.today


def test_offices_see_people_on_open_days(made):
    closed = {"gp", "health-station", "specialist", "allocation"}
    kinds = {o.reference: o.kind for o in made.region.places.organisations.values()}
    for life in made.lives:
        for visit in of(life, "Encounter"):
            if kinds[visit["serviceProvider"]["reference"]] in closed:
                assert is_open(day_of(visit["period"]["start"])), (life.person.key, visit)


def test_no_gp_has_two_appointments_at_once(made):
    taken = Counter(
        (entry["participant"][1]["actor"]["reference"], entry["start"])
        for life in made.lives for entry in of(life, "Appointment")
        if entry["status"] == "booked" and entry["description"].startswith("Kontroll: ")
    )  # fmt: skip
    assert taken
    assert max(taken.values()) == 1


def test_an_answered_referral_has_its_answer(made):
    seen = 0
    for life in made.lives:
        for request in of(life, "ServiceRequest"):
            to, sent = request["performer"][0]["reference"], request["authoredOn"]
            visits = [
                m
                for m in of(life, "Encounter")
                if m["serviceProvider"]["reference"] == to and m["period"]["start"] >= sent
            ]
            if request["status"] == "completed" and request["code"]["text"] != "Fødeplass":
                assert visits, (life.person.key, request["code"])
                seen += 1
            if request["status"] == "active":
                limit = timedelta(days=290 if request["code"]["text"] == "Fødeplass" else 170)
                assert life.today - day_of(sent) < limit
    assert seen


def test_home_care_follows_a_decision_and_visits_follow_it(made):
    seen = 0
    for life in made.lives:
        visits = [
            day_of(m["period"]["start"])
            for m in of(life, "Encounter")
            if m["reasonCode"][0]["text"][1:] == "jemmebesøk"
        ]
        services = [m for m in of(life, "EpisodeOfCare") if "municipal-service" in str(m["type"])]
        if visits:
            seen += 1
            begun = min(day_of(m["period"]["start"]) for m in services)
            assert min(visits) >= begun, life.person.key
            assert of(life, "CarePlan")
            assert [m for m in of(life, "Composition") if m["title"].startswith("Vedtak")]
    assert seen


def test_whoever_lives_alone_is_said_to_live_alone(made):
    alone = {p.key: len(home.grown()) == 1 for home in made.homes for p in home.people}
    for life in made.lives:
        for entry in of(life, "Observation"):
            if entry["code"]["text"] == "Bosituasjon":
                text = entry["valueString"]
                assert ("aleine" in text or "alene" in text) is alone[life.person.key], (life.person.key, text)
