"""Requests to the pages, drawn from what is registered: every route of `care.domains.DOMAINS`.

A page that is added is asked for from then on, with ids of both persons, of nobody and of every entry. What its form
takes stands in `FORMS`: a POST route without a line there fails a test.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple
from urllib.parse import unquote, urlencode, urlsplit

from browsing import ADDRESS, own
from handed_over import DAY, MORE, OPEN
from requests_made import LIVES
from shares import dealt
from twins import CHILD, CLINIC, HIDDEN, NUMBERS, SEEN
from worlds import World

from felles.access.sessions import COOKIE, digest_of
from felles.care.courses.rules import address_of
from felles.care.domains import DOMAINS, pages
from felles.care.handovers.rules import Verb
from felles.care.writing.forms import FORMS as WRITTEN
from felles.fhir.search.marks import code_mark
from felles.record.clock import FOREVER

_HOST = urlsplit(ADDRESS).netloc
NOBODY = "f0000000000000000000000ab"
HANDED = [(type_name, f"{name}-{last}") for name in (SEEN, HIDDEN) for last, type_name in OPEN.items()]
"""What is open of both lives; `hidings` says what else is handed over in the regions that hide some of it."""
SENT = [
    *HANDED,
    *MORE,
    ("Communication", f"{SEEN}-13"),
    ("Task", NOBODY),
    ("Observation", f"{SEEN}-3"),
    ("Review", "x"),
]
"""What is asked for as handed over: also what is none, what is not there, and what is of another type."""
ENTRIES = [
    *((r["resourceType"], r["id"]) for name in (SEEN, HIDDEN) for r in LIVES[name]),
    *(("Condition", f"{CHILD}-{number}") for number in range(1, 4)),
    ("Appointment", f"{CHILD}-4"),
    ("Observation", NOBODY),
    ("Nonsense", "x"),
]
_WORK = {f"{name}-{last}" for name in (SEEN, HIDDEN) for last in (*OPEN, "visit")}
ABOUT = {each for form in WRITTEN.values() for each in form.about}
"""Types of entries that a form changes."""
MEASURED = sorted(
    {
        address_of(code_mark("code", coding["code"]))
        for name in (SEEN, HIDDEN)
        for made in LIVES[name]
        if made["resourceType"] == "Observation"
        for coding in made["code"].get("coding", ())[:1]
    }
)
"""Addresses of the tests that were taken of them."""
DRAFT = {"utkast-id": ["", NOBODY], "gjor": ["", "lagre", "forkast"]}
"""What a form whose words are kept has besides (`care.writing.kept`)."""
REASON = ["", "Kort", "Pasienten er bevisstløs og kan ikke spørres"]
DAYS = ["", "2099-12-31", "2001-01-01", "i morgen"]
PERSONS = ["", f"Patient/{SEEN}", f"Patient/{HIDDEN}", "Patient/nowhere"]
REFERENCES = ["", *(f"{t}/{i}" for t, i in ENTRIES)]

FORMS: dict[str, dict[str, list[str]]] = {
    "/logg-inn": {"persona": ["fastlege", "nobody"], "videre": ["", f"/p/{HIDDEN}"]},
    "/logg-ut": {},
    "/sprak": {"sprak": ["nn", "xx"], "tilbake": ["/", f"/p/{HIDDEN}"]},
    "/p/{id}/sok": {"ord": ["", "a", "blodtrykk", "I10", "notat", "Nordmann"]},
    "/meg/sok": {"ord": ["", "blodtrykk", "notat", "Nordmann"]},
    "/for/{id}/sok": {"ord": ["", "blodtrykk", "notat", "Nordmann"]},
    "/p/{id}/utskrift": {"side": ["", f"/p/{SEEN}", f"/p/{HIDDEN}", f"/p/{SEEN}/e/Observation/{NOBODY}", "/meg", "/x"]},
    "/meg/utskrift": {"side": ["/meg", f"/p/{SEEN}", "/meg/sok"]},
    "/for/{id}/utskrift": {"side": ["", f"/for/{CHILD}", f"/for/{HIDDEN}", f"/p/{SEEN}"]},
    "/meg/last-ned": {"form": ["fhir", "", "x"]},
    "/for/{id}/last-ned": {"form": ["fhir", "", "x"]},
    "/palett": {"ord": ["", "a", "journ", "Nordmann", "Nordmann 14.11.1969", NUMBERS[SEEN], NUMBERS[HIDDEN]],
                "her": ["", "/meg", f"/p/{SEEN}", f"/p/{HIDDEN}", "/p/../x"]},
    "/p/{id}/palett": {"ord": ["", "a", "blodtrykk", "I10", "notat", "Nordmann"]},
    "/meg/palett": {"ord": ["", "blodtrykk", "notat", "Nordmann"]},
    "/klokke": {"flytt": ["", "x"], "tilbake": ["/", f"/p/{HIDDEN}"]},  # not moved: one clock for both regions
    "/finn": {
        "slag": ["navn", "nummer"],
        "nummer": ["", NUMBERS[SEEN], "12345678901"],
        "navn": ["", "Nordmann", "Ola"],
        "fodt": ["", "14.11.1969"],
        "kommune": ["", "5001"],
    },
    "/meld-feil": {"ord": ["", "Knappen virker ikke", NUMBERS[SEEN]], "side": ["", "/p/{id}", f"/p/{HIDDEN}"],
                   "ref": ["", "x"]},
    "/drift/logg": {"slag": ["", "x"]},  # proving a log takes a while, and who may is asked first
    "/admin/feil/{fid}": {"slag": ["ta", "svar", "lukk", ""], "tekst": REASON},
    "/bli-med": {
        "name": ["", "Havna"], "number": ["", "999999999"], "kind": ["gp-office", "x"], "units": ["", "En\nTo"],
        "email": ["", "a@b.no"], "phone": [""], "given": ["Kari"], "family": ["Nes", ""], "hpr": ["", "1"],
    },
    "/admin/soknader/{aid}": {"svar": ["godkjenn", "avslag", ""], "grunn": REASON},
    "/admin/enheter": {"slag": ["enhet", "tjeneste"], "navn": ["", "Skiftestua"]},
    "/admin/ansatte": {"given": ["Kari"], "family": ["", "Nes"], "role": ["gp", "x"], "profession": ["LE"], "hpr": [""],
                       "until": DAYS},
    "/meg/sperringer/ny": {
        "hva": ["", "alt", "slag", "virksomhet", "periode", "oppforing"], "slag-social": ["1"], "sted": ["", CLINIC],
        "fra": ["", "01.01.2020", "i fjor"], "oppforing": REFERENCES, "mot": ["alle", "rolle", "person", ""],
        "motrolle": ["gp", "x"], "motperson": ["", "Practitioner/doc"],
    },
    "/meg/sperringer/{cid}": {},
    # Reasons too short to open anything: whoever opens learns that somebody is there, and that is logged and reviewed.
    "/p/{id}/apne": {"vei": ["nodrett", "samtykke", "behov", "x"], "grunn": ["danger", "x"], "ord": ["", "Kort"],
                     "del": ["alt", "svar", "x"]},
    "/meg/apninger": {"sak": ["", "Task.x", f"Appointment.{NOBODY}"]},
    "/meg/fullmakter/ny": {"nummer": ["", NUMBERS[HIDDEN]], "etternavn": ["", "Nordmann", "Annen"], "read": ["", "1"],
                           "book": ["", "1"], "til": DAYS},
    "/meg/fullmakter/{cid}": {},
    "/meg/avdod": {"nummer": ["", NUMBERS[HIDDEN], NUMBERS[SEEN]], "etternavn": ["", "Nordmann"],
                   "forhold": ["", "bror"], "hva": REASON},
    "/meg/etter-meg": {"valg": ["", "ja", "nei", "intet"], "ord": ["", "Bare til søsteren min"]},
    "/p/{id}/onsker/{cid}": {"svar": ["", "vis", "avslag"], "grunn": REASON, "dag": DAYS, "hort": ["", "1"],
                             "onske": ["", "1"]},
    "/p/{id}/parorende": {"nummer": ["", NUMBERS[HIDDEN]], "etternavn": ["", "Nordmann"], "del-timer": ["", "1"],
                          "grunn": REASON, "dag": DAYS, "kan": ["", "1"]},
    "/p/{id}/verge": {"nummer": ["", NUMBERS[HIDDEN]], "etternavn": ["", "Nordmann"], "del-alt": ["", "1"],
                      "del-timer": ["", "1"], "kan-book": ["", "1"], "fra": DAYS, "til": DAYS, "vedtak": REASON},
    "/p/{id}/verge/{cid}": {"grunn": REASON},
    "/for/{id}/be": {"hva": REASON},
    "/for/{id}/gjor": {"hva": ["", "time", "sporsmal", "fornye", "viktig"], "tekst": REASON, "svar": REFERENCES[:6],
                      **DRAFT},
    "/for/{id}/e/{type}/{eid}/feil": {"hva": ["", "retting", "merknad"], "tekst": REASON, **DRAFT},
    "/p/{id}/fullmakter": {"hvem": [*PERSONS, "alle"], "grunn": REASON, "slutt": ["", NOBODY]},
    "/p/{id}/e/{type}/{eid}/skjerm": {"slag": ["", "fare", "klart", "foreldre", "forelder"], "grunn": REASON,
                                      "dag": DAYS, "forelder": PERSONS, "hort": ["", "1"], "slutt": ["", NOBODY]},
    "/p/{id}/e/{type}/{eid}/vis": {},
    # Versions that no entry has: what is moved gets an id of its own in each region, and is gone from where it was.
    "/p/{id}/e/{type}/{eid}/flytt": {"slag": ["se", "flytt", ""], "nummer": ["", NUMBERS[SEEN], NUMBERS[HIDDEN], "1"],
                                     "grunn": REASON, "til": [SEEN, HIDDEN, "nowhere"], "versjon": ["", "99"]},
    "/p/{id}/adresse": {"grunn": ["", "fordi"]},  # with a reason it shows what it is there to show
    # To nobody, and of nobody who expects a child: what is sent gets an id of its own in each region.
    "/meg/meldinger/ny": {"tekst": REASON, "til": ["", "Organization/nowhere"], "svar": REFERENCES[:6], **DRAFT},
    # None is kept: what is added gets an id of its own in each region.
    "/ferdige-svar/{rid}": {"navn": ["", "Klar"], "tekst": [NUMBERS[SEEN], ""], "sort-question": ["1"]},
    # Nobody is asked anything.
    "/meg/meldinger/svar/{tid}": {"tekst": REASON, **DRAFT},
    "/for/{id}/meldinger/svar/{tid}": {"tekst": REASON, **DRAFT},
    "/meg/maling": {"id": ["", NOBODY], "overtrykk": ["", "150", "x"], "undertrykk": ["", "95"],
                    "symptom-hodepine": ["1"], "tekst": REASON, "til": ["", CLINIC]},
    "/meg/innsyn/spor": {"linje": ["", "x"], "tekst": REASON},
    "/meg/e/{type}/{eid}/feil": {"hva": ["", "retting", "sletting", "merknad"], "tekst": REASON, **DRAFT},
    "/admin/saker/{cid}": {"svar": ["", "svar", "avslag", "godkjenn"], "tekst": REASON},
    # To nobody: what is moved gets an id of its own in each region.
    "/admin/saker/{cid}/flytt": {"slag": ["se", "flytt", ""], "nummer": ["", NUMBERS[SEEN], NUMBERS[HIDDEN], "1"],
                                 "grunn": REASON, "til": ["nowhere"]},
    "/admin/koblinger": {"slag": ["se", "koble", "los", ""], "leder": ["", SEEN, NUMBERS[SEEN], "nowhere"],
                         "annen": ["", HIDDEN, NUMBERS[HIDDEN]]},
    # No version that it has: what is carried gets an id of its own in each region.
    "/arbeid/{type}/{hid}/{verb}": {"tekst": REASON, "til": ["", CLINIC], "versjon": ["99"], **DRAFT},
    "/fravaer": {"fra": DAYS, "til": DAYS, "stedfortreder": ["", "Practitioner/x"], "rolle": ["", NOBODY, "spare-gp"],
                 "slutt": ["x"]},
    "/p/{id}/ring": {"tekst": REASON, "mottaker": ["", "klinikk"], "til": ["", "Organization/nowhere"], "finn": ["1"]},
    # No time that there is: what is booked gets an id of its own in each region.
    "/timebok/ny": {"tid": ["", NOBODY], "hvem": ["", "a", "Nordmann", NUMBERS[SEEN], "Nordmann 14.11.1969"],
                    "finn": ["1"], "tekst": REASON},
    "/timebok/tilby": {"tid": ["", NOBODY], "dag": ["", "2026-01-15", "i morgen"]},
    "/timebok/{aid}/{act}": {"at": ["", "0", "1700000000000000"], "versjon": ["", "99"], "tid": ["", NOBODY],
                             "grunn": REASON},
    "/p/{id}/skriv/time": {"gjor": ["", "sett-opp"], "om": ["", "ServiceRequest/x", "x"], "tid": ["", NOBODY],
                           "tekst": REASON},
    "/meg/timer/{aid}": {"svar": ["", "x"], "versjon": ["", "99"], "grunn": REASON},
    "/for/{id}/timer/{aid}": {"svar": ["", "x", "avlys"], "versjon": ["99"], "grunn": REASON},
    "/rute/{aid}/utfort": {"at": ["", "0", "1700000000000000"], "versjon": ["", "1", "99"], "vis": ["", "enhet"]},
    "/rute/{aid}/angre": {"at": ["", "0", "1700000000000000"], "id": ["", NOBODY], "vis": ["", "enhet"]},
    # What is signed waits for a look at what became of it, which none of these is: it would get an id of its own.
    "/p/{id}/skriv/{hva}": {"gjor": ["", "lagre", "signer", "forkast", "angre", "flett", "finn"],
                            "om": ["", *REFERENCES[1:9]], "id": ["", NOBODY], "tekst": REASON,
                            "versjon": ["", "0", "7"], "vindu": ["", "v"],
                            "velg": ["begge", "x"]},
    "/admin/tilganger": {"svar": ["behold", "avslutt", ""], "rolle": [NOBODY, "spare-gp"]},
}  # fmt: skip
"""What each form takes: its fields, each with values worth trying."""


QUERIES: dict[str, list[str]] = {
    "/rute": ["vis=enhet", f"dag={DAY}&vis=enhet"],
    "/arbeid": [
        "sendt=1",
        "kolleger=1",
        "tavle=1",
        "besvart=1",
        "tavle=1&hva=many&slag=task",
        "fra=1",
        "sendt=1&fra=1",
        "kolleger=1&fra=1",
        "tavle=1&fra=1",
        "fra=x",
    ],
    "/tavle": ["hva=many", "hva=unread&fra=1"],
    "/timebok": [f"dag={DAY}", "vis=uke", f"dag={DAY}&vis=uke"],
    "/timebok/{aid}/{act}": ["at=0"],
    "/p/{id}/legemidler": ["vis=tid&aar=10", "dato=2026-01-15"],
    "/p/{id}/skriv/{hva}": [f"om={t}/{i}" for t, i in ENTRIES if t in ABOUT][:6],
}
"""What may stand after the address of a page, for pages that read it; such a page is asked for without it too."""


class Asked(NamedTuple):
    """One request to a page."""

    method: str
    path: str
    form: dict[str, str] | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.form or ''}"


def routes() -> list[tuple[str, str]]:
    """(method, path) of every page."""
    return [(method, path) for domain in DOMAINS for method, path, _ in domain.pages]


def undeclared() -> set[str]:
    """The forms of which nothing says what they take."""
    return {route for method, route in routes() if method == "POST"} - FORMS.keys()


def paths(route: str) -> list[str]:
    """The route with its places filled, by every combination that means something."""
    places = re.findall(r"\{(\w+)\}", route)
    if "type" in places:
        there = SENT if "hid" in places else ENTRIES
        filled = [re.sub(r"\{[eh]id\}", i, route.replace("{type}", t)) for t, i in there]
        rest = [p for p in places if p not in ("type", "eid", "hid")]
    else:
        filled, rest = [route], places
    for place in rest:
        values = {
            "id": [SEEN, HIDDEN, CHILD, NOBODY],
            "kode": MEASURED,
            "hva": [*WRITTEN, "x"],
            "act": ["flytt", "kommet", "x"],
            "verb": [*Verb, "angre", "x"],
            "cid": [NOBODY, *(f"{name}-case" for name in (SEEN, HIDDEN)), *(i for _, i in ENTRIES[:15])],
            "aid": [NOBODY, f"{SEEN}-visit", f"{HIDDEN}-visit", f"{CHILD}-4", f"{SEEN}-2"],
        }.get(place, [NOBODY, *(i for _, i in ENTRIES[:20])])
        filled = [path.replace(f"{{{place}}}", value) for path, value in product(filled, values)]
    return [path for path in filled if not _of_another(path)]


def _of_another(path: str) -> bool:
    """Whether an entry that is open is asked for in the record of another person: of the rest that is asked enough."""
    parts = path.split("/")
    whose = {each for each in parts if each in (SEEN, HIDDEN, CHILD, NOBODY)}
    return any(last in _WORK and whose and last.partition("-")[0] not in whose for last in parts)


def reads() -> Iterator[Asked]:
    """Every page, at every path."""
    for method, route in routes():
        if method == "GET":
            yield from _reads_of(route)


def _reads_of(route: str) -> Iterator[Asked]:
    for path in paths(route):
        yield Asked("GET", path)
        yield from (Asked("GET", f"{path}?{query}") for query in QUERIES.get(route, ()))


FEW, PART = 12, 4
"""Of a page that is at more addresses than these, one in so many is asked for in a run, others in the next."""


def reads_dealt(share: int, seat: int) -> Iterator[Asked]:
    """Every page, at one path in `share`; of those with many paths at one in `PART` of these (`shares.dealt`)."""
    for method, route in routes():
        if method == "GET":
            found = list(_reads_of(route))
            parts = share * PART if len(found) > FEW else share
            yield from (asked for asked in found if dealt(asked.path, parts, seat))


def writes(dice: random.Random, many: int) -> Iterator[Asked]:
    """Every form, `many` times each, filled by dice."""
    for method, route in routes():
        if method == "POST":
            for _ in range(many):
                fields = FORMS.get(route, {})
                form = {name: dice.choice(values) for name, values in fields.items() if dice.random() < 0.9}
                yield Asked(method, dice.choice(paths(route)), form)


@dataclass(frozen=True, slots=True)
class Answered:
    """What a page answered: headers by lower-case name, the body as it was sent."""

    status_code: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")


@dataclass
class Pages:
    """The pages of one region, asked as whoever a test says.

    They are asked with raw ASGI, as `worlds.Client` does: tens of thousands of questions are asked in a run, and a
    client library takes twice the time of the page.
    """

    world: World
    app: Any

    @classmethod
    def of(cls, world: World) -> Pages:
        return cls(world, pages(world.store, world.doorkeeper))

    async def ask(self, actor: Any, asked: Asked) -> Answered:
        """Ask as `actor`; None: not signed in. Follows nothing."""
        sent = own() | {"host": _HOST, "accept": "*/*", "accept-encoding": "identity"}
        if actor is not None:
            value = f"session-{actor.reference}-{actor.role_code}"
            self.world.doorkeeper.sessions._known.put(digest_of(value), actor, FOREVER)
            sent["cookie"] = f"{COOKIE}={value}"
        body = b""
        if asked.form is not None:
            body = urlencode(asked.form).encode()
            sent |= {"content-type": "application/x-www-form-urlencoded", "content-length": str(len(body))}
        return await self._send(asked, sent, body)

    async def _send(self, asked: Asked, sent: dict[str, str], body: bytes) -> Answered:
        path, _, query = asked.path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": asked.method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
            "server": (_HOST, None),
            "client": ("127.0.0.1", 123),
            "root_path": "",
        }
        waiting: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]
        messages: list[Any] = []
        over = asyncio.Event()

        async def receive() -> Any:
            if waiting:
                return waiting.pop()
            await over.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            messages.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                over.set()

        # What fails is answered first, then raised for the server's own log: here the answer is what counts.
        with suppress(Exception):
            await self.app(scope, receive, send)
        assert over.is_set(), f"{asked}: no whole answer"
        start, *parts = messages
        headers: dict[str, str] = {}
        for name, value in start["headers"]:
            known = name.decode("latin-1").lower()
            told = value.decode("latin-1")
            headers[known] = f"{headers[known]}, {told}" if known in headers else told
        return Answered(start["status"], headers, b"".join(part.get("body", b"") for part in parts))


_MOMENTS = re.compile(r"\b\d{1,2}[.:]\d{2}\b")
_SEALED = re.compile(r"(etter|linje|ref|utkast|lest|sendes|angret)=[A-Za-z0-9_\-&#;]+")
_DRAWN = re.compile(r'name="(utkast-)?(id|vindu)" value="[^"]*"')
"""What a form draws for itself: the id of what will be written, and of the window."""
_GAUGE = re.compile(r'<span class="[^"]*\bgauge">[^<]*</span>')
"""What a machine says of itself: its disk, its size, how long ago it looked. Of nobody, and another at each look."""
_MADE = re.compile(r'"timestamp":"[^"]*"')
"""When a Bundle to take home was made."""
_UNEQUAL = frozenset({"content-length", "date", "set-cookie", "x-request-id"})


def comparable(answer: Answered) -> tuple[int, dict[str, str], str]:
    """A page but for its times of day, the sealed text of its links, and what its form draws."""
    headers = {name: _SEALED.sub(r"\1=", v) for name, v in answer.headers.items() if name not in _UNEQUAL}
    return answer.status_code, headers, _bare(answer.text)


def _bare(text: str) -> str:
    text = _MADE.sub("", text)
    text = _DRAWN.sub("", _MOMENTS.sub("", _GAUGE.sub("", text)))
    return _SEALED.sub(r"\1=", text)


def alike(one: Answered, other: Answered) -> bool:
    """Whether two answers are the same, line by line; what may differ is taken out of those lines alone that do.

    False where they may still be the same (`comparable`): something that may differ goes over lines.
    """
    headers = ({name: v for name, v in each.headers.items() if name not in _UNEQUAL} for each in (one, other))
    if one.status_code != other.status_code or next(headers) != next(headers):
        return False
    if one.content == other.content:
        return True
    lines = [each.text.split("\n") for each in (one, other)]
    same = (a == b or _bare(a) == _bare(b) for a, b in zip(*lines, strict=False))
    return len(lines[0]) == len(lines[1]) and all(same)
