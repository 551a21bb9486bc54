"""Whom a form is sent to: what the writer looks for by words, and what the person's own record points to.

A unit that nobody staffs is not offered, nor one where nobody's role reaches what is sent: it would be nobody's there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access.handovers import inboxes
from felles.access.roles import ROLES
from felles.care.writing.form import Receiver
from felles.care.writing.rules import gps
from felles.record.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from felles.care.writing.form import Form, Known
    from felles.record.store import Store

MOST: Final = 6
"""Units that the record points to and the form offers."""
_UNITS: Final = ("Organization/", "HealthcareService/")


async def load(store: Store, form: Form, known: Known, values: Mapping[str, str]) -> None:
    """Put into `known` whom a form that `sends` may go to: the chosen, the found, the named. Raises `Busy`.

    And who is away of those by name who may be chosen.
    """
    if any(each.name == "til" for each in form.fields):
        await _who_is_away(store, known)
    if not form.sends:
        return
    own, ours = known.place["reference"], known.ours["reference"]
    refers = form.kind is Kind.REFERRAL
    found = [each.reference for each in await inboxes.find(store, values.get("mottaker", ""))]
    may = [values.get("til", ""), *found, *named(known)[:MOST], *([] if refers else [ours, own])]
    wanted = dict.fromkeys(filter(None, may))
    for reference in wanted:
        if not reference.startswith(_UNITS) or (refers and reference in (own, ours)):  # nobody refers to her own house
            continue
        inbox = await inboxes.one(store, reference)
        if inbox is not None and any(
            ROLES[each.role].reaches(form.kind) for each in inboxes.at_work(await inboxes.staff(store, reference))
        ):
            known.receivers.append(Receiver(reference, inbox.name, inbox.above, inbox.phone, reference in found))


async def _who_is_away(store: Store, known: Known) -> None:
    asked = [known.one.resource] if known.one else []
    asked += known.of("Task")
    requesters = [each.get("requester", {}).get("reference", "") for each in asked]
    found = await inboxes.away(store, [*(who for who, _ in gps(known)), *requesters])
    names = await store.names.of({stand_in for _, stand_in in found.values() if stand_in})
    known.away = {who: (until, names.get(stand_in, "")) for who, (until, stand_in) in found.items()}


def named(known: Known) -> list[str]:
    """References of the units that the rows of a form name: who follows the person, whom she was referred to."""
    listed: list[Any] = [each.get("managingOrganization") for each in known.of("EpisodeOfCare")]
    listed += [each.get("owner") for each in known.of("Task")]
    listed += [one for each in known.of("ServiceRequest") for one in each.get("performer", ())]
    references = (each.get("reference", "") for each in listed if isinstance(each, dict))
    return list(dict.fromkeys(each for each in references if each.startswith(_UNITS)))
