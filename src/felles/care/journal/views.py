"""What the journal needs, read by one statement: the list, and the entry that is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec import field as element
from msgspec.json import Decoder

from felles.care.doors import strip
from felles.care.reading import derived, full, rows, there
from felles.care.shapes import Coding, Concept, Period, Reference, Shape
from felles.record.errors import Absent, Gone
from felles.record.want_journal import WRITTEN
from felles.record.wants import Journal, One, Standing

if TYPE_CHECKING:
    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage
    from felles.record.store import Store

MOST: Final = 2000
"""At most so many entries, the newest; the page says so when there may be older ones."""
PROBLEMS: Final = 60
"""Problems that the list can be narrowed to."""
LIST: Final = (*strip.WANTS, Journal(MOST), Standing("Condition", PROBLEMS))
ENTRY: Final = (*LIST, One())


class Narrative(Shape):
    """Text as XHTML."""

    div: str = ""


class Section(Shape):
    """A part of a document."""

    title: str | None = None
    code: Concept | None = None
    text: Narrative | None = None
    section: list[Section] = element(default_factory=list)


class Attachment(Shape):
    """What is attached; `data` in base64."""

    content_type: str | None = None
    data: str | None = None
    title: str | None = None


class Content(Shape):
    """One form of a document."""

    attachment: Attachment | None = None


class Who(Shape):
    """A reference, or what holds one: a performer, a participant."""

    reference: str | None = None
    display: str | None = None
    actor: Reference | None = None
    individual: Reference | None = None

    @property
    def whom(self) -> Reference:
        """The reference itself."""
        return self.actor or self.individual or Reference(self.reference, self.display)


class Said(Shape):
    """A note, or a part of a message."""

    text: str | None = None
    content_string: str | None = None
    content_attachment: Attachment | None = None


class Diagnosed(Shape):
    """A diagnosis of a contact."""

    condition: Reference | None = None


class Context(Shape):
    """What a document belongs to."""

    encounter: list[Reference] = element(default_factory=list)
    related: list[Reference] = element(default_factory=list)


class Written(Shape):
    """An entry of the journal, of whichever of `WRITTEN`: what its line, its text and its chain need."""

    id: str = ""
    resource_type: str = ""
    status: str = ""
    class_: Coding | None = element(default=None, name="class")
    type: Concept | list[Concept] | None = None
    category: Concept | list[Concept] | None = None
    code: Concept | None = None
    topic: Concept | None = None
    title: str | None = None
    description: str | None = None
    period: Period | None = None
    service_provider: Reference | None = None
    custodian: Reference | None = None
    participant: list[Who] = element(default_factory=list)
    author: list[Reference] = element(default_factory=list)
    performer: list[Who] = element(default_factory=list)
    requester: Reference | None = None
    sender: Reference | None = None
    recipient: list[Reference] = element(default_factory=list)
    encounter: Reference | None = None
    context: Context | None = None
    based_on: list[Reference] = element(default_factory=list)
    reason_code: list[Concept] = element(default_factory=list)
    reason_reference: list[Reference] = element(default_factory=list)
    diagnosis: list[Diagnosed] = element(default_factory=list)
    section: list[Section] = element(default_factory=list)
    text: Narrative | None = None
    content: list[Content] = element(default_factory=list)
    presented_form: list[Attachment] = element(default_factory=list)
    conclusion: str | None = None
    note: list[Said] = element(default_factory=list)
    payload: list[Said] = element(default_factory=list)
    outcome: Concept | None = None
    priority: str | None = None


class Row(Struct, array_like=True, gc=False):
    """One entry: from (clinical micros), organisation (hash), who answers for it, what; until, who entered it, kind."""

    at: int
    org: int
    author: str
    entry: Written
    until: int = 0
    entered: str = ""
    kind: int = -1


class Problem(Shape):
    """A problem, and the contact at which it was found."""

    id: str = ""
    code: Concept = element(default_factory=Concept)
    encounter: Reference | None = None


class _Standing(Struct, array_like=True, gc=False):
    at: int
    org: int
    author: str
    entry: Problem


class _One(Struct, array_like=True, gc=False):
    """The entry itself is null where it was deleted."""

    at: int
    org: int
    author: str
    entry: Written | None


_rows: Final = Decoder(list[Row]).decode
_problems: Final = Decoder(list[_Standing]).decode
_one: Final = Decoder(list[_One]).decode


@dataclass(slots=True)
class Read:
    """The journal as this reader sees it, newest first; `chosen` is the entry that is read, where one is.

    `rows` and `problems` may be `reading.Unread`.
    """

    page: PersonPage
    rows: list[Row]
    problems: list[Problem] = field(default_factory=list)
    chosen: Row | None = None

    @property
    def cut(self) -> bool:
        """Whether there may be older entries than were read."""
        return full(self.rows, MOST)


async def listed(store: Store, grant: PersonGrant, patient_id: str) -> Read:
    """The journal of the person of `grant`. Raises `Absent`, `Busy`."""
    page = await store.page(grant, LIST, "journal", f"Patient/{patient_id}")
    return _read(page)


async def chosen(store: Store, grant: PersonGrant, type_name: str, resource_id: str) -> Read:
    """The journal, and one entry of it to read. Raises `Absent`, `Gone`, `Busy`."""
    if type_name not in WRITTEN:
        raise Absent("there is no such entry in a journal")
    page = await store.page(grant, ENTRY, "journal", f"{type_name}/{resource_id}")
    found = _one(page.found[-1])
    if not found:
        raise Absent("there is no such entry here that you may see")
    one = found[0]
    if one.entry is None:
        raise Gone("the entry was deleted")
    read = _read(page)
    known = next(
        (row for row in there(read.rows) if row.entry.id == resource_id and row.entry.resource_type == type_name), None
    )
    read.chosen = Row(one.at, one.org, one.author, one.entry)
    if known is not None:
        read.chosen = Row(one.at, one.org, one.author, one.entry, known.until, known.entered, known.kind)
    return read


def _read(page: PersonPage) -> Read:
    first = len(strip.WANTS)
    problems = derived(lambda: [each.entry for each in _problems(page.found[first + 1])])
    return Read(page, rows(_rows, page.found[first]), problems)
