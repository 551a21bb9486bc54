"""What hangs together, where it stands, and what must be rung about. Without a database."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from msgspec import convert
from msgspec.json import encode

from felles.access.ready_replies import Kept, Said
from felles.access.ready_replies import wrong as wrong_in
from felles.access.roles import ROLES
from felles.access.verbs import verb_of, verbs_of
from felles.care.messages import replies, rules
from felles.care.messages.actions import Measured
from felles.care.messages.codes import SYMPTOMS
from felles.care.messages.rules import Stands
from felles.care.messages.shapes import Handed, Message
from felles.care.overview.views import Read
from felles.care.plan.shapes import Work
from felles.care.shapes import Encounter, Episode
from felles.fhir import decode
from felles.record.codes import CASE_SYSTEM, HANDOVER_STATE_SYSTEM
from felles.settings import Settings, SettingsError, load

BOUND = (140, 90)
SENT = "2026-11-20T10:00:00+01:00"


def message(name, at=1, **more):
    said = {
        "id": name,
        "status": "in-progress",
        "category": [{"coding": [{"system": CASE_SYSTEM, "code": "question"}]}],
        "sender": {"reference": "Patient/ida"},
        "recipient": [{"reference": "Organization/station"}],
        "sent": SENT,
        "payload": [{"contentString": name}],
    }
    return Read(at, 0, "", convert(said | more, Message))


def task(of, status, business="", **more):
    said = {
        "id": f"t-{of}",
        "status": status,
        "focus": {"reference": f"Communication/{of}"},
        "owner": {"reference": "Practitioner/synne"},
        "requester": {"reference": "Patient/ida"},
        "authoredOn": SENT,
    }
    if business:
        said["businessStatus"] = {"coding": [{"system": HANDOVER_STATE_SYSTEM, "code": business}]}
    return Read(1, 0, "", convert(said | more, Handed))


@pytest.mark.parametrize(
    ("priority", "status", "owner", "stands"),
    [
        ("stat", "received", "Organization/station", Stands.NOBODYS),
        ("asap", "requested", "Practitioner/synne", Stands.NOBODYS),
        ("stat", "accepted", "Organization/station", Stands.NOBODYS),
        ("stat", "accepted", "Practitioner/synne", Stands.TAKEN),
        ("stat", "completed", "Organization/station", Stands.ANSWERED),
        ("routine", "received", "Organization/station", Stands.READ),
        (None, "accepted", "Organization/station", Stands.TAKEN),
    ],
)
def test_what_is_urgent_nobody_has_until_a_person_has_taken_it(priority, status, owner, stands):
    said = {"priority": priority} if priority else {}
    carried = task("m", status, owner={"reference": owner}, **said)
    (thread,) = rules.threads([message("m")], [carried])
    assert thread.letters[0].stands is stands


@pytest.mark.parametrize(
    ("upper", "lower", "symptoms", "rings"),
    [
        (139, 89, (), False),
        (140, 80, (), True),
        (120, 90, (), True),
        (None, None, (), False),
        *((110, 70, (each,), True) for each in SYMPTOMS),
        (None, None, SYMPTOMS[:1], True),
    ],
)
def test_from_140_or_90_or_with_a_symptom_she_is_told_whom_to_ring(upper, lower, symptoms, rings):
    assert rules.alarming(upper, lower, symptoms, BOUND) is rings


def test_the_bound_is_a_sites_to_set():
    assert Settings().pregnancy_pressure == BOUND
    assert load({"FELLES_PREGNANCY_PRESSURE": "135/85"}).pregnancy_pressure == (135, 85)
    for wrong in ("140", "90/140", "a/b", "140/0", "140/90/1"):
        with pytest.raises(SettingsError):
            load({"FELLES_PREGNANCY_PRESSURE": wrong})
    assert rules.alarming(136, 80, (), (135, 85))


def test_what_answers_another_is_one_thread_and_what_waits_comes_first():
    first, second = message("a", 1), message("b", 2, inResponseTo=[{"reference": "Communication/a"}])
    alone, told = message("c", 3), message("d", 9, status="completed", category=[{"coding": [{"code": "matters"}]}])
    found = rules.threads([told, alone, second, first], [task("a", "completed"), task("c", "completed")])
    assert [[each.read.entry.id for each in thread.letters] for thread in found] == [["a", "b"], ["d"], ["c"]]
    assert [thread.waits for thread in found] == [True, False, False]


def test_messages_that_answer_each_other_in_a_ring_end():
    ring = [
        message("a", 1, inResponseTo=[{"reference": "Communication/b"}]),
        message("b", 2, inResponseTo=[{"reference": "Communication/a"}]),
    ]
    assert sum(len(thread.letters) for thread in rules.threads(ring, [])) == 2


def test_remarks_and_what_staff_write_to_each_other_are_no_messages_of_hers():
    remark = message("r", category=[{"coding": [{"system": CASE_SYSTEM, "code": "remark"}]}])
    between = message("s", category=[], sender={"reference": "Practitioner/x"})
    to_her = message("u", category=[], recipient=[{"reference": "Patient/ida"}])
    wrong = message("w", status="entered-in-error")
    (only,) = rules.threads([remark, between, to_her, wrong], [])
    assert only.letters[0].read.entry.id == "u"


@pytest.mark.parametrize(
    ("status", "business", "stands"),
    [
        ("requested", "", Stands.SENT),
        ("requested", "escalated", Stands.SENT),
        ("received", "", Stands.READ),
        ("accepted", "", Stands.TAKEN),
        ("on-hold", "returned", Stands.TAKEN),
        ("completed", "", Stands.ANSWERED),
        ("rejected", "", Stands.ENDED),
        ("cancelled", "ended", Stands.ENDED),
        ("requested", "stopped", Stands.STOPPED),
    ],
)
def test_where_it_stands_follows_from_the_task(status, business, stands):
    letter = rules.letter(message("a"), task("a", status, business).entry)
    assert letter.stands is stands
    assert (letter.due is not None) is stands.waits


def test_it_is_answered_within_five_working_days_or_as_agreed():
    assert rules.letter(message("a"), None).due == date(2026, 11, 27)
    agreed = task("a", "accepted", restriction={"period": {"end": "2026-12-04"}}).entry
    assert rules.letter(message("a"), agreed).due == date(2026, 12, 4)
    assert rules.letter(message("a", status="completed"), None).due is None


def test_who_follows_the_pregnancy_answers_first_and_each_once():
    def episode(place, kind):
        said = {"type": [{"coding": [{"code": kind}]}], "managingOrganization": {"reference": f"Organization/{place}"}}
        return Read(1, 0, "", convert(said, Episode))

    stay = Read(1, 0, "", convert({"serviceProvider": {"reference": "Organization/ward"}}, Encounter))
    episodes = [episode("gp", "gp-list"), episode("station", "pregnancy"), episode("gp", "x")]
    assert rules.answering(episodes, [stay]) == ["Organization/station", "Organization/ward", "Organization/gp"]
    assert rules.answering([], []) == []


def test_the_ward_is_where_she_was_referred_to_give_birth():
    def request(text, place, status="completed"):
        said = {"code": {"text": text}, "status": status, "performer": [{"reference": f"Organization/{place}"}]}
        return Read(1, 0, "", convert(said, Work))

    assert rules.ward([request("Ultralyd", "x"), request("Fødeplass", "ward"), request("Fødeplass", "old")]) == (
        "Organization/ward"
    )
    assert rules.ward([request("Fødeplass", "ward", "revoked"), request("Ultralyd", "x")]) == ""


def test_what_she_measured_is_told_in_the_words_of_the_record():
    measured = Measured("x", 148, 96, ("hodepine", "liv"), " Skal jeg komme? ")
    assert measured.told == (
        "Egen måling hjemme: blodtrykk 148/96 mmHg. Hodepine, Mindre liv enn vanlig.\nSkal jeg komme?"
    )
    assert replace(measured, upper=None, lower=None, words="").told == (
        "Egen måling hjemme: Hodepine, Mindre liv enn vanlig."
    )


def observation(**more):
    said = {
        "resourceType": "Observation",
        "status": "final",
        "category": [
            {
                "coding": [
                    {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}
                ]
            }
        ],
        "code": {"text": "Blodtrykk"},
        "subject": {"reference": "Patient/ida"},
        "performer": [{"reference": "Patient/ida"}],
    }
    return verb_of(decode(encode(said | more)))


def test_a_citizen_writes_vital_signs_that_she_alone_measured_and_nothing_else():
    assert observation() == "measure"
    assert observation(performer=[{"reference": "Practitioner/synne"}]) == "write"
    assert observation(performer=[{"reference": "Patient/ida"}, {"reference": "Practitioner/synne"}]) == "write"
    assert observation(performer=[{"reference": "Patient/other"}]) == "write"
    assert observation(category=[{"text": "Blodprøve"}]) == "write"


def test_to_measure_is_all_that_a_citizen_writes_of_herself_and_only_who_writes_does_it_for_her():
    assert "measure" in verbs_of("citizen")
    assert "write" not in verbs_of("citizen")
    assert {role for role in ROLES if "measure" in verbs_of(role)} == {
        role for role in ROLES if "write" in verbs_of(role)
    } | {"citizen"}


def test_each_ready_answer_says_where_it_is_from_and_the_narrow_ones_come_first():
    assert all(each.source and each.text and each.to for each in replies.replies())
    assert len({each.code for each in replies.replies()}) == len(replies.replies())
    first = replies.fitting({"question", "measurement"})
    assert [each.code for each in first[:2]] == ["measured-fine", "measured-control"]
    pressing = replies.fitting({"question", "measurement"}, urgent=True)
    assert [each.code for each in pressing[:1]] == ["measured-control"], "nothing says that what is urgent is fine"
    assert {each.code for each in replies.fitting({"renewal"})} == {"call", "renewed"}
    assert replies.fitting(set()) == []
    assert all(each.to <= replies.SORTS for each in replies.replies())


def test_an_organisations_own_stand_first_or_in_the_place_of_the_shipped_ones():
    def own(base: str, **said: Any) -> Kept:
        made: dict[str, Any] = {"name": "Vårt", "words": "Vårt eget svar.", "sorts": ("renewal",)} | said
        return Kept(base or "mine", base, Said(**made), 1, "Synne", 0)

    mine = [own(""), own("renewed"), own("call", gone=True)]
    assert [each.code for each in replies.fitting({"renewal"}, own=mine)] == ["mine", "renewed"]
    assert replies.fitting({"renewal"}, own=mine)[1].text == "Vårt eget svar."
    calm = [own("", calm=True)]
    assert "mine" not in {each.code for each in replies.fitting({"renewal"}, urgent=True, own=calm)}
    many = [own("", words=str(number)) for number in range(9)]
    assert len(replies.fitting({"renewal"}, own=many)) == replies.OFFERED
    assert wrong_in(Said("Vårt", "Ring 130972 48022 nå", ("renewal",)), replies.SORTS) == {"tekst": "number"}
    assert wrong_in(Said(" ", "x" * 1001, ("x",)), replies.SORTS) == {
        "navn": "missing",
        "tekst": "long",
        "sorter": "missing",
    }
