"""What clinical words mean: every code that the region makes citizens meet, and words marked in a text."""

import pytest

from felles.access.codes import ROLE_SYSTEM
from felles.access.roles import ROLES
from felles.care.glossary.mark import inside, mark, marked, meaning, named
from felles.care.glossary.words import SYSTEMS, entries, of_code, of_concept
from felles.care.shapes import Coding, Concept
from felles.demo.analyses import TESTS
from felles.demo.complaints import COMPLAINTS
from felles.demo.drugs import DRUGS
from felles.demo.problems import PROBLEMS
from felles.fhir.norway.systems import ATC, ICD10, ICPC2, LOINC, NLK
from felles.ui.i18n import NAMES, language

# Codes that say how an entry is kept, or that stand in a form of words which explains itself.
KEPT = frozenset({"http://terminology.hl7.org/CodeSystem/observation-category"})
MET = ("code", "vaccineCode", "medicationCodeableConcept", "type")


def tables():
    yield from ((LOINC, test.loinc) for test in TESTS.values())
    yield from ((NLK, test.nlk) for test in TESTS.values() if test.nlk)
    yield from ((ICPC2, problem.icpc) for problem in PROBLEMS.values())
    yield from ((ICD10, problem.icd) for problem in PROBLEMS.values())
    yield from ((ICPC2, complaint.icpc) for complaint in COMPLAINTS)
    yield from ((ATC, drug.atc) for drug in DRUGS.values())
    yield from ((ROLE_SYSTEM, role.code) for role in ROLES.values() if role.code in STAFFED)


STAFFED = frozenset(
    ["gp", "doctor", "nurse", "home-nurse", "midwife", "health-nurse", "care-worker", "pharmacist", "psychologist",
     "secretary", "specialist", "therapist", "case-officer", "administrator", "reviewer"]
)  # fmt: skip


def test_every_code_of_the_generators_tables_is_explained():
    assert [pair for pair in tables() if of_code(*pair) is None] == []


def test_every_code_that_is_met_in_a_life_is_explained(few):
    missing = set()
    for resource in few:
        if resource["resourceType"] in ("Flag", "Task", "ServiceRequest", "AllergyIntolerance"):
            continue
        for element in MET:
            found = resource.get(element) or []
            for concept in found if isinstance(found, list) else [found]:
                if isinstance(concept, dict) and concept.get("coding"):
                    shape = Concept([Coding(c["system"], c["code"]) for c in concept["coding"]], concept.get("text"))
                    if of_concept(shape) is None:
                        missing.add((resource["resourceType"], shape.words, shape.code))
        for coding in [resource["class"]] if resource["resourceType"] == "Encounter" else []:
            assert of_code(coding["system"], coding["code"]), coding
    assert missing == set()


@pytest.fixture(scope="module")
def few():
    from datetime import date

    from felles.demo.region import Region

    region = Region(20260217, date(2026, 11, 25), 60)
    return [made for _, home in region.homes() for life in region.lives_of(home) for _, made in life.entries]


def test_a_code_of_another_system_or_none_is_not_explained():
    assert of_code("http://example.org", "718-7") is None
    assert of_code(LOINC, "0000-0") is None
    assert of_code(LOINC, "718-71") is None  # a beginning counts for classifications alone


def test_a_classification_is_explained_by_what_its_code_begins_with():
    assert of_code(ICD10, "S72.0") is of_code(ICD10, "S72")
    rota = of_code(ATC, "J07BH01")
    assert rota is not None and "rotavirus" in rota.text  # noqa: PT018 - one thing
    assert of_code(ATC, "J01FA01") is of_code(ATC, "J01")


def test_no_form_or_code_stands_twice():
    for which in ("codes", "names"):
        said = [each.lower() for entry in entries() for each in getattr(entry, which)]
        assert sorted({each for each in said if said.count(each) > 1}) == []
    assert {code[0] for entry in entries() for code in entry.codes} <= set(SYSTEMS.values())


@pytest.mark.parametrize("code", NAMES)
def test_a_concept_is_explained_in_each_language(code):
    t = language(code)
    concept = Concept([Coding(LOINC, "14682-9")], "Kreatinin")
    said = meaning(t, concept)
    assert {"nb": "nyrene skiller ut", "nn": "nyrene skil ut", "en": "the kidneys remove"}[code] in said
    assert meaning(t, Concept([], "Noe helt annet")) == ""


def test_words_in_a_text_are_marked_once_a_page_and_what_stands_around_is_escaped():
    seen = set()
    t = language("nb")
    marked = str(mark(t, "CRP <12>, ny CRP og kreatininen i morgen. Skreatinin.", seen))
    assert marked.count("popovertarget") == 2
    assert "&lt;12&gt;" in marked
    assert ">kreatininen</button>" in marked
    assert "Skreatinin" in marked
    assert "popovertarget" not in str(mark(t, "CRP igjen", seen))
    assert str(mark(t, "Alt vel.", seen)) == "Alt vel."


def test_a_marked_word_opens_its_own_explanation():
    import re

    marked = str(mark(language("en"), "Epikrise", set()))
    assert re.search(r'popovertarget="(ord-\d+)".*id="\1" popover>', marked)
    assert "summary after treatment" in marked


def test_a_coded_thing_is_one_marked_word():
    seen = set()
    t = language("nb")
    concept = Concept([Coding(ATC, "C09AA05")], "Ramipril kapsler 5 mg")
    assert ">Ramipril kapsler 5 mg</button>" in str(named(t, concept, seen))
    assert str(named(t, concept, seen)) == "Ramipril kapsler 5 mg"
    assert str(named(t, Concept([], "<b>"), seen)) == "&lt;b&gt;"


def test_words_are_marked_in_what_is_markup_but_not_inside_a_link():
    t, seen = language("nb"), set()
    html = marked(t, '<p>BT &lt; 120. <a href="/x">Kreatinin</a> og <b title="BT">kreatinin</b></p>', seen)
    assert html.startswith('<p><button type="button" class="ord"')
    assert "&lt; 120" in html
    assert '<a href="/x">Kreatinin</a>' in html
    assert '<b title="BT"><button' in html
    assert len(seen) == 2
    assert marked(t, "<p>BT</p>", seen) == "<p>BT</p>", "each word once a page"
    assert marked(t, "<p>&lt;script&gt;</p>", set()) == "<p>&lt;script&gt;</p>"


def test_the_word_of_a_link_is_explained_below_it_once():
    t, seen = language("nb"), set()
    assert inside(t, "Måling av kreatinin", seen).startswith("Kreatinin: ")
    assert inside(t, "Kreatinin", seen) == ""
    assert inside(t, "Samtale", set()) == ""
