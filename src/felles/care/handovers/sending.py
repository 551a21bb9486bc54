"""What is said in a hand-over goes ten seconds later, as what is signed does (docs/decisions/0010-ten-seconds.md).

An answer, a question, a refusal, and giving on: until it goes it can be called back, then it is carried out once, over
the version that its writer saw, by whichever worker looks first. It lies among the writings (`record.writings`), under
a form of its own name that no panel opens, so that a killed process leaves it to the next. Whatever keeps it from
going is told on the worklist, with the words; they are never lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles.access import signatures
from felles.care.handovers import actions, desk, present, reached
from felles.care.handovers.rules import Verb
from felles.care.people import store_of
from felles.care.writing.actions import ELSEWHERE, Return
from felles.record.errors import Absent, Conflict, Forbidden, PreconditionFailed
from felles.record.ids import mark_of, new_id
from felles.record.writings import KEPT, Sent
from felles.record.writings import State as Written

if TYPE_CHECKING:
    from felles.access.actor import Actor
    from felles.record.read_handovers import HandedRow
    from felles.record.store import Store
    from felles.record.writings import Writing
    from felles.ui.i18n import Language
    from felles.ui.web import Visit

FORM: Final = "arbeid"
"""`writing.form` of what is said in a hand-over."""
SAID: Final = frozenset({Verb.ANSWER, Verb.ASK, Verb.REPLY, Verb.DECLINE, Verb.FORWARD})
"""What goes to somebody else, and waits its ten seconds. Taking, putting off and ending are one's own to undo."""
CALL_BACK: Final = "angre"
PUT_AWAY: Final = "ta-bort"
_FIELDS: Final = ("verb", "tekst", "til")


async def wait(store: Store, actor: Actor, row: HandedRow, said: dict[str, str]) -> str:
    """Let what is said with a hand-over go in ten seconds; the id of what waits, "" where it cannot wait.

    Said twice of one version it is one. Raises `Busy`.
    """
    key = await store.place(row.source)
    if key is None or not key[1] or actor.account is None:
        return ""
    handed = Sent(
        id=new_id(key[0]), patient=f"Patient/{row.patient}", form=FORM, about=row.source, base=row.version,
        fields={name: said.get(name, "") for name in _FIELDS},
    )  # fmt: skip
    return (await store.writings.hand_in(key, mark_of(actor.reference), handed, signatures.kept(actor))).id


async def sent(store: Store, actor: Actor, source: str, version: str) -> str:
    """What she has said of that version of a hand-over already, and waits or has gone: its id, "" for nothing."""
    version = version.partition(".")[0]
    if not version.isascii() or not version.isdigit():
        return ""
    rows = await store.writings.handed_in(mark_of(actor.reference), FORM)
    mine = (w for w in rows if w.about == source and w.base == int(version))
    return next((w.id for w in mine if w.state in (Written.SIGNED, Written.DONE)), "")


async def call_back(store: Store, actor: Actor, which: str) -> bool:
    """Take back what has not gone; False where it has. Raises `Busy`."""
    return await store.writings.take_back(mark_of(actor.reference), FORM, which)


async def put_away(store: Store, actor: Actor, which: str) -> None:
    """Tell no more of what did not go. Raises `Busy`."""
    await store.writings.put_away(mark_of(actor.reference), FORM, which)


async def said_before(store: Store, actor: Actor, which: str, source: str) -> dict[str, str]:
    """What she said of a hand-over and took back, or what did not go: the fields of the form, {} for nothing."""
    rows = await store.writings.handed_in(mark_of(actor.reference), FORM) if which else []
    return next((w.fields for w in rows if (w.id, w.about) == (which, source)), {})


async def _carry_out(store: Store, writing: Writing) -> str:
    """Do what was said, once; the reference of the Task. Raises `Return`, `Busy`."""
    actor = await signatures.again(store, writing.signer)
    if actor is None:
        raise Return("role")
    verb, words, to = Verb(writing.fields["verb"]), writing.fields["tekst"], writing.fields["til"]
    done, body = await store.writings.made_of(writing, actor.reference)
    if done and _says(msgspec.json.decode(body), verb, words.strip(), to):
        return done  # an earlier try was carried out, and nobody heard
    try:
        row, case = await reached.read(store, actor, writing.about)
        if row.version != writing.base or verb not in await reached.verbs(store, actor, row):
            raise Return("met")
        if case is not None:
            return await desk.do(store, actor, case, verb, words=words, to=to)
        return await actions.do(store, actor, row, verb, words=words, to=to)
    except (Conflict, PreconditionFailed):
        raise Return("met") from None
    except (Absent, Forbidden):
        raise Return("closed") from None


def _says(task: dict[str, Any], verb: Verb, words: str, to: str) -> bool:
    if verb is Verb.FORWARD:
        return (task["status"], task.get("owner", {}).get("reference")) == ("requested", to)
    return bool(task.get("note")) and task["note"][-1].get("text") == words


ELSEWHERE[FORM] = _carry_out


async def shown(found: Visit) -> list[dict[str, Any]]:
    """What the worklist tells of it: what waits, with its seconds, what did not go, what she just sent (`?sendes=`)."""
    store, actor, asked = store_of(found), found.signed_in, found.request.query_params.get("sendes", "")
    rows = await store.writings.handed_in(mark_of(actor.reference), FORM)
    now = store.clock.real()
    return [
        _told(found.t, each, now) for each in rows if each.state in (Written.SIGNED, Written.GONE) or each.id == asked
    ]


def _told(t: Language, writing: Writing, now: int) -> dict[str, Any]:
    said = writing.fields
    return {
        "id": writing.id,
        "verb": present.verb(t, Verb(said["verb"])) if said else "",
        "text": said.get("tekst", ""),
        "state": {Written.SIGNED: "waits", Written.DONE: "sent", Written.DISCARDED: "back"}.get(writing.state, "stays"),
        "seconds": -(-max(0, writing.due - now) // 1_000_000),
        "why": _why(t, writing.said) if writing.said else "",
        "until": t.day(writing.changed + KEPT),
        "undo": f"/arbeid/{writing.about}/{CALL_BACK}",
        "away": f"/arbeid/{writing.about}/{PUT_AWAY}",
        "href": f"/arbeid/{writing.about}?angret={writing.id}",
    }


def _why(t: Language, rule: str) -> str:
    """Why it did not go."""
    return {
        "met": t("Noen var raskere, eller den er endret siden du åpnet den."),
        "closed": t("Den er ikke lenger hos deg."),
        "role": t("Rollen du sendte den i, gjelder ikke lenger."),
    }.get(rule, t("Noe gikk galt."))
