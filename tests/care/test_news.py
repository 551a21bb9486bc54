"""What is new in a record: since the reader's organisation last had contact, and since she herself last looked."""

import re
from html import unescape

import asyncpg
import pytest
from browsing import own, patient_named, words
from msgspec import Raw

from felles import access
from felles.access import personas
from felles.access.doorkeeper import Doorkeeper
from felles.access.resources import struct
from felles.access.signing import Signer
from felles.care.news import rules
from felles.care.news.shapes import Contact, Earlier, Look, Read
from felles.record.changes import Change
from felles.record.kinds import Kind
from felles.record.numbers import TYPES
from felles.record.stamps import instant
from felles.record.want_news import EARLIER
from felles.ui.dates import moment

HOUR = 3_600_000_000


# -- rules: no database --------------------------------------------------------------------------------------


def read(known, author="Practitioner/a", body=b"{}", before=()):
    return Read(known, 7, author, Raw(body), 0, int(Kind.MEDICINE), TYPES["MedicationRequest"], "m", list(before))


def test_new_is_what_became_known_after_with_what_it_said_then():
    was = [Earlier(30, Raw(b'"third"')), Earlier(20, Raw(b'"second"')), Earlier(10, Raw(b'"first"'))]
    (found,) = rules.fresh([read(40, before=was)], 25)
    assert found.before is not None
    assert bytes(found.before) == b'"second"'
    assert rules.fresh([read(40, before=was)], 5)[0].before is None, "nothing of it was known then: it is added"
    assert rules.fresh([read(40, before=was)], 40) == []
    assert rules.fresh([read(40, "Practitioner/me")], 5, reader="Practitioner/me") == []
    assert len(rules.fresh([read(40, "Practitioner/me")], 5)) == 1


def test_what_an_organisation_wrote_down_of_its_contact_afterwards_is_no_news_to_it_but_a_result_is():
    def noted(kind, low=900, type_name="Observation", org=7):
        return Read(2000, org, "Practitioner/a", Raw(b"{}"), low, int(kind), TYPES[type_name], "o", [])

    assert rules.fresh([noted(Kind.VITAL), noted(Kind.ENCOUNTER, type_name="Encounter")], 1000, own=7) == []
    for news in (noted(Kind.VITAL, org=8), noted(Kind.RESULT), noted(Kind.VITAL, low=1500)):
        assert rules.fresh([news], 1000, own=7) == [rules.Fresh(news, None)]


def test_what_was_added_and_withdrawn_since_is_no_news_and_what_was_known_and_withdrawn_is():
    gone = b'{"status":"entered-in-error"}'
    assert rules.fresh([read(40, body=gone, before=[Earlier(30, Raw(b"{}"))])], 25) == []
    assert len(rules.fresh([read(40, body=gone, before=[Earlier(20, Raw(b"{}"))])], 25)) == 1


def test_of_more_versions_than_are_read_the_oldest_stands_for_what_it_said():
    was = [Earlier(90 - n, Raw(str(n).encode())) for n in range(EARLIER)]
    oldest = rules.fresh([read(99, before=was)], 5)[0].before
    assert oldest is not None
    assert bytes(oldest) == str(EARLIER - 1).encode()


@pytest.mark.parametrize(
    ("by", "met", "looked", "state", "at"),
    [
        (rules.From.MET, Contact(5, 44, "e"), Look(9, whole=True), rules.State.KNOWN, 5),
        (rules.From.MET, None, Look(9, whole=True), rules.State.NEVER, 0),
        (rules.From.LOOKED, Contact(5, 44, "e"), Look(9, whole=False), rules.State.KNOWN, 9),
        (rules.From.LOOKED, Contact(5, 44, "e"), Look(0, whole=True), rules.State.NEVER, 0),
        (rules.From.LOOKED, None, Look(0, whole=False), rules.State.FAR, 0),
    ],
)
def test_where_nothing_can_be_counted_from_it_is_said_which_kind_of_none(by, met, looked, state, at):
    assert rules.since(by, met, looked) == rules.Since(by, state, at)


def test_who_visits_counts_from_the_visit_and_who_follows_the_record_from_her_look():
    assert {rules.counted_from(role, None) for role in ("home-nurse", "gp", "midwife")} == {rules.From.MET}
    assert {rules.counted_from(role, "tull") for role in ("doctor", "nurse", "pharmacist")} == {rules.From.LOOKED}
    assert rules.counted_from("gp", "blikk") is rules.From.LOOKED


# -- over HTTP -----------------------------------------------------------------------------------------------


@pytest.fixture
async def writes(site, pages_home):
    """Writes an entry as one of the cast writes it; the result."""
    keeper = Doorkeeper(site.store, Signer.of(pages_home))

    async def write(persona, key, resource, entry_id=None):
        actor = await keeper.sessions.actor(await personas.sign_in(site.store, keeper.sessions, persona))
        op = "update" if entry_id else "create"
        assert actor is not None
        made = resource | ({"id": entry_id} if entry_id else {})
        change = Change(op=op, type=made["resourceType"], id=entry_id, resource=struct(made))
        return (await site.store.commit(access.person(actor, (key,)), [change]))[0]

    return write


def order(patient, dose, **more):
    return {
        "resourceType": "MedicationRequest", "status": "active", "intent": "order",
        "medicationCodeableConcept": {"text": "Ramipril prøvetabletter"},
        "subject": {"reference": f"Patient/{patient}"}, "dosageInstruction": [{"text": dose}], **more,
    }  # fmt: skip


def visit(patient, start, end):
    return {
        "resourceType": "Encounter", "status": "finished", "subject": {"reference": f"Patient/{patient}"},
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "HH"},
        "period": {"start": start, "end": end}, "reasonCode": [{"text": "Tilsyn"}],
    }  # fmt: skip


def result(patient, name, kind="laboratory"):
    system = "http://terminology.hl7.org/CodeSystem/observation-category"
    return {
        "resourceType": "Observation", "status": "final", "code": {"text": name}, "valueQuantity": {"value": 7},
        "category": [{"coding": [{"system": system, "code": kind}]}], "effectiveDateTime": "2026-01-02T10:00:00Z",
        "subject": {"reference": f"Patient/{patient}"},
    }  # fmt: skip


def met(pattern, text):
    found = re.search(pattern, text, re.DOTALL)
    assert found is not None, pattern
    return found


def part(html):
    """The overview's part on what is new."""
    return met(r'<section class="box newspart".*?</section>', html)[0]


async def since(browser, patient, query=""):
    answer = await browser.get(f"/p/{patient}/siden{query}")
    assert answer.status_code == 200, answer.text
    return unescape(met(r"<main.*</main>", answer.text)[0])


@pytest.fixture
def hours_pass(region):
    """Makes everything that was written and looked at so far older: looks and writes keep their order."""

    async def age(key, hours):
        owner = await asyncpg.connect(region.owner_url, server_settings={"search_path": "felles, public"})
        where = "bucket = $1 and person = $2"
        await owner.execute(f"update leaf set at = at - $3 where {where}", *key, hours * HOUR)
        await owner.execute(f"update entry set known = coalesce(known, updated) - $3 where {where}", *key, hours * HOUR)
        await owner.execute(f"update person set version = version + 1 where {where}", *key)
        await owner.close()

    return age


async def test_home_care_sees_what_changed_since_its_last_visit(site, writes):
    """The dose with what it was, the result that came late, by whom; another organisation has another "last"."""
    patient, key = await patient_named(site, "saeterbo")
    made = await writes("fastlege", key, order(patient, "5 mg om morgenen"))
    now = site.store.clock.real()
    await writes("hjemmesykepleier", key, visit(patient, instant(now - HOUR), instant(now)))
    async with site.visitor("hjemmesykepleier") as nurse, site.visitor("fastlege") as doctor:
        calm = words(part((await nurse.get(f"/p/{patient}")).text))
        assert "sist hadde kontakt" in calm
        assert "Ingenting nytt siden" in calm
        await writes("fastlege", key, order(patient, "10 mg om morgenen"), made.id)
        await writes("fastlege", key, result(patient, "Sen prøve"))
        shown = words(part((await nurse.get(f"/p/{patient}")).text))
        assert "Ramipril prøvetabletter" in shown
        assert "5 mg om morgenen → 10 mg om morgenen" in shown
        assert "1 nytt prøvesvar" in shown
        assert "Fjordgløtt legekontor" in shown
        assert "Ingenting nytt" not in shown
        await nurse.get(f"/p/{patient}?siden=blikk")
        assert words(part((await nurse.get(f"/p/{patient}")).text)) == shown, "what is kept by look is kept apart"
        page = await since(nurse, patient)
        assert f'href="/p/{patient}/e/MedicationRequest/{made.id}"' in page
        assert "5 mg om morgenen → 10 mg om morgenen" in words(page)
        assert "Sen prøve: 7 fra 02.01.2026" in words(page)
        assert "2 nye eller endrede oppføringer" in words(page)
        assert "Tilsyn" not in words(page), "the visit itself is what it counts from"
        other = words(await since(doctor, patient))
        assert "Fjordgløtt legekontor sist hadde kontakt" in other
        assert "Tilsyn" in other, "to the office the visit is news"


async def test_own_last_look_is_the_one_before_this_sitting(site, writes, hours_pass):
    patient, key = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as doctor, site.visitor("hjemmesykepleier") as nurse:
        await since(doctor, patient, "?fra=blikk")
        await hours_pass(key, 5)
        await writes("hjemmesykepleier", key, result(patient, "Etter blikket"))
        await writes("fastlege", key, result(patient, "Mitt eget svar"))
        for _ in range(2):  # the looks of this sitting do not count
            seen = words(await since(doctor, patient, "?fra=blikk"))
            assert "du sist så i journalen" in seen
            assert "Etter blikket" in seen
            assert "Mitt eget svar" not in seen, "her own entries are no news to her"
        assert "1 nytt prøvesvar" in words(part((await doctor.get(f"/p/{patient}?siden=blikk")).text))
        await hours_pass(key, 5)
        assert "Ingenting nytt siden" in words(await since(doctor, patient, "?fra=blikk"))
        assert "Mitt eget svar" in words(await since(nurse, patient))  # to others it is
    async with site.visitor("jordmor") as stranger:
        assert (await stranger.get(f"/p/{patient}/siden")).status_code == 404
    lines = await site.store.pool.fetch("select text from leaf where bucket = $1 and person = $2", *key)
    assert sum('"act":"page:news"' in row["text"] for row in lines) >= 5


async def test_who_never_looked_is_told_so_and_her_organisations_contact_stands_for_it_on_the_overview(site):
    patient, _ = await patient_named(site, "saeterbo")
    async with site.visitor("sekretar") as secretary:
        assert "Du har ikke sett i denne journalen før." in words(await since(secretary, patient))
        page = await since(secretary, patient)
        assert "Rollen din gir ikke tilgang til: Legemidler" in words(page)
        assert "Ramipril" not in page
        assert "sist hadde kontakt" in words(part((await secretary.get(f"/p/{patient}")).text))
        asked = words(part((await secretary.get(f"/p/{patient}?siden=blikk")).text))
        assert "Du har ikke sett i denne journalen før." in asked


async def test_what_is_closed_is_neither_shown_nor_counted(site, writes):
    patient, key = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as doctor, site.visitor("eldre") as citizen:
        await writes("hjemmesykepleier", key, result(patient, "Åpent svar"))
        made = await writes(
            "fastlege", key, order(patient, "1 om kvelden", medicationCodeableConcept={"text": "Hemmelig"})
        )
        whole = words(await since(doctor, patient))
        count = int(met(r"(\d+) nye eller endrede", whole)[1])
        assert "Hemmelig" in whole
        fields = {
            "hva": "oppforing",
            "oppforing": f"MedicationRequest/{made.id}",
            "mot": "rolle",
            "motrolle": "gp",
            "ja": "1",
        }
        assert (await citizen.post("/meg/sperringer/ny", data=fields, headers=own())).status_code == 303
        closed = words(await since(doctor, patient))
        assert "Hemmelig" not in closed
        assert f"{count - 1} nye eller endrede" in closed or (count == 2 and "1 ny eller endret" in closed)
        assert "Noe er sperret." in closed
        assert "Åpent svar" in closed
        assert "Hemmelig" not in (await doctor.get(f"/p/{patient}")).text
        end = re.findall(r'action="(/meg/sperringer/[^"]+)"', unescape((await citizen.get("/meg/sperringer")).text))
        assert (await citizen.post(end[-1], headers=own())).status_code == 303


async def test_pregnancy_and_admission_stand_beside_the_name_on_every_page_of_whom_they_are_true(site):
    olav, _ = await patient_named(site, "saeterbo")
    ida, _ = await patient_named(site, "nordmarken")
    async with site.visitor("sykepleier") as nurse, site.visitor("jordmor") as midwife:
        admitted = words((await nurse.get(f"/p/{olav}/plan")).text)
        pregnant = words((await midwife.get(f"/p/{ida}/legemidler")).text)
    assert "Innlagt" in admitted
    assert "Gravid" not in admitted
    assert re.search(r"Gravid \d+\+\d, termin", pregnant)
    assert "Innlagt" not in pregnant


@pytest.mark.parametrize(
    ("began", "org", "new"),
    [
        ("2026-11-27T00:05:00+01:00", 1, False),
        ("2026-11-26T22:40:00+01:00", 1, False),  # a night's visit: it began the day before
        ("2026-11-26T22:40:00+01:00", 2, True),  # another organisation's
        ("2026-11-26T15:00:00+01:00", 1, True),  # of another shift, written down after this contact
        ("2026-11-27T00:20:00+01:00", 1, True),  # after it
    ],
)
def test_what_a_shift_did_itself_is_no_news_to_it_though_midnight_passed(began, org, new):
    at = micros("2026-11-27T00:13:00+01:00")
    said = Read(at + 1, org, "Practitioner/a", Raw(b"{}"), micros(began), 0, TYPES["Encounter"], "e", [])
    assert [each.read for each in rules.fresh([said], at, own=1)] == [said] * new


def micros(text):
    found = moment(text)
    assert found is not None
    return found
