"""transaction: `POST [base]` with a Bundle of type transaction: all of it or nothing.

Every entry is routed, decoded and checked before anything is written; all writes are one commit, in
which urn:uuid and conditional references are resolved. Reads are tried before the commit, so that one
that fails stops the whole, and answered after it. (http://hl7.org/fhir/R4/http.html#transaction)
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from felles.care.messages.measured import beside
from felles.exchange.rest import create, delete, update
from felles.exchange.rest import entries as _entries
from felles.exchange.rest.bundle import answered, bundle
from felles.exchange.rest.call import Interaction
from felles.exchange.rest.outcomes import Issue, Refusal, refusal_of, refuse, reply_of
from felles.exchange.rest.reply import Reply
from felles.exchange.rest.written import told
from felles.fhir import rewrite
from felles.record.errors import RecordError

if TYPE_CHECKING:
    from felles.exchange.rest.call import Call
    from felles.exchange.rest.entries import Asked, Envelope
    from felles.record.changes import Change, Result
    from felles.record.grants import Grant

INTERACTION = Interaction("All of it or nothing; one commit.", on_system=("transaction",))
_CHANGES = {"create": create.change, "update": update.change, "delete": delete.change}


async def answer(call: Call, envelope: Envelope) -> Reply:
    """200 with a transaction-response in the order of the entries, or one OperationOutcome and nothing written."""
    grant = call.grant()
    asked = _checked(call, envelope)
    changes = _changes(asked)
    reads = [one for one in asked if one.position not in changes]
    twins = _join_twins(changes)
    shown = await _tried(call, reads, changes)
    if changes:
        results = dict(zip(changes, await _committed(call, grant, changes), strict=True))
        results |= {twin: replace(results[first], outcome="found") for twin, first in twins.items()}
        for position, result in results.items():
            shown[position] = answered(call.base, told(result, call.prefer, inside=True))
        for one in reads:
            shown[one.position] = await _shown(call, one)
    return Reply(200, bundle("transaction-response", ",".join(shown[i] for i in range(len(asked)))))


async def _tried(call: Call, reads: list[Asked], changes: dict[int, Change]) -> dict[int, str]:
    """The reads as they are before the commit. Raises the Refusal of one that fails, or will once all is written."""
    written = {f"{c.type}/{c.id}" for c in changes.values() if c.id and c.op == "update"}
    deleted = {f"{c.type}/{c.id}" for c in changes.values() if c.id and c.op == "delete"}
    shown: dict[int, str] = {}
    for one in reads:
        route = one.call.route
        reference = f"{route.type}/{route.id}"
        if route.interaction == "read" and reference in deleted:
            raise refuse(410, "deleted", f"{reference} is deleted in this transaction", f"Bundle.entry[{one.position}]")
        if reference not in written:
            shown[one.position] = answered(call.base, await _run(one))
    return shown


async def _shown(call: Call, one: Asked) -> str:
    """A read after the commit. What it meets now is its own answer: what is written is written."""
    try:
        return answered(call.base, await _run(one))
    except Refusal as error:
        return answered(call.base, reply_of(error), is_outcome=True)


def _join_twins(changes: dict[int, Change]) -> dict[int, int]:
    """Take out conditional creates whose criteria an entry before them has: they find what that one makes.

    Answers, by position, which one. References to them lead to it.
    """
    firsts: dict[str, int] = {}
    twins: dict[int, int] = {}
    urls: dict[str, str] = {}
    for position, change in list(changes.items()):
        if change.op != "create" or change.condition is None:
            continue
        first = firsts.setdefault(change.condition.normalised(), position)
        if first != position:
            twins[position] = first
            del changes[position]
            if change.full_url:
                changes[first].full_url = url = changes[first].full_url or f"urn:uuid:{uuid.uuid4()}"
                urls[change.full_url] = url
    if urls:
        for change in changes.values():
            if change.resource is not None:
                rewrite(change.resource, urls.get)
    return twins


async def _committed(call: Call, grant: Grant, changes: dict[int, Change]) -> list[Result]:
    """What became of the changes. A refusal names the entry that it is about."""
    asked = list(changes.values())
    also = await beside(call.door.store, grant, call.actor, asked)
    try:
        return (await call.door.store.commit(grant, [*asked, *also], act="transaction"))[: len(asked)]
    except RecordError as error:
        refusal = refusal_of(error)
        if refusal is None or error.position is None or error.position >= len(asked):
            raise
        raise _placed(refusal, list(changes)[error.position]) from None


def _checked(call: Call, envelope: Envelope) -> list[Asked]:
    """All entries as calls. Raises one Refusal with the issues of all that are wrong."""
    ready = _entries.resources(call)
    if isinstance(ready, Refusal):
        raise ready
    asked: list[Asked] = []
    wrong: list[Refusal] = []
    for position, entry in enumerate(envelope.entry):
        try:
            asked.append(_entries.asked(call, position, entry, ready[position]))
        except Refusal as error:
            wrong.append(error)
    _raise_all(wrong)
    return asked


def _changes(asked: list[Asked]) -> dict[int, Change]:
    """The changes by position. Raises one Refusal for all entries that cannot be, or that meet each other."""
    changes: dict[int, Change] = {}
    wrong: list[Refusal] = []
    for one in asked:
        make = _CHANGES.get(one.call.route.interaction)
        if make is None:
            continue
        try:
            change = changes[one.position] = make(one.call)
        except Exception as error:
            refusal = refusal_of(error)
            if refusal is None:
                raise
            wrong.append(_placed(refusal, one.position))
            continue
        change.full_url = one.full_url
    _raise_all(wrong)
    _check_apart(changes)
    _lead_to_full_urls(changes)
    return changes


def _check_apart(changes: dict[int, Change]) -> None:
    """Raise a Refusal (400) when two entries name the same entry or carry the same fullUrl."""
    seen: dict[str, int] = {}
    for position, change in changes.items():
        named = [f"{change.type}/{change.id}"] if change.id else []
        if change.full_url and change.op != "delete":
            named.append(change.full_url)
        for name in named:
            if name in seen:
                where = f"Bundle.entry[{position}]"
                raise refuse(400, "duplicate", f"entries {seen[name]} and {position} are both {name[:120]}", where)
            seen[name] = position


def _lead_to_full_urls(changes: dict[int, Change]) -> None:
    """Let relative references mean the entries whose fullUrl ends so, as FHIR's rule for bundles has it.

    The commit knows an entry by its fullUrl; `Patient/1` beside `http://a.example/Patient/1` is that entry.
    """
    meant = {
        "/".join(change.full_url.rsplit("/", 2)[1:]): change.full_url
        for change in changes.values()
        if change.op == "create" and change.full_url and change.full_url.startswith(("http://", "https://"))
    }
    if meant:
        for change in changes.values():
            if change.resource is not None:
                rewrite(change.resource, meant.get)


async def _run(one: Asked) -> Reply:
    try:
        return await one.call.answered()
    except Exception as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        raise _placed(refusal, one.position) from None


def _placed(refusal: Refusal, position: int) -> Refusal:
    """The refusal of one entry, as the whole Bundle's: its expressions lead through the entry."""
    where = f"Bundle.entry[{position}]"

    def moved(expression: str | None) -> str:
        if expression is None or expression.startswith("Bundle.entry["):
            return expression or where
        _, dot, rest = expression.partition(".")
        return f"{where}.resource{dot}{rest}"

    issues = [Issue(i.code, i.diagnostics, moved(i.expression)) for i in refusal.issues]
    return Refusal(refusal.status, issues, refusal.headers)


def _raise_all(wrong: list[Refusal]) -> None:
    if wrong:
        issues: list[Any] = [issue for refusal in wrong for issue in refusal.issues]
        raise Refusal(wrong[0].status, issues)
