"""The journal in words: its lines, what it can be narrowed to, and one entry as it is read. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from felles.access.roles import ROLES
from felles.care import words
from felles.care.glossary.mark import marked
from felles.care.journal import rules, texts
from felles.care.overview.present import class_texts
from felles.care.shapes import Concept
from felles.record.kinds import Kind
from felles.ui.dates import dated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.care.journal.rules import Choice, Item, Narrowed, Stay
    from felles.care.journal.views import Problem, Written
    from felles.care.overview.present import View
    from felles.care.shapes import Reference
    from felles.ui.i18n import Language

PAGE: Final = 50
"""Lines of a page."""
ICONS: Final = {
    "epikrise": "FileText",
    "notat": "NotePencil",
    "kontakt": "Hospital",
    "henvisning": "ArrowRight",
    "svar": "TestFlask",
    "prosedyre": "Bandage",
    "dokument": "FileText",
    "melding": "Bell",
}
STATED: Final = 240
"""Letters of what somebody says of a problem."""
AROUND: Final = 70
"""Letters shown on each side of where a problem is named."""


@lru_cache(maxsize=16)
def sorts(t: Language, *, citizen: bool) -> dict[str, str]:
    """The sorts of entries in words."""
    if citizen:
        return {
            "epikrise": t("Sammendrag etter behandling (epikrise)"),
            "notat": t("Notat"),
            "kontakt": t("Besøk eller kontakt"),
            "henvisning": t("Henvisning"),
            "svar": t("Svar på en undersøkelse"),
            "prosedyre": t("Inngrep eller undersøkelse"),
            "dokument": t("Dokument"),
            "melding": t("Melding"),
        }
    return {
        "epikrise": t("Epikrise"),
        "notat": t("Journalnotat"),
        "kontakt": t("Kontakt"),
        "henvisning": t("Henvisning eller rekvisisjon"),
        "svar": t("Svarrapport"),
        "prosedyre": t("Prosedyre"),
        "dokument": t("Dokument"),
        "melding": t("Melding"),
    }


def explained(t: Language, sort: str) -> str:
    """What a sort of entry is, for who has not read one before."""
    return {
        "epikrise": t(
            "Et sammendrag som skrives når en behandling er ferdig: "
            "hva som var galt, hva som ble gjort, og hva som skal skje videre."
        ),
        "notat": t("Det behandleren skrev ned, så de neste som hjelper deg, vet det."),
        "kontakt": t("En time, et hjemmebesøk, en telefonsamtale eller et opphold på sykehus."),
        "henvisning": t("Et brev fra den som behandler deg, til andre som skal undersøke eller behandle deg."),
        "svar": t("Svaret fra den som undersøkte prøven eller bildet."),
        "prosedyre": t("Noe som ble gjort: en operasjon, en undersøkelse, en behandling."),
        "dokument": t("Et brev, et skjema eller et annet dokument i journalen din."),
        "melding": t("En beskjed som ble sendt."),
    }[sort]


_KINDS: Final = (
    (Kind.NOTE, "notat"),
    (Kind.DOCUMENT, "dokument"),
    (Kind.ENCOUNTER, "kontakt"),
    (Kind.RESULT, "svar"),
    (Kind.PROCEDURE, "prosedyre"),
    (Kind.REFERRAL, "henvisning"),
    (Kind.MESSAGE, "melding"),
)


def refused(t: Language, kinds: int, *, citizen: bool) -> str:
    """The sorts of entries that the reader does not reach, by name; "" when she reaches all."""
    said = sorts(t, citizen=citizen)
    return ", ".join(said[sort].lower() for kind, sort in _KINDS if not kinds >> kind & 1)


def wanted(shown: Iterable[Item]) -> set[str | int]:
    """What the lines must know the names of."""
    found: set[str | int] = set()
    for item in shown:
        found |= {item.row.org, item.row.author} if item.row.org else {item.row.author}
        found.update(ref.reference for ref in _people(item.entry) if ref.reference and not ref.display)
        place = _own_place(item.entry)
        if place and place.reference and not place.display:
            found.add(place.reference)
    return found


def _people(entry: Written) -> list[Reference]:
    """Who wrote it or took part, the one that answers for it first."""
    own = [each.whom for each in (*entry.performer, *entry.participant)]
    if entry.resource_type == "ServiceRequest":
        own = []
    found = [*entry.author, *(each for each in (entry.requester, entry.sender) if each), *own]
    return [each for each in found if not (each.reference or "").startswith(("Organization/", "Patient/"))]


def _own_place(entry: Written) -> Reference | None:
    return entry.service_provider or entry.custodian


def author(view: View, item: Item) -> str:
    """Who wrote it: as the document says, else who answers for the entry."""
    for reference in _people(item.entry):
        name = view.name(reference)
        if name:
            return name
    if item.row.author.startswith("Patient/"):
        return view.t("deg selv") if view.base == "/meg" else view.t("pasienten selv")
    return view.names.get(item.row.author) or ""


def place(view: View, item: Item) -> str:
    """Where it was written; of a person with protected address nowhere."""
    if not item.row.org:
        return ""
    return view.name(_own_place(item.entry)) or view.names.get(item.row.org) or ""


def title(view: View, item: Item) -> str:
    """What an entry is called: by its own title, else by what it is about, else by its sort."""
    entry = item.entry
    own = sorts(view.t, citizen=view.citizen)[item.sort]
    if item.sort == "kontakt":
        code = entry.class_.code or "" if entry.class_ else ""
        return _first(entry.reason_code) or _first(entry.type) or class_texts(view.t).get(code, own)
    said = next((words.short(each.content_string) for each in entry.payload if each.content_string), "")
    return (
        entry.title
        or entry.description
        or said
        or _first([entry.code])
        or _first([entry.topic])
        or _first(entry.type)
        or own
    )


def _first(value: object) -> str:
    concepts = value if isinstance(value, list) else [value]
    return next((each.words for each in concepts if isinstance(each, Concept) and each.words), "")


def sort_text(view: View, item: Item) -> str:
    """The sort of an entry; of a contact which sort of contact."""
    if item.sort == "kontakt" and item.entry.class_:
        return class_texts(view.t).get(item.entry.class_.code or "", view.t("Kontakt"))
    return sorts(view.t, citizen=view.citizen)[item.sort]


def when(view: View, item: Item) -> str:
    """The day; of an admission from and to."""
    t, row = view.t, item.row
    if not rules.stays(item.entry):
        return t.brief(row.at)
    period = item.entry.period
    if period is None or not period.end:
        return t("{day} – pågår").format(day=t.brief(row.at))
    return f"{t.brief(row.at)} – {t.fhir(period.end, brief=True)}"


def href(view: View, item: Item, query: str) -> str:
    """Where an entry is read, with the list beside it as it is narrowed."""
    return f"{view.base}/journal/{item.name}{query}"


def line(view: View, item: Item, query: str, pattern: Any = None) -> dict[str, Any]:
    """One line of the list; `pattern` what is marked in it (`rules.words_of`)."""
    said, kind = title(view, item), sort_text(view, item)
    return {
        "href": href(view, item, query) + ("" if view.citizen else "#valgt"),
        "title": said,
        "kind": "" if kind.casefold() == said.casefold() or (item.sort == "notat" and not view.citizen) else kind,
        "icon": ICONS[item.sort],
        "when": when(view, item),
        "who": ", ".join(filter(None, (author(view, item), place(view, item)))),
        "tag": tag(view.t, item),
        "snippet": _snippet(item, pattern),
    }


def tag(t: Language, item: Item) -> str:
    """What the reader must know of the entry's state."""
    status = item.entry.status
    if status == "preliminary" and item.entry.resource_type == "Composition":
        return t("Ikke signert")
    if status in ("preliminary", "draft", "in-progress") and item.sort != "kontakt":
        return t("Ikke ferdig")
    if status in ("amended", "corrected", "appended"):
        return t("Endret")
    if item.sort == "henvisning" and item.entry.resource_type == "ServiceRequest":
        return {
            "active": t("Venter på svar"),
            "completed": t("Besvart"),
            "revoked": t("Trukket"),
            "on-hold": t("Pauset"),
        }.get(status, "")
    return {"not-done": t("Ikke utført"), "cancelled": t("Avlyst"), "superseded": t("Erstattet")}.get(status, "")


def _snippet(item: Item, pattern: Any) -> dict[str, str]:
    """Where a problem is named in the text (before, the word, after); else what the entry says of it."""
    if pattern is None:
        return {}
    for said in texts.lines(item.entry):
        met = pattern.search(rules.fold(said))
        if met:
            first, last = max(0, met.start() - AROUND), min(len(said), met.end() + AROUND)
            before = ("… " if first else "") + said[first : met.start()]
            after = said[met.end() : last] + (" …" if last < len(said) else "")
            return {"before": before, "word": said[met.start() : met.end()], "after": after}
    said = rules.statement(item, pattern)
    return {"before": _cut(said), "word": "", "after": ""} if said else {}


def _cut(said: str) -> str:
    return said if len(said) <= STATED else f"{said[:STATED].rsplit(' ', 1)[0]} …"


def opinions(view: View, found: list[tuple[Item, str]], query_: str) -> list[dict[str, Any]]:
    """Who says what of a problem: the newest of each organisation."""
    return [
        {"said": _cut(said), "who": ", ".join(filter(None, (author(view, item), place(view, item)))),
         "when": when(view, item), "href": href(view, item, query_), "title": title(view, item)}
        for item, said in found
    ]  # fmt: skip


# -- what the list can be narrowed to ----------------------------------------------------------------------


def query(choice: Choice, *, page: int = 1, view: str = "") -> str:
    """The choice as it stands in an address."""
    pairs = {
        "slag": choice.sort,
        "enhet": choice.place,
        "yrke": choice.profession,
        "problem": choice.problem,
        "periode": choice.period,
        "side": str(page) if page > 1 else "",
        "vis": view,
    }
    said = urlencode({name: value for name, value in pairs.items() if value})
    return f"?{said}" if said else ""


def profession(t: Language, code: str) -> str:
    """A role in words, as staff hold it."""
    if not code:
        return t("Ikke oppgitt")
    role = ROLES.get(code)
    return (role.en if t.code == "en" else role.nb) if role else code


def facets(view: View, choice: Choice, left: Narrowed, problems: list[Problem]) -> list[dict[str, Any]]:
    """The selects, each with its values and how many entries each would leave."""
    t = view.t
    said = sorts(t, citizen=view.citizen)
    places = [
        (rules.place_of(org), view.names.get(org) or t("Virksomhet ikke oppgitt"), n) for org, n in left.places.items()
    ]
    years = [(str(year), str(year), n) for year, n in sorted(left.years.items(), reverse=True) if year > 0]
    spans = [("30d", t("Siste 30 dager"), None), ("1a", t("Siste år"), None), ("5a", t("Siste fem år"), None)]
    if "-" in choice.period:
        spans.append((choice.period, choice.period.replace("-", "–"), None))
    roles = [(code, profession(t, code), n) for code, n in left.professions.items() if code]
    made = [
        _facet("slag", t("Slag"), t("Alle slag"), choice.sort, [(s, said[s], left.sorts[s]) for s in rules.SORTS]),
        _facet("enhet", t("Virksomhet"), t("Alle virksomheter"), choice.place, sorted(places, key=_by_name)),
        _facet("yrke", t("Yrke"), t("Alle yrker"), choice.profession, sorted(roles, key=_by_name)),
        _facet("problem", t("Problem"), t("Alle problemer"), choice.problem,
               [(p.id, p.code.words or t("Uten navn"), None) for p in _once(problems)]),
        _facet("periode", t("Periode"), t("Hele tiden"), choice.period, [*spans, *years]),
    ]  # fmt: skip
    if view.citizen:
        made = [each for each in made if each["name"] not in ("yrke", "problem")]
    return [each for each in made if each["values"]]


def _by_name(value: tuple[str, str, int | None]) -> str:
    return value[1].casefold()


def _once(problems: list[Problem]) -> list[Problem]:
    found: dict[str, Problem] = {}
    for problem in problems:
        found.setdefault(problem.code.words.casefold(), problem)
    return sorted(found.values(), key=lambda each: each.code.words.casefold())


def _facet(name: str, text: str, every: str, chosen: str, values: list[tuple[str, str, int | None]]) -> dict[str, Any]:
    shown = [
        {"value": value, "text": said if many is None else f"{said} ({many})", "chosen": value == chosen}
        for value, said, many in values
        if many != 0 or value == chosen
    ]
    return {"name": name, "text": text, "every": every, "values": shown}


# -- one entry -----------------------------------------------------------------------------------------------


def reading(view: View, chosen: Item, listed: list[Item], query_: str, *, whole: bool) -> dict[str, Any]:
    """The entry as it is read; `whole`: nothing folded away."""
    t, entry = view.t, chosen.entry
    folded = rules.parts(texts.blocks(entry), chosen, listed)
    said, kind = title(view, chosen), sort_text(view, chosen)
    linked, more = rules.shortened(rules.chain(listed, chosen), chosen)
    met: set[int] | None = set() if view.citizen else None
    return {
        "kind": kind,
        "title": said,
        "wrong": entry.status == "entered-in-error",
        "tag": tag(t, chosen),
        "facts": [pair for pair in _facts(view, chosen) if pair["value"]],
        "parts": [_part(view, part, query_, met, whole=whole) for part in folded],
        "folds": any(part.origin for part in folded),
        "new": any(part.origin is None and not all(b.heading for b in part.blocks) for part in folded),
        "whole": whole,
        "unfold": href(view, chosen, f"{query_}{'&' if query_ else '?'}hele=1"),
        "fold": href(view, chosen, query_),
        "unread": [_unread(t, each) for each in texts.unread(entry)],
        "texts": chosen.sort in rules.REPEATABLE,
        "chain": [line(view, each, query_) | {"current": each.name == chosen.name} for each in linked],
        "chain_more": t.many("og %d til fra samme forløp", "og %d til fra samme forløp", more) if more else "",
        "explained": explained(t, chosen.sort),
        "entry": f"{view.base}/e/{chosen.name}",
        "wrong_href": f"{view.base}/e/{chosen.name}/feil",
    }


def _part(view: View, part: rules.Part, query_: str, met: set[int] | None, *, whole: bool) -> dict[str, Any]:
    """`met`: the clinical words that are explained to a citizen so far; None: to nobody."""
    origin = part.origin
    return {
        "blocks": [b.markup if met is None else marked(view.t, b.markup, met) for b in part.blocks],
        "from": f"{title(view, origin)}, {when(view, origin)}" if origin else "",
        "href": href(view, origin, query_) if origin else "",
        "open": whole,
    }


def _unread(t: Language, each: texts.Unread) -> dict[str, str]:
    kind = {"application/pdf": "PDF", "application/rtf": "RTF"}.get(each.media)
    if kind is None:
        kind = t("bilde") if each.media.startswith("image/") else each.media or t("ukjent slag")
    return {"title": each.title or t("Vedlegg"), "kind": kind}


def _facts(view: View, chosen: Item) -> list[dict[str, str]]:
    t, entry, row = view.t, chosen.entry, chosen.row
    stay = entry.period is not None and bool(entry.period.start)
    moment = when(view, chosen) if rules.stays(entry) else _moment(t, row.at)
    owner = view.names.get(row.author) or ""
    who = author(view, chosen)
    entered = view.names.get(row.entered) if row.entered and not row.entered.startswith("Device/") else ""
    others = [name for each in _people(entry) if (name := view.name(each)) and name != who]
    to = entry.performer if entry.resource_type == "ServiceRequest" else []
    receivers = [view.name(each.whom) for each in to] + [view.name(each) for each in entry.recipient]
    reasons = ", ".join(c.words for c in entry.reason_code if c.words)
    return [
        {"name": t("Tidspunkt"), "value": moment if dated(row.at) else t("ikke oppgitt")},
        {"name": t("Ansvarlig") if stay else t("Skrevet av"), "value": who or t("navn ikke registrert")},
        {"name": t("Sammen med"), "value": ", ".join(dict.fromkeys(others))},
        {"name": t("På vegne av"), "value": owner if owner and owner != who else ""},
        {"name": t("Ført av"), "value": entered or ""},
        {"name": t("Yrke"), "value": profession(t, chosen.profession) if chosen.profession else ""},
        {"name": t("Virksomhet"), "value": place(view, chosen)},
        {"name": t("Sendt til"), "value": ", ".join(filter(None, receivers))},
        {"name": t("Grunn"), "value": reasons if reasons != title(view, chosen) else ""},
        {"name": t("Utfall"), "value": entry.outcome.words if entry.outcome else ""},
        {"name": t("Hastegrad"), "value": _hurry(t, entry.priority or "")},
    ]  # fmt: skip


def _hurry(t: Language, code: str) -> str:
    return {"urgent": t("haster"), "stat": t("straks"), "asap": t("så snart som mulig")}.get(code, "")


def _moment(t: Language, at: int) -> str:
    """With the time of day where there is one: what happened at midnight is known by its day alone."""
    return t.day(at) if t.clock(at) in ("00.00", "00:00") else t.moment(at)


def stay(view: View, found: Stay | None, query_: str) -> dict[str, Any]:
    """The last admission and its plan, or that none is seen."""
    t = view.t
    if found is None:
        return {}
    missing = ""
    if found.text is None or found.text.sort != "epikrise":
        missing = (
            t("Ingen epikrise er registrert fra oppholdet.") if rules.ended(found.contact) else t("Oppholdet pågår.")
        )
    return {
        "title": title(view, found.contact),
        "when": when(view, found.contact),
        "where": place(view, found.contact),
        "href": href(view, found.contact, query_),
        "plan": [block.markup for block in found.plan],
        "plan_title": t("Planen derfra") if found.titled else t("Slik slutter epikrisen"),
        "text": title(view, found.text) if found.text else "",
        "text_when": when(view, found.text) if found.text else "",
        "text_href": href(view, found.text, query_) if found.text else "",
        "missing": missing,
    }
