"""The doors: who may see what, and why. The only room that makes Grants.

    from felles import access
    grant = access.person(actor, keys, "reason in words")     # no I/O: the statement that reads decides

`open` makes Grants, `derive` what opens a door, `roles` what a role reaches; `sessions`, `tokens` and
`doorkeeper` say who is asking; `personas` sign in without proof, in demo mode alone.
"""

from felles.access.actor import Actor, Sort
from felles.access.open import (
    act,
    appoint,
    asked,
    attend,
    call_off,
    case,
    decide,
    everyone,
    handle,
    join,
    lookup,
    maintenance,
    move,
    move_by_case,
    mover,
    person,
    place,
    receiver,
    reply,
    represent,
    system,
)

__all__ = [
    "Actor",
    "Sort",
    "act",
    "appoint",
    "asked",
    "attend",
    "call_off",
    "case",
    "decide",
    "everyone",
    "handle",
    "join",
    "lookup",
    "maintenance",
    "move",
    "move_by_case",
    "mover",
    "person",
    "place",
    "receiver",
    "reply",
    "represent",
    "system",
]
