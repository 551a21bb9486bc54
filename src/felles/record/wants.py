"""What a page may ask of one person's record: its wants, named once as constants (`read_person.py` answers them)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Want:
    """The newest `newest` entries of `type`, by their clinical time, whatever has become of them.

    `having` keeps those with at least one of these (search parameter, code). The person's entries of the type are
    gone through: for types of which she has few.
    """

    type: str
    newest: int
    having: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest `newest` entries of `type` that are not over (`record.standing`).

    `having` keeps those with at least one of these (search parameter, code). `past`: none that lies ahead.
    """

    type: str
    newest: int
    having: tuple[tuple[str, str], ...] = ()
    past: bool = False


@dataclass(frozen=True, slots=True)
class Coming:
    """The `nearest` entries of `type` that are not over and begin after `LATE` ago, the nearest first.

    So that what is under way is among them; whether it has ended, the page's rules say.
    """

    type: str
    nearest: int


LATE: Final = 86_400_000_000
"""Microseconds: a day. Appointments of years ago are not closed by everybody, and must not be gone through."""


@dataclass(frozen=True, slots=True)
class Course:
    """The newest `newest` entries of each of the newest codes of `type`.

    `codes` says how many codes of each kind; a kind that is not named has none.
    """

    type: str
    newest: int
    codes: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Coded:
    """The newest `newest` entries of `type` for each of `codes`, the newest first; none entered in error.

    A code counts when it is the first of the entry's main code (`code` of an Observation): the index holds that one.
    """

    type: str
    newest: int
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class One:
    """The one entry that the request names (`item` of `read_page`); body "" when it was deleted."""


@dataclass(frozen=True, slots=True)
class Released:
    """The newest `newest` single entries that were released to who acts for the person; for nobody else."""

    newest: int


@dataclass(frozen=True, slots=True)
class Versions:
    """The newest `newest` versions of the entry that `One` is, each as a `Seen` of its own.

    Its `id` is the version, `low` when it was written (real micros), `author` who answers for it, and its body names
    who entered it on her behalf (`by`) and whether it is a deletion (`deleted`). The one that the request names
    (`code` of `read_page`), if it is not the newest, has what it said (`body`).
    """

    newest: int


@dataclass(frozen=True, slots=True)
class Pointed:
    """The newest `newest` entries that messages to the reader point to, whatever else of the record she sees."""

    newest: int


@dataclass(frozen=True, slots=True)
class Journal:
    """The newest `newest` entries that are text or tell what happened (`want_journal.WRITTEN`), none entered in error.

    Nothing that begins after now. A line is [low, org, author, body, high, entered, kind]: clinical micros from and to,
    the organisation's hash, who answers for it, its JSON, who entered it for her ("" when she did), and its `Kind`.
    """

    newest: int


@dataclass(frozen=True, slots=True)
class OfCode:
    """The newest `newest` entries of `type` whose main code's first code has the mark that the request names.

    (`code` of `read_page`.)
    """

    type: str
    newest: int


@dataclass(frozen=True, slots=True)
class News:
    """The `newest` entries that became known last (`record.known`), of `want_news.TOLD`, whatever has become of them.

    A line is [known, org, author, body, low, kind, type, id, before]: since when it is known (real micros), its
    organisation's hash, who answers for it, its JSON, when it is about (clinical micros), its `Kind`, its type's
    number, its id, and its earlier versions as [known, body], the newest first. What is attached to a large one is
    left out. `brief`: no body of an Observation (null; of one entered in error its status). `since_met`: none that was
    known at the contact that the page's `Met` finds in the same key.
    """

    newest: int
    brief: bool = False
    since_met: bool = False


@dataclass(frozen=True, slots=True)
class Met:
    """When the reader's organisation last had contact: one line [moment, type, id] of the entry that says so, or none.

    An Encounter that it wrote (of the newest `among`), an Appointment of its own that was kept, or a measurement of its
    own among the `written` that became known last. The moment is the contact's end, or its beginning while it goes
    on; and no later than it was known, for what came after is news. In real micros, as `News` counts.
    """

    among: int
    written: int


@dataclass(frozen=True, slots=True)
class Looked:
    """When the reader last opened the record before the present sitting, by the access log: one line [moment, whole].

    A sitting is a row of looks with less than an hour (`want_news.SITTING`) between each and the next; the present one
    ends now. The moment (real micros) is the last look of the sitting before, 0 where there is none among the newest
    `lines` of the person's log; `whole`: these are all there are, so that she never looked. It is answered
    also where the record is as the caller had it.
    """

    lines: int


Told = Journal | OfCode | News | Met
"""Wants whose statements lie in modules of their own."""
AnyWant = Want | Standing | Coming | Course | Coded | One | Released | Versions | Pointed | Looked | Told
"""Any of them."""
