"""What is sent: one function for each kind of hand-over, each by whoever may and the way she does it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import msgspec
from doors import case

from felles import access, fhir
from felles.access import applications, signatures
from felles.access.applications import Asked, Person
from felles.access.codes import OPENING_REASON
from felles.access.handovers.kinds import MONTH, Kind
from felles.access.resources import moment
from felles.care.doors.cases import actions as cases
from felles.care.doors.requests import rules as requests
from felles.care.doors.rules import Line, Who
from felles.care.handovers import rules
from felles.care.messages import actions as messages
from felles.care.messages.actions import Letter
from felles.demo.places import number_of
from felles.record.changes import Change
from felles.record.ids import mark_of, new_id
from felles.record.writings import Sent

if TYPE_CHECKING:
    from month.working import Worker

WORDS = "Vurder dette, takk"
RARE = 4
"""Kinds that follow a person's demand, or a way in, are sent this much more seldom than work."""
BY_PAGE = (
    Kind.REFERRAL, Kind.TASK, Kind.MESSAGE, Kind.QUESTION, Kind.PLAN, Kind.CORRECTION, Kind.CALL, Kind.DEVIATION,
    Kind.NOTE, Kind.PROPOSAL, Kind.DISCHARGE,
)  # fmt: skip
OPENED = (Kind.NEED, Kind.EMERGENCY, Kind.CONSENT)
FOLLOWS = frozenset({Kind.OFFER, Kind.ACCESS_REVIEW})
"""What nobody sends: the keeper offers what is open when somebody has another GP or municipality, and asks for the
yearly look at an organisation's roles."""


def struct(resource: dict[str, Any]) -> Any:
    """A resource as it is committed."""
    return fhir.decode(msgspec.json.encode(resource))


async def create(worker: Worker, grant: Any, *resources: dict[str, Any], url: str | None = None) -> list[str]:
    """Make entries in one commit; their references. `url`: how the others refer to the first."""
    changes = [Change(op="create", type=each["resourceType"], resource=struct(each)) for each in resources]
    changes[0].full_url = url
    done = await worker.store.commit(grant, changes, act="create")
    return [f"{each['resourceType']}/{found.id}" for each, found in zip(resources, done, strict=True)]


async def by_page(worker: Worker, kind: Kind) -> list[str]:
    """What is sent from the chart; now and then it is urgent."""
    scene, dice = worker.scene, worker.dice
    sender = dice.choice(scene.able("refer" if kind is Kind.REFERRAL else "write"))
    patient, grant = worker.patient(sender)
    now, focus = moment(worker.store.clock.clinical()), "urn:uuid:7d9b2b0e-6a5c-4c1e-9a39-0f6f2f6f4a01"
    to, about, refers = scene.receiver(dice), f"Patient/{patient}", kind is Kind.REFERRAL
    task = rules.sending(kind, patient=about, sender=sender, to=to, words=WORDS, now=now, urgent=dice.random() < 0.1,
                         focus=focus if refers else "")  # fmt: skip
    referral = {"resourceType": "ServiceRequest", "status": "active", "intent": "order", "code": {"text": WORDS},
                "subject": {"reference": about}, "authoredOn": now, "requester": {"reference": sender},
                "performer": [{"reference": to}]}  # fmt: skip
    return (await create(worker, grant, *([referral] if refers else []), task, url=focus))[-1:]


async def referral_alone(worker: Worker, _: Kind) -> list[str]:
    """A referral that no Task carries, as a client of FHIR writes it."""
    sender = worker.dice.choice(worker.scene.able("refer"))
    patient, grant = worker.patient(sender)
    to = worker.dice.choice(worker.scene.inboxes)
    return await create(worker, grant, {
        "resourceType": "ServiceRequest", "status": "active", "intent": "order", "code": {"text": WORDS},
        "subject": {"reference": f"Patient/{patient}"}, "authoredOn": moment(worker.store.clock.clinical()),
        "requester": {"reference": sender}, "performer": [{"reference": to}]})  # fmt: skip


async def order(worker: Worker, _: Kind) -> list[str]:
    """A test, whose result comes later for most."""
    sender = worker.dice.choice(worker.scene.able("order"))
    patient, grant = worker.patient(sender)
    (made,) = await create(worker, grant, {
        "resourceType": "ServiceRequest", "status": "active", "intent": "order", "code": {"text": "Kreatinin"},
        "category": [{"coding": [{"system": "http://snomed.info/sct", "code": "108252007"}]}],
        "subject": {"reference": f"Patient/{patient}"}, "authoredOn": moment(worker.store.clock.clinical()),
        "requester": {"reference": sender}})  # fmt: skip
    if worker.dice.random() < 0.8:
        worker.awaited.append((patient, made))
    return [made]


async def result(worker: Worker) -> None:
    """The laboratory answers an order."""
    patient, ordered = worker.awaited.pop(worker.dice.randrange(len(worker.awaited)))
    said = worker.world.observation(patient) | {"basedOn": [{"reference": ordered}]}
    (made,) = await create(worker, access.maintenance("the laboratory", until=worker.soon), said)
    worker.journal.note("answer", made, ordered)


async def letter(worker: Worker, _: Kind) -> list[str]:
    """What a citizen writes."""
    patient = worker.dice.choice(worker.scene.patients)
    to = worker.dice.choice([*worker.scene.offices, *worker.scene.units])
    grant = access.person(worker.scene.citizen(patient), (worker.scene.keys[patient],))
    said = Letter(f"Patient/{patient}", f"Patient/{patient}", "", to, WORDS)
    return [await messages.send(worker.store, grant, said)]


async def draft(worker: Worker, kind: Kind) -> list[str]:
    """What is written in the work panel and signed: ten seconds later it is a hand-over (`Worker.settle`)."""
    form = {Kind.DEVIATION: "avvik", Kind.NOTE: "notat-sendt", Kind.REFERRAL: "henvisning"}[kind]
    scene, store, dice = worker.scene, worker.store, worker.dice
    sender = dice.choice(scene.able("refer" if form == "henvisning" else "sign"))
    patient, grant = worker.patient(sender)
    gp = (await worker.patient_now(patient))["generalPractitioner"][0]["reference"]
    fields = {"tekst": WORDS, "tittel": "Til oppfølging", "til": gp}
    if form == "henvisning":
        fields = {"til": dice.choice(scene.units), "hva": "Kne", "sporsmal": WORDS, "hast": "routine", "bakgrunn": ""}
    drawn = new_id(grant.keys[0][0])
    sent = Sent(id=drawn, patient=f"Patient/{patient}", form=form, fields=fields)
    kept = await store.writings.save(grant, sent)
    if kept.id != drawn and not kept.open:
        return []
    signed = await store.writings.sign(grant, kept.id, signatures.kept(scene.who(sender)))
    if signed.open:
        return []
    worker.journal.note("signed", kept.id)
    return []


async def opening(worker: Worker, kind: Kind) -> list[str]:
    """A way in without a care relation: the Task of a case, to be looked over."""
    scene, dice = worker.scene, worker.dice
    reader = dice.choice(
        [each for each in scene.carers if scene.who(each).may("need" if kind is Kind.NEED else "open")]
    )
    patient = dice.choice(scene.patients)
    return await open_for(worker, reader, patient, scene.keys[patient], kind)


async def open_for(worker: Worker, reader: str, patient: str, key: Any, kind: Kind) -> list[str]:
    """`reader` goes into the record of a patient (an id, at `key`)."""
    reason = {"coding": [{"system": OPENING_REASON, "code": "other"}], "text": "Ringte og spurte om hjelp"}
    grant = access.case(worker.scene.who(reader), (key,))
    return await create(worker, grant, case(patient, kind.case, reasonCode=reason))


async def self_made(worker: Worker, _: Kind) -> list[str]:
    """Somebody at night states a need for one whom nobody there follows, and gives herself a task about her."""
    scene, dice = worker.scene, worker.dice
    reader = dice.choice([each for each in scene.carers if scene.posts[each].org == scene.night])
    patient, key = await worker.stranger()
    for source in await open_for(worker, reader, patient, key, Kind.NEED):
        worker.acknowledged(Kind.NEED, source)
    me = {"reference": reader}
    task = case(patient, "need") | {"code": {"text": "Ring"}, "owner": me, "requester": me}
    (made,) = await create(worker, access.person(scene.who(reader), (key,)), task)
    worker.acknowledged(Kind.TASK, made)
    if dice.random() < 0.2:
        worker.confirming.append((patient, key, made))
    return [f"Review/{made.replace('/', '.', 1)}"]


async def confirm(worker: Worker) -> None:
    """The person says that a way in was right."""
    patient, key, made = worker.confirming.pop()
    worker.scene.keys[patient] = key
    grant = access.person(worker.scene.citizen(patient), (key,))
    said = case(patient, "confirmed", status="completed", focus={"reference": made})
    await create(worker, grant, said)
    worker.journal.note("said", "way in confirmed")


async def log_question(worker: Worker, _: Kind) -> list[str]:
    """The person does not know a line of her log again."""
    patient, grant = worker.own()
    post = worker.scene.posts[worker.dice.choice(worker.scene.carers)]
    line = Line(Who(actor=post.person, org=post.org), number=1)
    now = worker.store.clock.real()
    return [f"Task/{await cases.ask_about(worker.store, grant, f'Patient/{patient}', now, line, WORDS)}"]


async def demand(worker: Worker, kind: Kind) -> list[str]:
    """The person demands that an entry is corrected, or one made for it deleted."""
    patient, grant = worker.own()
    entry = worker.scene.entries[patient]
    if kind is Kind.DELETION:
        writer = worker.dice.choice(worker.scene.able("measure"))
        by = access.person(worker.scene.who(writer), (worker.scene.keys[patient],))
        (entry,) = await create(worker, by, worker.world.observation(patient))
    about = cases.Entry(entry, mark_of(worker.scene.posts["Practitioner/u1-1"].org))
    return [f"Task/{await cases.demand(worker.store, grant, f'Patient/{patient}', about, kind, WORDS)}"]


async def request(worker: Worker, _: Kind) -> list[str]:
    """Somebody asks for a part of another's record."""
    scene, dice, store = worker.scene, worker.dice, worker.store
    asker, patient = dice.sample(scene.patients, 2)
    now = store.clock.clinical()
    owner = dice.choice([*scene.offices, *scene.towns])
    who, about = (f"Patient/{asker}", "Den som spør"), (f"Patient/{patient}", "Den det gjelder")
    task = requests.request(who, about, owner, WORDS, moment(now), moment(now + MONTH))
    return await create(worker, access.case(scene.citizen(asker), (scene.keys[patient],)), task)


async def application(worker: Worker, _: Kind) -> list[str]:
    """An organisation wants to take part: a case once the keeper has seen it."""
    number = number_of(worker.dice.randrange(80_000_000, 99_999_999))
    head = Person(given="Kari", family="Prøve")
    asked = Asked(name=f"Kontor {number}", number=number, kind="gp-office", administrator=head, email="a@b.example")
    await applications.apply(worker.store, asked)
    return [f"Application/{number}"]


Way = Callable[["Worker", Kind], Awaitable[list[str]]]
WAYS: dict[Kind, tuple[Way, ...]] = {
    **dict.fromkeys(BY_PAGE, (by_page,)),
    **dict.fromkeys(OPENED, (opening,)),
    Kind.REFERRAL: (by_page, referral_alone, draft),
    Kind.DEVIATION: (by_page, draft),
    Kind.NOTE: (by_page, draft),
    Kind.MESSAGE: (by_page, letter),
    Kind.ORDER: (order,),
    Kind.LOG_QUESTION: (log_question,),
    Kind.DEMAND: (demand,),
    Kind.DELETION: (demand,),
    Kind.REQUEST: (request,),
    Kind.SELF_MADE: (self_made,),
    Kind.APPLICATION: (application,),
}
"""How each kind is sent; of several ways the dice choose."""
KINDS = [kind for kind in WAYS for _ in range(1 if kind.case else RARE)]
