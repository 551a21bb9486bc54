"""What follows from a commit and needs the rows that were written: blocks, openings, forms without place.

A hook runs inside the transaction, after the rows of all commits that share it, under the person's lock: what another
commit wrote was not therefore here before (`entry.era` and `entry.xid` tell that). It reads what is current, asks a
pure function what follows, and makes its rows of that person anew; so it may run twice and leave the same. It raises
nothing for what is wrong in an entry: it then derives nothing. Hooks of a type run for commits that wrote such an
entry, hooks of a bit for every commit of a person who has it; the others pay nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from felles.record.grants import Grant, PersonKey
    from felles.record.pool import Conn

Bit = Literal["blocked", "protected", "joined"]
ORDER: tuple[Bit, ...] = ("blocked", "protected", "joined")
"""Hooks of bits run in this order, after those of types."""


@dataclass(slots=True)
class After:
    """What a hook is told. `now` is the commit's database time, `real` and `clinical` the clocks, in microseconds.

    `written` maps `Type/id` of each entry of this person in this commit to its resource, None when it was deleted;
    `created` names those of which no version was here before. `historic`: an import, nothing is promised or sent.
    `keys`: all keys of the person, the one that leads first, when her Patients are joined; else this one alone.
    `moved`: those of `created` that come from the record of another person (`record.move`).
    `regrouped`: nothing was written, her Patients were joined or parted: all that is derived is to be made anew.
    """

    conn: Conn
    key: PersonKey
    now: int
    real: int
    clinical: int
    commit: int
    grant: Grant
    written: dict[str, Any]
    created: frozenset[str]
    historic: bool
    keys: tuple[PersonKey, ...] = ()
    moved: frozenset[str] = frozenset()
    regrouped: bool = False

    def of(self, *types: str) -> dict[str, Any]:
        """Those of `written` that are of these types."""
        return {ref: resource for ref, resource in self.written.items() if ref.partition("/")[0] in types}

    def all_keys(self) -> tuple[PersonKey, ...]:
        """All keys of the person."""
        return self.keys or (self.key,)

    def with_key(self, key: PersonKey) -> After:
        """The same of another key of the person: this commit wrote nothing that lies there."""
        return self if key == self.key else replace(self, key=key, written={}, created=frozenset(), moved=frozenset())

    def columns(self) -> tuple[list[int], list[int]]:
        """The same as two columns, buckets and persons."""
        keys = self.all_keys()
        return [bucket for bucket, _ in keys], [person for _, person in keys]


Hook = Callable[[After], Awaitable[bool | None]]
"""Answers False when it left everything as it was; then nobody asks for the person's bits again."""
Wants = Callable[[Any], bool]


class Hooks:
    """The hooks of a registry, by type and by bit."""

    def __init__(self) -> None:
        self.by_type: dict[str, list[tuple[Hook, Wants | None]]] = {}
        self.by_bit: dict[Bit, list[Hook]] = {}
        self.of_nobodys: set[Hook] = set()

    def after(self, types: tuple[str, ...], hook: Hook, wants: Wants | None = None, *, nobodys: bool = False) -> None:
        """Let `hook` follow commits of `types`; with `wants`, of those versions only that it says yes to.

        A deleted entry is told whatever `wants` says. `nobodys`: also of entries that belong to no person.
        """
        if nobodys:
            self.of_nobodys.add(hook)
        for type_name in types:
            self.by_type.setdefault(type_name, []).append((hook, wants))

    def always(self, bit: Bit, hook: Hook) -> None:
        """Let `hook` follow every commit of a person with this bit, also when this commit has just set it."""
        self.by_bit.setdefault(bit, []).append(hook)

    def called(self, written: dict[str, Any], *, nobodys: bool = False) -> list[Hook]:
        """The hooks of types for these entries, each once, in the order they were registered.

        `nobodys`: the entries belong to no person.
        """
        found: dict[Hook, None] = {}
        for reference, resource in written.items():
            found.update(dict.fromkeys(self.called_by(reference.partition("/")[0], resource)))
        return [hook for hook in found if not nobodys or hook in self.of_nobodys]

    def called_by(self, type_name: str, resource: Any) -> list[Hook]:
        """The hooks of types for one entry; `resource` None: it was deleted."""
        hooks = self.by_type.get(type_name, ())
        return [hook for hook, wants in hooks if wants is None or resource is None or wants(resource)]


_BITS = "select blocked, protected, joined from person where bucket = $1 and person = $2"


async def follow(hooks: Hooks, after: After, bits: frozenset[Bit]) -> frozenset[Bit]:
    """Run all hooks of one person of one commit. `bits` are those she had before; gives those she has now."""
    changed = False
    nobodys = not after.key[1]
    for hook in hooks.called(after.written, nobodys=nobodys):
        changed = await hook(after) is not False or changed
    if changed and hooks.by_bit and not nobodys:  # a hook of a type may have set or cleared one
        row = (await after.conn.fetch(_BITS, *after.key))[0]
        bits = frozenset(bit for bit in ORDER if row[bit])
    for bit in ORDER:
        if bit in bits:
            for hook in hooks.by_bit.get(bit, ()):
                await hook(after)
    return bits
