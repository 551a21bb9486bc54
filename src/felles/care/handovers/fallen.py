"""What has fallen by name to who runs the record, since nobody else could have it: on her worklist, and a page of each.

She sees the row of the table alone, as on the board: no person and nothing of the entry. What she does is to give it on
to a unit that may read it, or to end it with a reason that somebody has given her.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles import access, fhir
from felles.access.handovers import inboxes
from felles.access.handovers.kinds import Kind
from felles.access.handovers.states import State
from felles.access.resources import moment
from felles.care.handovers import present, present_board, rules
from felles.care.handovers.rules import Verb
from felles.care.people import store_of
from felles.record.changes import Change
from felles.record.clock import MICROSECONDS
from felles.record.errors import PreconditionFailed
from felles.record.ids import mark_of
from felles.record.read_board import MOST, list_named

if TYPE_CHECKING:
    from felles.record.read_board import BoardRow
    from felles.ui.i18n import Language
    from felles.ui.web import Visit

VERBS: Final = (Verb.FORWARD, Verb.END)
_MINUTE: Final = 60 * MICROSECONDS


def may(found: Visit) -> bool:
    """Whether the visitor runs the record."""
    return found.signed_in.may("approve")


async def rows(found: Visit, source: str | None = None, *, many: int = MOST, skip: int = 0) -> list[BoardRow]:
    """Those with the visitor by name, or that one; none for who does not run the record. Raises `Busy`."""
    store = store_of(found)
    mark = mark_of(found.signed_in.reference)
    return await list_named(store.pool, store.clock, mark, source, many=many, skip=skip) if may(found) else []


async def lines(found: Visit, skip: int) -> tuple[list[dict[str, Any]], bool]:
    """The same as lines of the worklist after the first `skip`, and whether there are more. Raises `Busy`."""
    those = await rows(found, many=MOST + 1, skip=skip)
    names = await store_of(found).names.of(present_board.parties(those, {})) if those else {}
    return [_line(found.t, row, names) for row in those[:MOST]], len(those) > MOST


def _line(t: Language, row: BoardRow, names: present.Names) -> dict[str, Any]:
    told = present_board.line(t, row, names, {})
    return told | {
        "href": f"/arbeid/{row.source}",
        "source": row.source,
        "version": 0,
        "code": Kind(row.kind).code,
        "where": State(row.state),
        "owner": row.owner,
        "text": "",
        "patient": "",
        "about": "",
        "other": told["place"],
        "inbox": False,
        "soon": False,
    }


async def shown(found: Visit, row: BoardRow, looked: str) -> dict[str, Any]:
    """What the page of one says of it. Raises `Busy`."""
    t, store = found.t, store_of(found)
    names = await store.names.of(present_board.parties([row], {}))
    told = present_board.line(t, row, names, {})
    version = (await store.read(_grant(found), *row.source.split("/", 1))).version
    blank = ("patient", "about", "record", "offered", "reason", "came", "urgency", "revoked", "given", "focus")
    none = ("told", "notes", "outputs", "events", "answers")
    one = dict.fromkeys(blank, "") | {name: [] for name in none} | {
        "urgent": row.urgent,
        "taken": False,
        "now": row.late,
        "color": told["color"],
        "state": told["state"],
        "words": t(
            "Den er hos deg fordi ingen andre kan ha den. Her står ingen pasient og ikke noe fra journalen. "
            "Gi den videre til en enhet som kan lese den, eller avslutt den med grunnen du har fått."
        ),
        "sender": told["place"],
        "made": t.moment(row.made),
        "owner": names.get(row.owner, ""),
        "since": told["since"],
        "next": told["next"],
        "late": row.late,
        "order": False,
        "citizen": False,
    }  # fmt: skip
    return {
        "title": told["kind"],
        "one": one,
        "version": version,
        "forms": present.forms(t, VERBS if row.source.startswith("Task/") else (), Kind(row.kind)),
        "hits": present.hits(await inboxes.find(store, looked)),
        "looked": looked,
        "ready": [],
        "keeps": False,
        "phone": "",
        "answers": [],
        "closed": False,
        "duty": [],
        "path": f"/arbeid/{row.source}",
    }


async def do(found: Visit, row: BoardRow, verb: Verb, *, words: str, to: str, version: str) -> None:
    """Give it on or end it, over the version that she saw. Raises `PreconditionFailed`, and what `commit` raises."""
    store, grant = store_of(found), _grant(found)
    type_name, _, name = row.source.partition("/")
    read = await store.read(grant, type_name, name)
    if version not in ("", str(read.version)):
        raise PreconditionFailed("it was written anew meanwhile")
    now = moment(store.clock.clinical())
    task = rules.act(msgspec.json.decode(read.body), verb, who=found.signed_in.reference, now=now, words=words, to=to)
    change = Change(op="update", type=type_name, id=name, expected=read.version)
    change.resource = fhir.decode(msgspec.json.encode(task))
    await store.commit(grant, [change], act="update")


def _grant(found: Visit) -> Any:
    """A Grant that writes without showing: in her name, for a minute."""
    until = store_of(found).clock.real() + _MINUTE
    return access.maintenance("hand-over given on", until=until, behalf=found.signed_in.reference)
