"""Which parts each role begins with, in their order. A new part of a start page is a line here.

The parts that hold something stand in this order, the others in a line each below them; where none holds anything the
first says so. Parts go by the reader's own relations and decisions: who opens no record has none of persons.
"""

from __future__ import annotations

from typing import Final

from felles.access.bases import Basis
from felles.care.start.board import Part
from felles.care.start.parts.admitted import OWED, admitted, before_the_stay, what_is_left
from felles.care.start.parts.asked import referrals
from felles.care.start.parts.booked import booked
from felles.care.start.parts.expecting import EXPECTING
from felles.care.start.parts.expecting import WANTS as PREGNANCY
from felles.care.start.parts.followed import CONTACTS, VACCINES, at_home, due_vaccine, followed
from felles.care.start.parts.free import FREE
from felles.care.start.parts.here import HERE
from felles.care.start.parts.returned import RETURNED
from felles.care.start.parts.reviews import KIDNEYS, as_asked, by_the_kidneys, reviews
from felles.care.start.parts.told import at_a_control, at_the_desk, at_the_station, on_the_way
from felles.care.start.parts.work import WORK
from felles.record.read_lists import Whose

TODAY: Final = booked("i-dag", lambda t: t("Timer i dag"))
COMING: Final = booked(
    "i-dag", lambda t: t("Hvem kommer i dag"), whose=Whose.HOUSE, tell=at_the_desk,
    way=("/timebok", lambda t: t("Åpne timeboken")),
)  # fmt: skip
CONTROLS: Final = booked("i-dag", lambda t: t("Kontroller i dag"), wants=PREGNANCY, by=at_a_control)
CHILDREN: Final = booked("i-dag", lambda t: t("Timer i dag"), wants=VACCINES, tell=at_the_station)
ROUTE: Final = booked(
    "rute", lambda t: t("Dagens besøk"), tell=on_the_way, icon="House", way=("/rute", lambda t: t("Åpne ruten"))
)
WARD: Final = admitted("innlagt", lambda t: t("Innlagt hos dere"), before_the_stay)
TO_LEAVE: Final = admitted("innlagt", lambda t: t("Innlagt hos dere"), what_is_left, wants=OWED)
ASKED: Final = referrals("henvist", "/prover")
QUESTIONS: Final = referrals("henvist", "/journal")
AT_HOME: Final = followed(
    "brukere", lambda t: t("De som har tjenester hos dere"), Basis.MUNICIPAL_SERVICE, at_home,
    wants=CONTACTS, icon="PersonGroup",
)  # fmt: skip
DUE: Final = followed(
    "barn", lambda t: t("Barn dere følger"), Basis.EPISODE, due_vaccine, wants=VACCINES, icon="PersonGroup"
)
REVIEWS: Final = reviews(
    "gjennomgang", lambda t: t("Legemiddelgjennomganger"), by_the_kidneys, wants=KIDNEYS, icon="PillCircleRectangle"
)
TASKS: Final = reviews("oppgaver", lambda t: t("Oppgaver hos dere"), as_asked)

STARTS: Final[dict[str, tuple[Part, ...]]] = {
    "gp": (RETURNED, TODAY),
    "secretary": (COMING, FREE),
    "midwife": (CONTROLS, EXPECTING, ASKED),
    "doctor": (WARD, ASKED, HERE, TODAY),
    "specialist": (QUESTIONS, TODAY),
    "psychologist": (QUESTIONS, TODAY),
    "nurse": (TO_LEAVE, HERE, AT_HOME, TODAY),
    "pharmacist": (REVIEWS,),
    "home-nurse": (ROUTE, AT_HOME, TASKS),
    "care-worker": (ROUTE, AT_HOME),
    "therapist": (WARD, TODAY, ASKED),
    "case-officer": (TASKS, AT_HOME),
    "health-nurse": (CHILDREN, DUE),
    "laboratory": (TODAY,),
}
"""Role (`access.roles`) → its parts."""


def parts_of(role: str) -> tuple[Part, ...]:
    """The parts of a role's start page: for whoever gives care, what needs her now comes first."""
    parts = STARTS.get(role, ())
    return (WORK, *parts) if parts else ()
