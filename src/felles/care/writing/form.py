"""What a form is: its fields with where each comes from, who may write it, and the changes that signing makes. Pure.

Every field declares its source: `NEW`, or `From` an element of the record, with which the form arrives filled in. A
test holds that none is undeclared, and that none is shown empty while its source has a value (law 6: told once).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from felles.record.wants import AnyWant
from felles.ui.sources import New

if TYPE_CHECKING:
    from felles.record.kinds import Kind
    from felles.ui.i18n import Language

    Words = Callable[[Language], str]

Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One entry that the form knows: `org` the hash of its organisation, `author` who answers for it, `low` micros."""

    resource: Resource
    org: int
    author: str
    low: int


@dataclass(frozen=True, slots=True)
class Receiver:
    """A unit that somebody staffs: its name, that of what it is part of, its telephone; `found` by the words typed."""

    reference: str
    name: str
    above: str = ""
    phone: str = ""
    found: bool = False


@dataclass(slots=True)
class Known:
    """What the record says that a form reads, and who writes for whom and when.

    `rows` the entries of the form's wants by type, newest first; `one` the entry the form is about, `version` its
    version; `house` those of the rows' organisations that are of one house with the writer's (hashes); `away` of those
    by name whom it may go to, who is away: until when and the name of who stands in; `writer` and `place` references
    with names; `unit` where she works there, {} where she names none; `org` the hash of her organisation; `now`
    clinical microseconds.
    """

    patient: str
    now: int
    writer: Resource
    place: Resource
    org: int
    rows: dict[str, list[Row]] = field(default_factory=dict[str, list[Row]])
    one: Row | None = None
    version: int = 0
    receivers: list[Receiver] = field(default_factory=list[Receiver])
    away: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    house: frozenset[int] = frozenset()
    unit: Resource = field(default_factory=dict[str, Any])

    @property
    def ours(self) -> Resource:
        """Where the writer's own people receive: her unit, else her organisation, which nobody staffs who names one."""
        return self.unit or self.place

    @property
    def hers(self) -> tuple[str, ...]:
        """What is the writer's: her own, and what is her unit's or organisation's."""
        return self.writer["reference"], self.ours["reference"], self.place["reference"]

    def receiver(self, reference: str) -> Receiver | None:
        """The one of these whom a form may go to."""
        return next((each for each in self.receivers if each.reference == reference), None)

    def of(self, type_name: str) -> list[Resource]:
        """The entries of a type, newest first."""
        return [row.resource for row in self.rows.get(type_name, ())]

    @property
    def subject(self) -> Resource:
        """The reference to whom it is about."""
        return {"reference": self.patient}


@dataclass(frozen=True, slots=True)
class From:
    """The source of a field that the record knows: the element, and how to read it ("" where it has none)."""

    element: str
    read: Callable[[Known], str]


Source = New | From
Choices = Callable[["Language", Known], list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which numbers an amount lies, and why no narrower: `why` is for who reads the code."""

    low: Decimal
    high: Decimal
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form.

    `source`: where it comes from. `kind`: a line, an area of text, a number, a choice, a date, a moment (day and time),
    a receiver. `hint` what the record says beside it (`language, known → words`), as the last value of what is
    measured.
    """

    name: str
    label: Words
    source: Source
    kind: Literal["line", "text", "number", "choice", "date", "moment", "receiver"] = "line"
    required: bool = False
    longest: int = 200
    unit: str = ""
    bounds: Bounds | None = None
    choices: Choices | None = None
    suggest: Callable[[Known], list[str]] | None = None
    """Words that a line is offered while one types; any other may be written."""
    shown: Callable[[Known], bool] | None = None
    """Whether this person's form has the field at all."""
    hint: Callable[[Language, Known], str] | None = None
    ahead: bool = False
    """Of a date or a moment: it may lie ahead."""
    pair: str = ""
    """Fields with the same word here stand on one line."""
    first: bool = False
    """Writing begins here, whatever stands above it."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a field."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Made:
    """One change that signing makes. `id` and `expected` of what is here already; a create has neither.

    `url`: how the other changes of the same signing refer to what is created (a `urn:uuid:`).
    """

    op: Literal["create", "update"]
    resource: Resource
    id: str = ""
    expected: int = 0
    url: str = ""


Values = dict[str, str]


def here(f: Field, known: Known) -> bool:
    """Whether the form of this person has the field."""
    return f.shown is None or f.shown(known)


def _nothing(_t: Language, _values: Values, _known: Known) -> list[Mistake]:
    return []


def _anything(_known: Known) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form. `name` stands in its address; `verb` and `kind` say whose role may write it.

    `about`: types of entries that it changes (it is then opened from one of them); none: it makes a new one. `fits`:
    whether that very entry may be changed so, by this writer. `wrong`: what the fields' own rules do not say. `make`:
    the changes.
    """

    name: str
    title: Words
    icon: str
    verb: str
    kind: Kind
    fields: tuple[Field, ...]
    make: Callable[[Values, Known], list[Made]]
    wrong: Callable[[Language, Values, Known], list[Mistake]] = _nothing
    wants: tuple[AnyWant, ...] = ()
    about: tuple[str, ...] = ()
    fits: Callable[[Known], bool] = _anything
    open_as: Words | None = None
    """What the link on the entry it is about says; the title unless told."""
    also: frozenset[str] = frozenset()
    """Verbs that the role must have too: signing makes entries that take others than `verb`."""
    unless: str = ""
    """A verb: who has it does herself what this form only proposes, and is not offered it."""
    sends: bool = False
    """It goes to a unit: the fields `mottaker` (words to find it by) and `til` (the one chosen)."""
    key: str = ""
    first: bool = False
    """Among the ways that stand on every page of the record."""
    first_for: frozenset[str] = frozenset()
    """Roles for whom it is, when not for all."""
    sign: Words | None = None
    """What the button says; "Signer" unless told."""

    def prefilled(self, known: Known) -> Values:
        """The form as it arrives: each field with what its source has."""
        return {f.name: f.source.read(known) if isinstance(f.source, From) else "" for f in self.fields}
