"""What stands in a letter of appointment: where to go, and what to do before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zlib import crc32

if TYPE_CHECKING:
    from felles.demo.world import Organisation

_BEFORE: Final = (
    ("svangerskap", "Ta med morgenurin og helsekortet for gravide."),
    ("hofteoperasjon", "Kom en halv time før: det tas røntgenbilde først. Ta med medisinlisten din."),
    ("kolposkopi", "Ring og flytt timen hvis du har menstruasjon den dagen."),
    ("vaksine", "Barnet må være friskt. Ring oss ved feber."),
    ("migrene", "Skriv ned når du har hatt anfall, og ta det med."),
    ("hypertensjon", "Mål blodtrykket hjemme i tre dager før, om du har apparat, og ta med tallene."),
    ("diabetes", "Ta blodprøve hos oss uka før. Ta med medisinlisten din."),
    ("kontroll", "Ta med medisinlisten din."),
    ("samtale", "Skriv gjerne ned det du lurer på."),
)
_THERE: Final = {
    "hospital": "Inngang {door}, {floor}. etasje. Meld deg i skranken.",
    "unit": "Inngang {door}, {floor}. etasje. Meld deg i skranken.",
    "gp": "Registrer deg på skjermen ved døra når du kommer.",
    "health-station": "Inngang fra parkeringsplassen. Barnevogn kan settes inne.",
    "specialist": "{floor}. etasje. Ring på når du kommer.",
    "home-care": "Vi kommer hjem til deg.",
}
"""By the kind of organisation."""


def preparation(text: str) -> str:
    """What somebody is asked to do before an appointment about `text`; "" when nothing."""
    said = text.casefold()
    return next((before for word, before in _BEFORE if word in said), "")


def directions(organisation: Organisation) -> str:
    """Where to go, once there; the same for all who come to it. "" where the name says it."""
    number = crc32(organisation.key.encode())
    return _THERE.get(organisation.kind, "").format(door="ABCD"[number % 4], floor=1 + number // 4 % 4)
