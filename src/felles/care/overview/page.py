"""The overview's parts: read, or taken as they were kept; each with its lines, or with the kind of none it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from felles.care.news.shapes import reads
from felles.care.overview import present, views
from felles.care.overview.kept import Kept, Shelf
from felles.care.overview.present import View
from felles.care.overview.views import LISTED
from felles.care.people import store_of
from felles.care.pressure import watch
from felles.care.reading import full, there
from felles.record.kinds import Kind
from felles.ui import pieces
from felles.ui.render import fragment

if TYPE_CHECKING:
    from collections.abc import Callable

    from felles.care.overview.views import Overview
    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage
    from felles.record.wants import AnyWant
    from felles.ui.i18n import Language
    from felles.ui.web import Visit

_shelf: Final = Shelf()


async def made(
    found: Visit,
    grant: PersonGrant,
    patient_id: str,
    base: str,
    template: str,
    wants: tuple[AnyWant, ...] = views.WANTS,
) -> tuple[Kept, PersonPage]:
    """The parts of the overview, and what this look was told. Raises `Absent`, `Busy`.

    Every look goes to the database, is decided and logged there; only the rows stay away when nothing changed.
    """
    store, t = store_of(found), found.t
    kinds = grant.kinds
    key = (grant.keys, kinds, t.code, base, grant.org_mark, wants is views.LOOKING)
    now = store.clock.clinical()
    kept = _shelf.find(key, now)
    read = await views.overview(store, grant, patient_id, kept.version if kept else -1, wants)
    if read.same and kept is not None:
        return kept, read
    record = views.decoded(read)
    bound = store.settings.pregnancy_pressure
    record.watch = pieces.tried("watch", lambda: watch(there(record.told), now, bound), lambda _: None)
    names = await store.names.of(present.wanted_names(record))
    view = View(t, base, now, names)
    kept = parts(view, record, kinds, template, read.version)
    if len(wants) > len(views.WANTS):
        rows, met = read.found[len(views.WANTS) :][:2]
        news = reads(rows)
        new_ids = {each.id for each in news}
        names_of = pieces.tried("results", lambda: present.result_names(record, new_ids), lambda _: {})
        kept = replace(kept, news=news, met=met, results=names_of)
    if not read.special and kept.whole:
        _shelf.keep(key, kept)
    return kept, read


def parts(view: View, record: Overview, kinds: int, template: str, version: int) -> Kept:
    """The overview in words and markup. Pure."""
    filled = context(view, record, kinds)
    person = filled["person"]
    whole = all(part["state"] != pieces.BROKEN for part in filled.values() if "state" in part)
    return Kept(
        version,
        view.now,
        f"{view.t('Oversikt')} – {person['initials']} {person['age']}",
        person["name"],
        fragment(view.t.code, "overview/head.html", filled),
        fragment(view.t.code, template, filled),
        whole,
    )


def context(view: View, found: Overview, kinds: int) -> dict[str, Any]:
    """What both the staff's and the citizen's template fill in. `kinds`: what the reader's role reaches."""
    t = view.t
    facts = pieces.tried("facts", lambda: present.facts(view, found.told, found.contacts), lambda _: [])
    return {
        "access": f"{view.base}/tilgang",
        "person": present.person(view, found.patient) | {"facts": facts},
        "matters": _part(
            view,
            kinds,
            Kind.SOCIAL,
            t("Ikke registrert hva som er viktig for pasienten."),
            lambda: present.matters(view, found),
        ),
        "critical": _critical(view, found, kinds),
        "problems": _part(
            view,
            kinds,
            Kind.PROBLEM,
            t("Ingen aktive problemer er registrert."),
            lambda: present.problems(view, found),
            cut=full(found.problems, LISTED),
        ),
        "medicines": _part(
            view,
            kinds,
            Kind.MEDICINE,
            t("Ingen legemidler i bruk er registrert."),
            lambda: present.medicines(view, found),
            cut=full(found.orders, LISTED) or full(found.statements, LISTED),
        ),
        "values": _part(
            view,
            kinds,
            Kind.RESULT,
            t("Ingen prøvesvar eller målinger er registrert."),
            lambda: present.results(view, found),
        ),
        "timeline": _part(
            view,
            kinds,
            Kind.ENCOUNTER,
            t("Ingen kontakter eller dokumenter er registrert."),
            lambda: present.timeline(view, found),
        ),
        "coming": _lines(
            t,
            "coming",
            t("Ingen timer, henvisninger eller oppgaver er registrert."),
            lambda: present.coming(view, found),
        ),
        "team": _lines(
            t, "team", t("Ingen behandlere er registrert det siste året."), lambda: present.team(view, found)
        ),
    }


def _critical(view: View, found: Overview, kinds: int) -> dict[str, Any]:
    if not kinds >> Kind.ALLERGY & 1:
        return {"state": "refused", "text": view.t("Rollen din gir ikke tilgang til dette.")}
    return pieces.critical(
        view.t, lambda: present.critical(view, (r.entry for r in found.allergies), (r.entry for r in found.flags))
    )


def _lines(
    t: Language, name: str, none: str, items: Callable[[], list[dict[str, Any]]], note: str = ""
) -> dict[str, Any]:
    return pieces.part(t, name, lambda: {"items": items(), "state": "unrecorded", "text": none, "note": note})


def _part(
    view: View, kinds: int, kind: Kind, none: str, items: Callable[[], list[dict[str, Any]]], *, cut: bool = False
) -> dict[str, Any]:
    """A box: its lines, or why there are none. `cut`: there may be older ones than were read, and the box says so."""
    if not kinds >> kind & 1:
        return {"items": [], "state": "refused", "text": view.t("Rollen din gir ikke tilgang til dette."), "note": ""}
    note = view.t("De {count} nyeste er tatt med").format(count=LISTED) if cut else ""
    return _lines(view.t, kind.name.lower(), none, items, note)
