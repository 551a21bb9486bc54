"""What stands wherever a citizen writes: who answers, by when, and whom to ring with what cannot wait.

The pages of messages know it from what they read (`page.answers`); here it is for those that write something else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.json import Decoder

from felles.access.handovers.kinds import MONTH
from felles.care import shapes
from felles.care.messages import present, rules
from felles.care.messages.codes import PREGNANT
from felles.care.overview import rules as overview
from felles.care.overview.views import Read
from felles.care.people import store_of
from felles.care.plan.shapes import Work
from felles.record.read_person import Coded, Want
from felles.ui.dates import local_day

if TYPE_CHECKING:
    from felles.record.grants import PersonGrant
    from felles.ui.web import Visit

_WANTS: Final = (Want("ServiceRequest", 100), Coded("Observation", 1, PREGNANT))
_requests: Final = Decoder(list[Read[Work]]).decode
_told: Final = Decoder(list[Read[shapes.Observation]]).decode


async def of_case(found: Visit, owner: str, *, otherwise: str = "") -> str:
    """Who answers a case that is sent now, and by which day: the month of GDPR article 12(3). Raises `Busy`.

    `owner` (Organization/x) is the desk that it goes to, "" where it is not known yet: then `otherwise` says who.
    """
    t, store = found.t, store_of(found)
    name = str((await store.names.of({owner})).get(owner, "")) if owner else ""
    day = t.day(store.clock.clinical() + MONTH)
    if name or otherwise:
        return t("{name} svarer innen {day}.").format(name=name or otherwise, day=day)
    return t("Den som driver journalen, finner hvem som svarer. Du får svar innen {day}.").format(day=day)


def numbers(found: Visit) -> list[dict[str, str]]:
    """Whom anybody rings with what cannot wait."""
    return present.ring(found.t, None)


async def hers(found: Visit, grant: PersonGrant) -> list[dict[str, str]]:
    """The same with the ward where she is to give birth, while she is pregnant. Raises `Busy`."""
    store = store_of(found)
    read = await store.page(grant, _WANTS, "writing-message", grant.actor)
    ward = rules.ward(_requests(read.found[0]))
    told = [(each.at, each.entry) for each in _told(read.found[1])]
    if not ward or overview.pregnant(told, local_day(store.clock.clinical())) is None:
        return numbers(found)
    names, phones = await store.names.of({ward}), await store.names.phones({ward})
    return present.ring(found.t, (str(names.get(ward, "")), phones.get(ward, "")))
