"""From a request to a page: who visits, in which language, and the answer with its headers."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode

from minijinja import Markup
from starlette.responses import RedirectResponse, Response

from felles.access.actor import Actor, Sort
from felles.record.errors import BadQuery
from felles.record.ids import mark_of
from felles.ui import pieces
from felles.ui.hosts import address_of
from felles.ui.i18n import COOKIE, NAMES, choose, language
from felles.ui.printing import act_of, base_of
from felles.ui.render import fragment, render
from felles.ui.security import PAGE_HEADERS, sent_from_here
from felles.ui.trace import report

if TYPE_CHECKING:
    from starlette.requests import Request

    from felles.access.personas import Persona
    from felles.ui.i18n import Language

PACK_FROM: Final = 1400
"""Bytes from which a page is compressed: below it fits one packet anyway."""
FORM: Final = 64 * 1024
"""Bytes of the largest form of these pages."""
WRITER: Final = "utkast-hvem"
"""The hidden field by which a form that is written in says whose it is (`Visit.mark`)."""
_RAW_HEADERS: Final = [(name.encode(), value.encode()) for name, value in PAGE_HEADERS.items()]
_STARTS: Final = frozenset({"/", "/meg"})
"""Where people begin."""
KEYS: Final = {"": "o", "/journal": "j", "/prover": "p", "/legemidler": "l", "/siden": "s", "/plan": "n",
               "/vaksiner": "v", "/familie": "f", "/tilgang": "t"}  # fmt: skip
"""The letter that, typed after g, leads to a view of the open record (staff, with script)."""
_LANGUAGES: Final = [{"code": code, "name": name} for code, name in NAMES.items()]


class SignInFirst(Exception):
    """The page is for those who have signed in; the answer is the way to the front page."""


@dataclass(slots=True)
class Visit:
    """One request of a person: her language, who she is (None: not signed in), what she asked for."""

    request: Request
    t: Language
    actor: Actor | None
    demo: bool
    cast: tuple[Persona, ...] = ()
    """The personas, in demo mode, for who has signed in."""
    form: dict[str, str] | None = None
    """What was sent, once `form_of` has read it."""
    asked: int = 0
    """When, in real microseconds: before anything is read for it."""

    @property
    def host(self) -> str:
        """The host the visitor asked for, with its port."""
        return self.request.headers.get("host", "")

    @property
    def signed_in(self) -> Actor:
        """Who has signed in. Raises `SignInFirst`."""
        if self.actor is None:
            raise SignInFirst
        return self.actor

    @property
    def mark(self) -> str:
        """Who has signed in, as a form says it (`WRITER`); "" for nobody."""
        return f"{mark_of(self.actor.reference):x}" if self.actor else ""


async def visit(request: Request, *, quiet: bool = False) -> Visit:
    """Who visits: the session's actor, if there is one that holds, and the language.

    `quiet`: the page asks by itself, which is no request of hers and keeps no session open.
    """
    pieces.begin(request)
    state = request.app.state
    asked = state.store.clock.real()
    cookies = request.cookies
    chosen = choose(request.headers.get("accept-language", ""), cookies.get(COOKIE))
    keeper = state.doorkeeper
    actor = await (keeper.peek if quiet else keeper.cookie)(cookies) if cookies else None
    demo = state.store.settings.demo
    cast = await state.cast.all() if demo and actor is not None else ()
    return Visit(request, language(chosen), actor, demo, cast, asked=asked)


def unknown(request: Request) -> Visit:
    """Somebody of whom nothing is known but her language: what is said when the database is away."""
    chosen = choose(request.headers.get("accept-language", ""), request.cookies.get(COOKIE))
    return Visit(request, language(chosen), None, demo=False)


_UNSEEN: Final = dict.fromkeys(each for each in range(32) if chr(each) not in "\t\n\r")


async def form_of(found: Visit) -> dict[str, str]:
    """The fields of a form sent from one of our pages, read once. Raises `BadQuery` for any other, or one too large.

    One that somebody else began, in a window she left open, is answered as hers, who is signed out: `SignInFirst`.
    Control characters, which nobody types and no text of FHIR may hold (http://hl7.org/fhir/R4/datatypes.html#string),
    are left out.
    """
    if found.form is not None:
        return found.form
    request = found.request
    if not sent_from_here(request):
        raise BadQuery("the form was not sent from a page of ours")
    kind = request.headers.get("content-type")
    if kind is not None and not kind.startswith("application/x-www-form-urlencoded"):
        raise BadQuery("the form has a form that we do not take")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > FORM:
            raise BadQuery("the form is too large")
    try:
        said = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=100)
        form = {name: value.translate(_UNSEEN) for name, value in said}
    except ValueError as error:
        raise BadQuery("the form could not be read") from error
    if found.actor is not None and form.get(WRITER, found.mark) != found.mark:
        raise SignInFirst
    found.form = form
    return form


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One way of the main menu, or one view of a record. `key`: the letter that leads there, typed after g."""

    href: str
    text: str
    icon: str
    current: bool = False
    key: str = ""


def runs(actor: Actor) -> bool:
    """Whether she runs the record, and finds nobody in it: then how it runs is her first page."""
    return actor.may("approve") and not actor.may("find")


def menu(t: Language, actor: Actor, path: str, record: str) -> list[MenuItem]:
    """The main menu; `record` is the address of the patient's record that is open, or ""."""
    if actor.sort is Sort.CITIZEN:
        return [
            MenuItem("/meg", t("Min journal"), "House", path == "/meg"),
            MenuItem("/meg/sok", t("Søk"), "MagnifyingGlass", path == "/meg/sok"),
            MenuItem("/meg/innsyn", t("Hvem har sett"), "Eye", path == "/meg/innsyn"),
            MenuItem("/for", t("Handle for en annen"), "PersonGroup", path == "/for"),
        ]
    if runs(actor):
        items = [MenuItem("/drift", t("Drift"), "Cog", path == "/" or path.startswith("/drift"), key="d")]
    else:
        items = [MenuItem("/", t("Start"), "House", path == "/", key="a")]
    if actor.may("find") or actor.may("handle"):
        items.append(MenuItem("/arbeid", t("Arbeidsliste"), "Tasklist", path.startswith("/arbeid")))
    if actor.may("find") and actor.may("book"):
        items.append(MenuItem("/timebok", t("Timebok"), "Calendar", path.startswith("/timebok"), key="b"))
    if record:
        search = f"{record}/sok"
        items.append(MenuItem(search, t("Søk i journalen"), "FileText", path == search))
    if actor.may("lookup"):
        items.append(MenuItem("/finn", t("Finn person"), "MagnifyingGlass", path == "/finn"))
    if any(map(actor.may, ("staff", "approve", "handle"))):
        items.append(MenuItem("/admin", t("Administrasjon"), "Buildings3", path.startswith("/admin")))
    return items


def tabs(found: Visit, path: str) -> list[MenuItem]:
    """The views of the open record that `path` lies in, the one that is shown marked; none outside a record."""
    base = base_of(path)
    if not base:
        return []
    area = base.split("/")[1]
    listed = [tab for tab in found.request.app.state.tabs if tab.area == area]
    rest = path[len(base) :]
    return [
        MenuItem(
            base + tab.path,
            tab.text(found.t),
            tab.icon,
            rest == tab.path or (bool(tab.path) and rest.startswith(f"{tab.path}/")),
            key=KEYS.get(tab.path, "") if area == "p" else "",
        )
        for tab in listed
    ]


def see_as(found: Visit, patient: str, name: str) -> dict[str, str] | None:
    """The way to see a look as the person sees it, whose `Patient/x` this is; None outside demo mode.

    `href` is her own address where she has one, so that both stand side by side; else a form signs in as her.
    """
    if not found.demo:
        return None
    card = next((card for card in found.cast if card.actor == patient), None)
    own = address_of(found.host, found.request.url.scheme, card.id) if card else ""
    return {"reference": patient, "name": name, "href": f"{own}/meg/innsyn" if own else ""}


def _demo(found: Visit, path: str) -> dict[str, Any] | None:
    """What the demo's bar shows: the clinical time, and on start pages one thing to try."""
    if not found.demo:
        return None
    t, clock = found.t, found.request.app.state.store.clock
    mine = found.actor.account if found.actor else None
    card = next((card for card in found.cast if card.id == mine), None) if path in _STARTS else None
    attempt = card.attempt.get(t.code) or card.attempt["nb"] if card else ""
    now = clock.clinical()
    return {
        "now": t.moment(now),
        "brief": t.brief(now),
        "weekday": t.weekday(now),
        "moved": clock.offset != 0,
        "attempt": attempt,
    }


def frame(found: Visit, path: str, *, shown: bool = True) -> dict[str, Any]:
    """What the layout fills in on every page; `shown`: the page is the one that was asked for, not a refusal."""
    actor, t = found.actor, found.t
    me = None
    if actor is not None:
        role = actor.role.en if t.code == "en" else actor.role.nb
        citizen = actor.sort is Sort.CITIZEN
        record = base_of(path) if shown and path.startswith("/p/") else ""
        place = t("Innbygger") if citizen else ", ".join(filter(None, (role, actor.organization_name)))
        me = {"name": actor.name, "place": place, "citizen": citizen, "menu": menu(t, actor, path, record)}
    views = tabs(found, path) if shown and actor is not None else []
    return {
        "me": me,
        "demo": _demo(found, path),
        "path": path,
        "languages": _LANGUAGES,
        "strip": False,
        "tabs": views,
        "live": _live(found, path) if any(view.current for view in views) else "",
        "printing": _printing(found, path) if shown and actor is not None else None,
        "title": "Felles",
        "see_as": None,
        "report": report(found.request),
        "palette": _palette(actor if shown else None, path),
        "writing": writing(found, path) if shown else None,
        "drafting": False,
    }


def writing(found: Visit, path: str) -> dict[str, Any] | None:
    """The ways to what this role may write in the record that `path` lies in; None outside one, and for citizens."""
    base, actor = base_of(path), found.actor
    if not base.startswith("/p/") or actor is None or actor.sort is Sort.CITIZEN:
        return None
    may = [each for each in found.request.app.state.writes if each.by(actor)]
    near = [each for each in may if each.first or actor.role.code in each.first_for]
    first = [MenuItem(f"{base}{each.path}", each.text(found.t), each.icon, key=each.key) for each in near]
    return {"first": first, "all": f"{base}/skriv"} if may else None


def _live(found: Visit, path: str) -> str:
    """Where a view of a record that is open hears of news, also of what was written while it was on its way."""
    base = base_of(path)
    return f"{base}/live?lest={found.asked}" if base else ""


def _printing(found: Visit, path: str) -> dict[str, Any] | None:
    """The way to print this page, where it is a page of an open record; `now`: it is on its way to the printer."""
    if not act_of(found.request.app.state.tabs, path):
        return None
    asked = found.request.query_params
    kept = urlencode([(name, value) for name, value in asked.multi_items() if name != "utskrift"])
    side = f"{path}?{kept}" if kept else path
    return {"action": f"{base_of(path)}/utskrift", "side": side, "now": "utskrift" in asked}


def _palette(actor: Actor | None, path: str) -> dict[str, str]:
    """For the palette: the record that is open, and where its words are looked for."""
    if actor is None:
        return {"record": "", "words": ""}
    base, staff = base_of(path), actor.sort is not Sort.CITIZEN
    record = base if base.startswith("/p/") == staff else ""
    if not (record or staff):
        record = "/meg"
    return {"record": record, "words": "" if record.startswith("/for/") or not record else f"{record}/palett"}


def page(found: Visit, template: str, context: dict[str, Any], status: int = 200, *, framed: bool = False) -> Response:
    """The page `template` for this visit. Its strict templates raise on anything `context` lacks.

    `framed`: it fails inside a record that is open, whose other views are a click away.
    """
    path = found.request.url.path
    shown = status < 400 or status == 422 or framed
    return _answer(found, template, frame(found, path, shown=shown) | context, status)


def head(found: Visit, template: str, context: dict[str, Any]) -> None:
    """Keep what stands above every page of this record, so that it stands there when the rest cannot be made."""
    found.request.state.head = (template, context)


def kept_head(found: Visit) -> Markup:
    """What `head` kept; "" where the page failed before it was known, or the head is what failed."""
    template, context = getattr(found.request.state, "head", ("", {}))
    if not template:
        return Markup()
    return pieces.tried("head", lambda: fragment(found.t.code, template, context), lambda _: Markup())


def part(found: Visit, template: str, context: dict[str, Any]) -> Response:
    """A part of a page, for a script that puts it into the page that is open."""
    return _answer(found, template, context, 200)


def _answer(found: Visit, template: str, context: dict[str, Any], status: int) -> Response:
    body = render(found.t.code, template, context).encode()
    headers = [
        *_RAW_HEADERS,
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-language", found.t.code.encode()),
    ]
    if len(body) > PACK_FROM and "gzip" in found.request.headers.get("accept-encoding", ""):
        packer = zlib.compressobj(1, zlib.DEFLATED, 31)
        body = packer.compress(body) + packer.flush()
        headers.append((b"content-encoding", b"gzip"))
    headers.append((b"content-length", str(len(body)).encode()))
    answer = Response(status_code=status)
    answer.body = body
    answer.raw_headers = headers
    return answer


def go(to: str, status: int = 303) -> Response:
    """A redirect to one of our own pages (303: after a form, by GET)."""
    if not to.startswith("/") or to.startswith("//") or "\\" in to:
        to = "/"
    return RedirectResponse(to, status, headers=PAGE_HEADERS)
