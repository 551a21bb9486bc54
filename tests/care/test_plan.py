"""What is planned and who is around a person: rules without a database, then the pages with each allow's deny twin."""

import re

import msgspec
import pytest
import sample
from browsing import words

from felles.care import social
from felles.care.family import present as around
from felles.care.family import rules as kin_rules
from felles.care.family.shapes import Consent, Kin
from felles.care.family.shapes import Patient as Close
from felles.care.family.views import Around
from felles.care.overview.present import View
from felles.care.overview.views import Read, Reads
from felles.care.plan import present, rules
from felles.care.plan.shapes import Appointment, CarePlan, Goal, Work
from felles.care.plan.views import Planned
from felles.care.shapes import Address, Patient
from felles.record.codes import CASE_SYSTEM, MANDATE_SYSTEM
from felles.record.grants import ALL_KINDS
from felles.ui.i18n import language

KIND = "http://terminology.hl7.org/CodeSystem/v2-0131"


def read(shape, when, **resource):
    return Read(sample.at(when), 7, "", msgspec.convert(resource, shape))


def task(text, due=None, **more):
    period = {"restriction": {"period": {"end": due}}} if due else {}
    return read(
        Work, "2026-11-20", resourceType="Task", id=text, status="requested", description=text, **period, **more
    )


def visit(start, end, status="booked", **more):
    return read(Appointment, start, id=start, status=status, start=start, end=end, **more)


def planned(**parts):
    empty = dict.fromkeys(("plans", "goals", "tasks", "requests", "episodes", "teams", "social", "ahead", "booked"), ())
    return Planned(Patient(), **{name: list(parts.get(name, rows)) for name, rows in empty.items()})


def told(code="nb", *, citizen=False, kinds=ALL_KINDS):
    view = View(language(code), "/p/p1", sample.NOW, {7: "Lia hjemmetjeneste"}, citizen=citizen)
    return present.Told(view, {7: "+47 73 00 00 07"}, kinds)


def test_what_is_late_comes_first_then_what_is_due_then_what_has_no_deadline():
    tasks = [task("sist"), task("snart", "2026-11-26"), task("forfalt", "2026-11-23"), task("i dag", "2026-11-24")]
    found = rules.by_deadline(tasks, sample.NOW)
    assert [(read.entry.description, bool(due and due.late)) for read, due in found] == [
        ("forfalt", True), ("i dag", False), ("snart", False), ("sist", False),
    ]  # fmt: skip


def test_a_referral_with_a_deadline_alone_has_a_date_where_it_was_written_and_none_where_it_was_not():
    period = {"status": "active", "code": {"text": "Vurdering"}, "occurrencePeriod": {"end": "2026-11-26"}}
    dated = msgspec.convert(period | {"authoredOn": "2026-11-20T10:00:00+01:00"}, Work)
    for work, said in ((dated, "20.11.2026"), (msgspec.convert(period, Work), "")):
        open_ended = Read(-(2**63), 7, "", work)
        made = present.work(told(), open_ended, rules.due(work, sample.NOW))
        assert made["more"] == f"Fra Lia hjemmetjeneste, {said}".rstrip(", ")
        assert made["when"] == "frist 26.11.2026"


def test_a_reason_is_read_from_a_task_which_has_one_and_from_a_referral_which_has_several():
    one = task("Ring", reasonCode={"text": "Hodepine"})
    several = task("Vurder", reasonCode=[{"text": "Høyt blodtrykk"}, {"text": "Svimmel"}])
    for read, reason in ((one, "Hodepine"), (several, "Høyt blodtrykk")):
        assert present.work(told(), read, None)["parts"] == [{"label": "Spørsmål", "text": reason}]


def test_a_case_about_the_record_is_no_task_of_the_plan():
    case = task("innsyn", code={"coding": [{"system": CASE_SYSTEM, "code": "correction"}]})
    assert rules.by_deadline([case, task("vanlig")], sample.NOW)[0][0].entry.description == "vanlig"
    assert len(rules.by_deadline([case], sample.NOW)) == 0


def test_an_appointment_under_way_is_ahead_and_one_that_is_over_is_not():
    under = visit("2026-11-24T09:00:00+00:00", "2026-11-24T10:00:00+00:00")
    over = visit("2026-11-24T08:00:00+00:00", "2026-11-24T08:30:00+00:00")
    off = visit("2026-11-25T08:00:00+00:00", "2026-11-25T08:30:00+00:00", "cancelled")
    assert rules.ahead([under, over, off], sample.NOW) == [under]
    assert rules.past([under, over, off], sample.NOW) == [over]


def test_plans_that_ended_and_proposals_are_not_followed():
    held = read(CarePlan, "2026-01-01", id="a", period={"start": "2026-01-01"})
    over = read(CarePlan, "2025-01-01", id="b", period={"start": "2025-01-01", "end": "2026-11-23"})
    last = read(CarePlan, "2025-01-01", id="c", period={"end": "2026-11-24"})
    idea = read(CarePlan, "2026-01-01", id="d", intent="proposal")
    assert [each.entry.id for each in rules.followed([held, over, last, idea], sample.NOW)] == ["a", "c"]
    ended = read(Goal, "2026-01-01", id="g", lifecycleStatus="completed")
    assert rules.open_goals([ended]) == []


@pytest.mark.parametrize(("country", "label"), [(None, "Kommune"), ("NO", "Kommune"), ("US", "Bosted")])
def test_a_place_in_another_land_is_no_municipality(country, label):
    patient = Close(address=[Address(city="Somerville", country=country)])
    (line,) = around.who(told(), Around(patient, [], [], [], [], [], []))
    assert (line["text"], line["owner"]) == ("Somerville", label)


@pytest.mark.parametrize(
    ("status", "said"),
    [({"text": "Underveis"}, "Underveis"), ({"text": "in-progress", "coding": [{"code": "in-progress"}]}, "underveis"),
     ({"coding": [{"code": "achieved"}]}, "nådd"),
     ({"coding": [{"code": "achieved", "display": "Helt i mål"}]}, "Helt i mål"),
     (None, "")],
)  # fmt: skip
def test_how_far_a_goal_is_reached_is_said_in_words(status, said):
    for coding in (status or {}).get("coding", ()):
        coding["system"] = present.ACHIEVEMENT
    goal = read(Goal, "2026-01-01", id="g", lifecycleStatus="active", achievementStatus=status)
    assert present.goals(told(), planned(goals=[goal]))[0]["state"] == said


def test_the_next_of_all_is_a_task_due_before_the_appointment_but_never_for_the_citizen_herself():
    soon = visit("2026-11-27T10:00:00+00:00", "2026-11-27T10:30:00+00:00", description="Kontroll")
    rows = planned(ahead=[soon], tasks=[task("Bestille rullator", "2026-11-25")])
    first = present.next_of_all(told(), rows) or {}
    assert (first["label"], first["text"]) == ("Neste frist", "Bestille rullator")
    own = present.next_of_all(told(citizen=True), rows) or {}
    assert (own["label"], own["text"], own["phone"]) == ("Neste time", "Kontroll", "+47 73 00 00 07")
    assert present.next_of_all(told(kinds=0), planned(ahead=[soon])) is None


def test_an_appointment_says_where_how_to_prepare_and_whom_to_ring():
    made = present.appointment(
        told(citizen=True),
        visit(
            "2026-11-27T10:00:00+00:00", "2026-11-27T10:30:00+00:00", comment="Inngang B", patientInstruction="Fastende"
        ),
    )
    assert made["when"] == "fredag 27. november 2026 kl. 11.00"
    assert {part["label"]: part["text"] for part in made["parts"]} == {"Sted": "Inngang B", "Før timen": "Fastende"}
    assert made["phone"] == "+47 73 00 00 07"


def kin(name, rank=None, *codes, **more):
    relations = [{"coding": [{"system": KIND, "code": code}]} for code in codes]
    phone = [{"system": "phone", "value": "1", **({"rank": rank} if rank else {})}]
    return msgspec.convert(
        {"id": name, "name": [{"text": name}], "relationship": relations, "telecom": phone} | more, Kin
    )


def test_kin_are_rung_in_their_order_and_those_who_are_no_longer_kin_are_not():
    listed = [kin("venn"), kin("sønn", 2), kin("datter", 9, "N"), kin("nabo", 1), kin("eks", 1, active=False)]
    assert [each.id for each in kin_rules.in_order(listed)] == ["datter", "nabo", "sønn", "venn"]


def test_only_a_consent_in_force_about_her_says_what_kin_may_be_told():
    def consent(status, about, **more):
        actor = [{"reference": {"reference": f"RelatedPerson/{about}"}}]
        return msgspec.convert({"status": status, "provision": {"type": "permit", "actor": actor}} | more, Consent)

    mandate = {"category": [{"coding": [{"system": MANDATE_SYSTEM, "code": "proxy"}]}]}
    others = [consent("inactive", "a"), consent("active", "b"), consent("active", "a", **mandate)]
    assert kin_rules.told_to(others, "RelatedPerson/a") is None
    wanted = consent("active", "a")
    assert kin_rules.told_to([*others, wanted], "RelatedPerson/a") is wanted


def test_what_was_entered_in_error_does_not_say_what_matters():
    code = {"coding": [{"code": "95541-9"}]}
    wrong = {"status": "entered-in-error", "code": code}
    right = {"status": "final", "code": code, "valueString": "Å bo hjemme"}
    body = msgspec.json.encode([[7, [[3, 0, "", wrong], [2, 0, "", right]]]])
    found = msgspec.json.decode(body, type=list[Reads])
    read = social.about(found, social.MATTERS)
    assert read is not None
    assert social.said(language("nb"), read) == "Å bo hjemme"
    assert social.about(found, social.LIMITS) is None


async def olav(site):
    return (await site.store.pool.fetch("select id from face where sort_key like 'saeterbo %'"))[0]["id"]


def sections(html):
    return {
        name: words(body)
        for name, body in re.findall(r'<section class="box" id="(\w+)".*?>(.*?)</section>', html, re.DOTALL)
    }


async def test_the_plan_of_a_patient_says_what_is_next_and_who_owns_it_as_far_as_the_role_reaches(site):
    patient = await olav(site)
    async with site.visitor("fastlege") as browser:
        answer = await browser.get(f"/p/{patient}/plan")
    found = sections(answer.text)
    assert "Samtale med Olav og datteren" in found["timer"]
    assert "Ta med medisinlisten din" in found["timer"]
    assert "Fjordapoteket" in found["oppgaver"]
    assert "Hjelp til dusj" in found["planer"]
    assert "naustet" in found["mal"]
    assert "Lise Moan" in found["tjenester"]
    assert "+47 73 00" in found["ansvarlige"]
    async with site.visitor("sekretar") as browser:
        answer = await browser.get(f"/p/{patient}/plan")
    found = sections(answer.text)
    assert "Samtale med Olav" in found["timer"]
    for hidden in ("planer", "mal", "viktig"):
        assert "Rollen din gir ikke tilgang" in found[hidden]
    assert "naustet" not in answer.text


async def test_kin_stand_with_what_they_may_be_told_and_a_role_that_does_not_reach_it_is_told_so(site):
    patient = await olav(site)
    async with site.visitor("hjemmesykepleier") as browser:
        answer = await browser.get(f"/p/{patient}/familie")
    found = sections(answer.text)
    assert found["parorende"].index("Marit Lian") < found["parorende"].index("Arne Bakken")
    assert "Nærmeste pårørende" in found["parorende"]
    assert "Alt om helse og behandling" in found["parorende"]
    assert "Lese journalen" in found["handler"]
    assert "Bor alene" in found["hjemme"]
    assert not re.search(r"\b\d{11}\b", answer.text)
    async with site.visitor("sekretar") as browser:
        answer = await browser.get(f"/p/{patient}/familie")
    found = sections(answer.text)
    assert "Marit Lian" in found["parorende"]
    assert "Alt om helse" not in answer.text
    assert "Rollen din gir ikke tilgang" in found["hjemme"]


async def test_father_and_daughter_read_what_was_agreed_and_who_comes_when_and_a_stranger_reads_nothing(site):
    patient = await olav(site)
    for persona, base in (("eldre", "/meg"), ("parorende", f"/for/{patient}")):
        async with site.visitor(persona) as browser:
            plan, visits = await browser.get(f"{base}/plan"), await browser.get(f"{base}/timer")
        found = sections(plan.text)
        assert "Hjelp til dusj Onsdag, Lia hjemmetjeneste" in found["planer"]
        assert "Samtale med Olav" in sections(visits.text)["timer"]
        assert "Kontroll etter fall" in sections(visits.text)["tidligere"]
        assert ("Du handler for Olav Sæterbø" in words(plan.text)) is (persona == "parorende")
    async with site.visitor("forelder") as browser:
        for page in ("plan", "timer"):
            answer = await browser.get(f"/for/{patient}/{page}")
            assert answer.status_code == 404
            assert "Sæterbø" not in answer.text
        assert (await browser.get(f"/p/{patient}/plan")).status_code == 403
    async with site.visitor("fastlege") as browser:
        assert (await browser.get("/meg/plan")).status_code == 403


@pytest.mark.slow
async def test_clinical_words_are_explained_to_the_citizen_alone(site):
    async with site.visitor("gravid") as ida, site.visitor("jordmor") as midwife:
        plan, listed = (await ida.get("/meg/plan")).text, (await ida.get("/meg/journal")).text
        note = re.findall(r'href="(/meg/journal/Composition/[^"?]+)[^"]*"', listed.replace("&#x2f;", "/"))[0]
        entry = (await ida.get(note)).text
        chart = re.findall(r'href="(/p/[^"]+)">Ida', (await midwife.get("/")).text.replace("&#x2f;", "/"))[0]
        staff = (await midwife.get(f"{chart}/plan")).text + (await midwife.get(note.replace("/meg", chart))).text
    assert "Kolposkopi: " in words(plan)
    for html in (plan, entry):
        assert 'class="ord"' in html
        shown = re.findall(r'id="(ord-\d+)"', html)
        assert len(shown) == len(set(shown))
    assert 'class="ord"' not in staff
    assert "Kolposkopi: " not in words(staff)
