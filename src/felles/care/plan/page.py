"""The parts of both pages: each with its lines, or with the kind of none it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.care.glossary.mark import inside, mark
from felles.care.overview.present import View
from felles.care.people import store_of
from felles.care.plan import present, views
from felles.care.reading import full
from felles.record.kinds import Kind
from felles.ui import pieces

if TYPE_CHECKING:
    from collections.abc import Callable

    from felles.care.plan.present import Told
    from felles.care.plan.views import Planned
    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage
    from felles.ui.i18n import Language
    from felles.ui.web import Visit


async def read(found: Visit, grant: PersonGrant, patient_id: str, act: str) -> PersonPage:
    """The rows of both pages, logged as `page:<act>`. Raises `Absent`, `Busy`."""
    return await store_of(found).page(grant, views.PLAN, act, f"Patient/{patient_id}")


async def told_of(found: Visit, base: str, rows: Planned, kinds: int, *, citizen: bool) -> Told:
    """Who reads, with the names and telephones that the pages need. Raises `Busy`."""
    store, wanted = store_of(found), present.references(rows)
    view = View(found.t, base, store.clock.clinical(), await store.names.of(wanted), citizen=citizen)
    return present.Told(view, await store.names.phones(wanted), kinds)


def part(
    told: Told, kinds: tuple[Kind, ...], items: Callable[[], list[dict[str, Any]]], none: str, *, cut: bool = False
) -> dict[str, Any]:
    """A box: its lines, why there are none, or that it failed. `cut`: there may be older ones than were read."""
    t = told.view.t
    if not told.reaches(*kinds):
        return {"items": [], "state": "refused", "text": t("Rollen din gir ikke tilgang til dette."), "note": ""}
    note = t("De {count} nyeste er tatt med").format(count=views.LISTED) if cut else ""
    return pieces.part(
        t, kinds[0].name.lower(), lambda: {"items": items(), "state": "unrecorded", "text": none, "note": note}
    )


def first(told: Told, rows: Planned) -> dict[str, Any] | None:
    """What comes next (`present.next_of_all`); `failed` instead, in words, where that could not be made out."""
    return pieces.tried(
        "next",
        lambda: present.next_of_all(told, rows),
        lambda reference: {"failed": pieces.broken(told.view.t, reference)["text"]},
    )


def _box(name: str, icon: str, title: str, made: dict[str, Any]) -> dict[str, Any]:
    return {"id": name, "icon": icon, "title": title, "part": made}


def plan(told: Told, rows: Planned) -> dict[str, list[dict[str, Any]]]:
    """The boxes of the plan, by column: what is to be done, what is agreed, who."""
    t, citizen = told.view.t, told.view.citizen
    other = citizen and told.view.base != "/meg"
    owed = t("Dette skal andre gjøre") if other else t("Dette skal andre gjøre for deg")
    matters = t("Viktig for personen") if other else t("Viktig for meg")
    most = views.LISTED
    columns = {
        "due": [
            _box("timer", "Calendar", t("Timer som kommer"), part(
                told, (Kind.APPOINTMENT,), lambda: present.appointments(told, rows),
                t("Ingen timer er avtalt."), cut=full(rows.ahead, most))),
            _box("oppgaver", "Tasklist", owed if citizen else t("Oppgaver"), part(
                told, (Kind.TASK,), lambda: present.tasks(told, rows),
                t("Ingen åpne oppgaver er registrert."), cut=full(rows.tasks, most))),
            _box("henvisninger", "ArrowRight", t("Henvisninger"), part(
                told, (Kind.REFERRAL,), lambda: present.referrals(told, rows),
                t("Ingen henvisning venter på svar."), cut=full(rows.requests, most))),
            *_orders(told, rows),
        ],
        "agreed": [
            _box("planer", "ClipboardCheckmark", t("Dette er avtalt") if citizen else t("Planer og tiltak"), part(
                told, (Kind.PLAN,), lambda: present.plans(told, rows),
                t("Ingen plan er registrert."), cut=full(rows.plans, most))),
            _box("mal", "CheckmarkCircle", t("Mål"), part(
                told, (Kind.PLAN,), lambda: present.goals(told, rows),
                t("Ingen mål er registrert."), cut=full(rows.goals, most))),
            _box("viktig", "HandShakeHeart", matters, part(
                told, (Kind.SOCIAL,), lambda: present.matters(told, rows),
                t("Hva som er viktig, er ikke registrert."))),
        ],
        "who": [
            _box("tjenester", "HouseHeart", t("Tjenester og oppfølging"), part(
                told, (Kind.ENCOUNTER,), lambda: present.services(told, rows),
                t("Ingen tjenester er registrert."), cut=full(rows.episodes, most))),
            _box("ansvarlige", "Phone", t("Hvem du kan ringe") if citizen else t("Ansvarlige og telefon"), part(
                told, (Kind.ENCOUNTER, Kind.PLAN), lambda: present.team(told, rows),
                t("Ingen ansvarlige er registrert."))),
            _box("nylig", "ClockDashed", t("Siste timer"), part(
                told, (Kind.APPOINTMENT,), lambda: present.kept(told, rows),
                t("Ingen tidligere timer er registrert."))),
        ],
    }  # fmt: skip
    if citizen:
        _explain(t, [box for name in ("agreed", "due", "who") for box in columns[name]])
    return columns


def _explain(t: Language, boxes: list[dict[str, Any]]) -> None:
    """Explain clinical words in the boxes, in their order on the page: of a link below it, of a text in its place."""
    met: set[int] = set()
    for item in (item for box in boxes for item in box["part"]["items"]):
        item["means"] = inside(t, item["text"], met)
        item["more"] = mark(t, item["more"], met)
        item["parts"] = [part | {"text": mark(t, part["text"], met)} for part in item["parts"]]


def _orders(told: Told, rows: Planned) -> list[dict[str, Any]]:
    """Open orders that are no referrals: only where there are any."""
    t = told.view.t
    made = part(told, (Kind.ORDER,), lambda: present.referrals(told, rows, orders=True), "")
    shown = made["items"] or made["state"] == pieces.BROKEN
    return [_box("bestilt", "TestFlask", t("Bestilte prøver og undersøkelser"), made)] if shown else []


def visits(told: Told, rows: Planned) -> list[dict[str, Any]]:
    """The boxes of the citizen's appointments: those that come, those that are over."""
    t = told.view.t
    cut = full(rows.booked, views.PAST)
    over = part(told, (Kind.APPOINTMENT,), lambda: present.kept(told, rows, views.PAST),
                t("Ingen tidligere timer er registrert."))  # fmt: skip
    over["note"] = t("De nyeste er tatt med") if cut else ""
    return [
        _box("timer", "Calendar", t("Timer som kommer"), part(
            told, (Kind.APPOINTMENT,), lambda: present.appointments(told, rows), t("Ingen timer er avtalt."))),
        *_waits(told, rows),
        _box("tidligere", "ClockDashed", t("Tidligere timer"), over),
    ]  # fmt: skip


def _waits(told: Told, rows: Planned) -> list[dict[str, Any]]:
    """Places on waiting lists: only where there are any."""
    items = present.waiting(told, rows) if told.reaches(Kind.APPOINTMENT) else []
    made = {"items": items, "state": "unrecorded", "text": "", "note": ""}
    return [_box("venteliste", "ClockDashed", told.view.t("Du venter på time"), made)] if items else []


def reached(boxes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The boxes without those that do not reach the reader: for who acts for another, they are not there at all."""
    return [box for box in boxes if box["part"]["state"] != "refused"]
