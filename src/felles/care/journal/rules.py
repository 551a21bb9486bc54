"""What belongs together in a journal: sorts, choices and their counts, chains, stays, repeated text. Pure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from felles.care.journal import texts
from felles.care.search.lexicon import fold, terms
from felles.record.clock import FOREVER
from felles.record.kinds import Kind
from felles.ui.dates import DAY, dated, local

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from felles.care.journal.texts import Block
    from felles.care.journal.views import Problem, Row, Written
    from felles.care.shapes import Concept

SORTS: Final = ("epikrise", "notat", "kontakt", "henvisning", "svar", "prosedyre", "dokument", "melding")
"""The sorts of entries, in the order in which they are offered; they stand in addresses."""
TEXTS: Final = frozenset({"epikrise", "notat", "dokument"})
"""Sorts that stand for the contact that they are about."""
REPEATABLE: Final = frozenset({*TEXTS, "henvisning", "svar", "melding"})
"""Sorts whose text may repeat what was written before."""
STAYS: Final = frozenset({"IMP", "ACUTE", "NONAC"})
"""Encounter classes of admissions (v3-ActCode)."""
_DISCHARGE: Final = "18842-5"
_REFERRAL: Final = "57133-1"
"""LOINC: discharge summary, referral note."""
_EPIKRISE: Final = re.compile(r"\b(epikrise|discharge summary)\b", re.IGNORECASE)
_TYPES: Final = {
    "Encounter": "kontakt",
    "Composition": "notat",
    "DocumentReference": "dokument",
    "DiagnosticReport": "svar",
    "Procedure": "prosedyre",
    "ServiceRequest": "henvisning",
    "Communication": "melding",
}
AGES: Final = {"30d": 30, "1a": 365, "5a": 1826}
"""Periods that end now, in days."""
_YEARS: Final = re.compile(r"(\d{4})(?:-(\d{4}))?")


@dataclass(slots=True, eq=False)
class Item:
    """An entry of the journal: its row, its sort, and the references that tie it to others."""

    row: Row
    sort: str
    name: str
    contacts: frozenset[str]
    """The contacts that it is about, itself among them when it is one."""
    based: frozenset[str]
    """What it was done because of: referrals and other requests."""
    year: int
    profession: str = ""
    _folded: str | None = field(default=None, repr=False)

    @property
    def entry(self) -> Written:
        """What was written."""
        return self.row.entry

    @property
    def folded(self) -> str:
        """Its words in small letters, made once."""
        if self._folded is None:
            entry = self.entry
            concepts = [c for c in (*_concepts(entry.type), *entry.reason_code, entry.code, entry.topic) if c]
            own = [entry.title or "", entry.description or "", *(c.words for c in concepts)]
            self._folded = fold("\n".join([*own, *texts.lines(entry)]))
        return self._folded


def _concepts(value: Concept | list[Concept] | None) -> list[Concept]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def items(rows: Iterable[Row]) -> list[Item]:
    """The rows as they are listed, in their order."""
    return [item(row) for row in rows]


def item(row: Row) -> Item:
    """One row."""
    entry = row.entry
    name = f"{entry.resource_type}/{entry.id}"
    contacts = {
        each.reference for each in (entry.encounter, *(entry.context.encounter if entry.context else ())) if each
    }
    related = entry.context.related if entry.context else ()
    based = {each.reference for each in (*entry.based_on, *related) if each.reference}
    if entry.resource_type == "Encounter":
        contacts.add(name)
    year = local(row.at).year if dated(row.at) else 0
    return Item(row, sort_of(entry, row.kind), name, frozenset(filter(None, contacts)), frozenset(based), year)


def sort_of(entry: Written, kind: int) -> str:
    """Which of `SORTS` an entry is: by its type, what it is coded or called, and its kind."""
    sort = _TYPES.get(entry.resource_type, "dokument")
    concepts = [*_concepts(entry.type), *_concepts(entry.category), entry.code]
    known = [concept for concept in concepts if concept is not None]
    if sort in ("notat", "dokument", "svar"):
        if any(c.has(_DISCHARGE) or _EPIKRISE.search(c.words) for c in known) or _EPIKRISE.search(entry.title or ""):
            return "epikrise"
        if any(c.has(_REFERRAL) for c in known):
            return "henvisning"
        if kind == Kind.NOTE:
            return "notat"
    return sort


@dataclass(frozen=True, slots=True)
class Choice:
    """How the list is narrowed; "" is no narrowing. `place` is an organisation's mark in hexadecimals."""

    sort: str = ""
    place: str = ""
    profession: str = ""
    problem: str = ""
    period: str = ""

    @property
    def any(self) -> bool:
        """Whether it narrows at all."""
        return bool(self.sort or self.place or self.profession or self.problem or self.period)


def place_of(org: int) -> str:
    """An organisation's mark as it stands in an address."""
    return f"{org & (1 << 64) - 1:016x}"


def span(period: str, now: int) -> tuple[int, int, int, int] | None:
    """(first moment, last moment, first year, last year) of a period, or None for one that is none."""
    if period in AGES:
        return now - AGES[period] * DAY, now, 0, 9999
    years = _YEARS.fullmatch(period)
    if not years:
        return None
    return -FOREVER, FOREVER, int(years[1]), int(years[2] or years[1])


def tests(choice: Choice, now: int, matches: Callable[[Item], bool]) -> dict[str, Callable[[Item], bool]]:
    """Facet → whether an item meets what is chosen there; facets that do not narrow are left out."""
    made: dict[str, Callable[[Item], bool]] = {}
    if choice.sort:
        made["slag"] = lambda each: each.sort == choice.sort
    if choice.place:
        made["enhet"] = lambda each: place_of(each.row.org) == choice.place
    if choice.profession:
        made["yrke"] = lambda each: each.profession == choice.profession
    if choice.problem:
        made["problem"] = matches
    found = span(choice.period, now)
    if found:
        low, high, first, last = found
        made["periode"] = lambda each: low <= each.row.at <= high and first <= each.year <= last
    return made


@dataclass(slots=True)
class Narrowed:
    """What is left of the list, and for each facet how many each of its values would leave."""

    items: list[Item]
    sorts: Counter[str]
    places: Counter[int]
    professions: Counter[str]
    years: Counter[int]


def narrow(listed: list[Item], made: dict[str, Callable[[Item], bool]]) -> Narrowed:
    """The items that meet every test; a facet's own choice does not count against its other values."""
    sorts: Counter[str] = Counter()
    places: Counter[int] = Counter()
    professions: Counter[str] = Counter()
    years: Counter[int] = Counter()
    left: list[Item] = []
    for each in listed:
        failed = [facet for facet, test in made.items() if not test(each)]
        if not failed:
            left.append(each)
        if len(failed) > 1:
            continue
        only = failed[0] if failed else ""
        if only in ("", "slag"):
            sorts[each.sort] += 1
        if only in ("", "enhet"):
            places[each.row.org] += 1
        if only in ("", "yrke"):
            professions[each.profession] += 1
        if only in ("", "periode"):
            years[each.year] += 1
    return Narrowed(left, sorts, places, professions, years)


def lines(narrowed: list[Item], listed: list[Item], choice: Choice) -> list[Item]:
    """The items that get a line: a contact with a text about it stands as that text, unless contacts are asked for.

    Admissions stand by themselves, for they have a beginning and an end.
    """
    if choice.sort == "kontakt":
        return narrowed
    told = {contact for each in (narrowed if choice.any else listed) if each.sort in TEXTS for contact in each.contacts}
    return [each for each in narrowed if each.sort != "kontakt" or stays(each.entry) or each.name not in told]


def stays(entry: Written) -> bool:
    """Whether it is an admission."""
    return entry.class_ is not None and entry.class_.code in STAYS


def about(problem: Problem) -> Callable[[Item], bool]:
    """Whether an item is about a problem: it refers to it, is of the contact at which it was found, or names it."""
    reference = f"Condition/{problem.id}"
    contact = problem.encounter.reference if problem.encounter else None
    pattern = words_of(problem)

    def matches(each: Item) -> bool:
        entry = each.entry
        if contact and contact in each.contacts:
            return True
        named = (*entry.reason_reference, *(d.condition for d in entry.diagnosis if d.condition))
        if any(reference == one.reference for one in named):
            return True
        return pattern is not None and pattern.search(each.folded) is not None

    return matches


def words_of(problem: Problem) -> re.Pattern[str] | None:
    """How a problem is named in a text: the longest of its words or phrases that means something, in all its forms."""
    said = terms(problem.code.words)
    if not said:
        return None
    term = max(said, key=lambda each: (len(each.forms) > 2, len(each.typed)))
    forms = sorted({fold(form) for form in (term.typed, *term.forms)}, key=len, reverse=True)
    return re.compile("|".join(_form(form) for form in forms if form))


def _form(form: str) -> str:
    """A short form, or one with figures, counts as a word of its own alone (as in the search)."""
    text = re.escape(form)
    return rf"(?<!\w){text}(?!\w)" if len(form) < 4 or not form.replace(" ", "").replace("-", "").isalpha() else text


_JUDGED: Final = re.compile(
    r"(v|vurdering|vurdering og plan|konklusjon|k|r|assessment|impression)\s*[:.]\s*", re.IGNORECASE
)


def statement(each: Item, pattern: re.Pattern[str]) -> str:
    """What an item says of a problem: how it is judged, else where it is named, else how the text begins."""
    said = list(texts.lines(each.entry))
    judged = next((line for line in said if _JUDGED.match(line)), "")
    named = next((line for line in said if pattern.search(fold(line))), "")
    if judged and not (named and each.sort == "epikrise"):
        return judged
    return named or next((line for line in said if len(line) > _SAID), "")


_SAID: Final = 12
"""Letters of a line that says something."""
OPINIONS: Final = 6


def opinions(narrowed: Iterable[Item], pattern: re.Pattern[str]) -> list[tuple[Item, str]]:
    """The newest that each organisation says of a problem: (item, what it says)."""
    found: dict[int, tuple[Item, str]] = {}
    for each in narrowed:
        if each.sort in REPEATABLE and each.row.org not in found and len(found) < OPINIONS:
            said = statement(each, pattern)
            if said:
                found[each.row.org] = (each, said)
    return list(found.values())


def chain(listed: Iterable[Item], chosen: Item) -> list[Item]:
    """What belongs to an item, oldest first, itself among them: referral, contact, notes, answer or epikrise."""
    listed = list(listed)
    by_name = {each.name: each for each in listed}
    contacts = set(chosen.contacts)
    referrals = set(chosen.based) | ({chosen.name} if chosen.entry.resource_type == "ServiceRequest" else set())
    for name in chosen.contacts:
        known = by_name.get(name)
        referrals |= known.based if known else frozenset()
    contacts |= {name for each in listed if each.based & referrals for name in each.contacts}
    found = [
        each
        for each in listed
        if each.name in referrals or each.name == chosen.name or each.contacts & contacts or each.based & referrals
    ]
    found.sort(key=lambda each: (each.row.at, each.sort != "henvisning", each.sort != "kontakt"))
    return found if len(found) > 1 else []


LINKS: Final = 10
"""Lines of a chain at most."""
_FIRST: Final = {"henvisning": 0, "epikrise": 1, "kontakt": 2, "prosedyre": 3}


def shortened(found: list[Item], chosen: Item) -> tuple[list[Item], int]:
    """The lines of a chain that are shown, and how many are left out: those that say least of where it led."""
    if len(found) <= LINKS:
        return found, 0
    place = next((n for n, each in enumerate(found) if each.name == chosen.name), 0)

    def weight(numbered: tuple[int, Item]) -> tuple[bool, int, int]:
        number, each = numbered
        return each.name != chosen.name, _FIRST.get(each.sort, 4), abs(number - place)

    kept = sorted(sorted(enumerate(found), key=weight)[:LINKS])
    return [each for _, each in kept], len(found) - LINKS


@dataclass(frozen=True, slots=True)
class Stay:
    """The newest admission, the text that tells what was agreed (its discharge summary, else its newest note)."""

    contact: Item
    text: Item | None
    plan: list[Block]
    titled: bool
    """Whether the text says itself that this is the plan; else it is how the text ends."""


_NOTES: Final = 12
"""Notes of a stay, the newest first, in which a plan is looked for while there is no discharge summary."""
LATER: Final = 30 * DAY
"""A discharge summary that names no contact is that of a stay that ended at most so long before, in the same place."""


def last_stay(listed: list[Item]) -> Stay | None:
    """The newest admission and its plan; None where no admission is seen."""
    contact = next((each for each in listed if stays(each.entry)), None)
    if contact is None:
        return None
    own = [each for each in listed if contact.name in each.contacts and each.sort in TEXTS]
    summary = next((each for each in own if each.sort == "epikrise"), None)
    if summary is None and ended(contact):
        summary = next((each for each in listed if _summarises(each, contact)), None)
    if summary is not None:
        return Stay(contact, summary, *plan_of(texts.blocks(summary.entry), final=True))
    for each in own[:_NOTES]:
        plan, titled = plan_of(texts.blocks(each.entry), final=False)
        if plan:
            return Stay(contact, each, plan, titled)
    return Stay(contact, next(iter(own), None), [], titled=False)


def ended(contact: Item) -> bool:
    """Whether a stay is over."""
    return contact.entry.period is not None and contact.entry.period.end is not None


def _summarises(each: Item, contact: Item) -> bool:
    return (
        each.sort == "epikrise"
        and not each.contacts
        and each.row.org == contact.row.org
        and contact.row.at <= each.row.at <= contact.row.until + LATER
    )


_PLAN: Final = re.compile(
    r"(videre|oppfølging|oppfylging|plan\b|tiltak|kontroll\b|avtal|assessment and plan)", re.IGNORECASE
)
_PLAN_LINE: Final = re.compile(r"(plan|videre|oppfølging|oppfylging|v|vurdering og plan)\s*[:.]", re.IGNORECASE)
_PLANNED: Final = 4
"""Paragraphs of a plan that are shown at most."""


def plan_of(found: list[Block], *, final: bool) -> tuple[list[Block], bool]:
    """The part of a text that says what was agreed, and whether the text says so itself.

    What stands under a heading that names it, else paragraphs that begin with "Plan:"; else, of a discharge summary
    (`final`), its last paragraph.
    """
    for number, block in enumerate(found):
        if block.heading and _PLAN.search(block.words):
            below: list[Block] = []
            for each in found[number + 1 :]:
                if each.heading:
                    break
                below.append(each)
            if below:
                return below[:_PLANNED], True
    said = [block for block in found if not block.heading and _PLAN_LINE.match(block.words)]
    if said:
        return said[:_PLANNED], True
    body = [block for block in found if not block.heading]
    return (body[-1:], False) if final and body else ([], False)


LEAST: Final = 40
"""Letters from which a paragraph that stood before counts as repeated: shorter ones are alike by chance."""


@dataclass(slots=True)
class Part:
    """Paragraphs that follow each other: new ones (`origin` None), or such as stood in `origin` before."""

    blocks: list[Block]
    origin: Item | None = None


def parts(found: list[Block], chosen: Item, listed: Sequence[Item]) -> list[Part]:
    """A text with what was written before folded: each paragraph is repeated from the first entry that had it."""
    said = [[] if block.heading else _long(block) for block in found]
    wanted = {key for keys in said for key in keys}
    known = _before(chosen, listed, wanted) if chosen.sort in REPEATABLE else {}
    made: list[Part] = []
    for block, keys in zip(found, said, strict=True):
        origin = _origin(keys, known)
        if made and made[-1].origin is origin:
            made[-1].blocks.append(block)
        else:
            made.append(Part([block], origin))
    return made


def _long(block: Block) -> list[str]:
    """The keys of a paragraph's lines; none of one so short that it is alike by chance."""
    said = texts.keys(block.words.split("\n"))
    return said if sum(map(len, said)) >= LEAST else []


def _before(chosen: Item, listed: Sequence[Item], wanted: set[str]) -> dict[str, Item]:
    """Line (by its key) → the earliest item that has it, of those before `chosen`; only of the lines `wanted`."""
    known: dict[str, Item] = {}
    begins = {texts.first(key) for key in wanted}
    for each in reversed(listed):  # oldest first: who said it first stays
        if len(known) == len(wanted):
            break
        if each.row.at >= chosen.row.at or each.name == chosen.name or each.sort not in REPEATABLE:
            continue
        for line in texts.lines(each.entry):
            # Most lines of a record begin otherwise: to take them all to words is half the page's time.
            if texts.first(line) in begins and (key := texts.key(line)) in wanted:
                known.setdefault(key, each)
    return known


def _origin(said: list[str], known: dict[str, Item]) -> Item | None:
    origins = [known.get(each) for each in said]
    return origins[0] if origins and None not in origins else None
