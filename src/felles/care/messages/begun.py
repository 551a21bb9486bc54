"""What citizens write and have not sent: each form whose words are kept (`care.writing.kept`), and the list of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from felles.care.messages.codes import SYMPTOMS
from felles.care.people import store_of
from felles.care.writing import kept
from felles.care.writing.kept import Text

if TYPE_CHECKING:
    from felles.ui.web import Visit

MESSAGE: Final = Text(
    "meg-melding", lambda t: t("Melding"), {"tekst": lambda t: t("Hva vil du spørre om eller fortelle?")}, ("til",)
)
REPLY: Final = Text("meg-svar", lambda t: t("Svar på spørsmålet"), {"tekst": lambda t: t("Svaret ditt")})
MEASUREMENT: Final = Text(
    "meg-maling",
    lambda t: t("Mål blodtrykket ditt"),
    {
        "overtrykk": lambda t: t("Overtrykk (det høyeste tallet)"),
        "undertrykk": lambda t: t("Undertrykk (det laveste tallet)"),
        "tekst": lambda t: t("Er det noe du lurer på? (du kan la det stå tomt)"),
    },
    ("til", *(f"symptom-{each}" for each in SYMPTOMS)),
    ("overtrykk", "undertrykk"),
)
QUESTION: Final = Text("meg-spor", lambda t: t("Spør om en linje i loggen"), {"tekst": lambda t: t("Hva lurer du på?")})
WRONG: Final = Text(
    "meg-feil", lambda t: t("Si fra om feil"), {"tekst": lambda t: t("Hva er feil, og hva er riktig?")}, ("hva",)
)
DOING: Final = Text(
    "for-gjor", lambda t: t("Gjør noe for personen"), {"tekst": lambda t: t("Skriv det du vil si")}, ("hva",)
)
DECEASED: Final = Text(
    "meg-avdod",
    lambda t: t("Innsyn i journalen til en som er død"),
    {
        "etternavn": lambda t: t("Etternavn"),
        "forhold": lambda t: t("Hvem er du for den som døde?"),
        "hva": lambda t: t("Hva trenger du å vite, og hvorfor?"),
    },
    short=("etternavn", "forhold"),
)
"""Without the national number: a draft holds no key to another's record."""
WISH: Final = Text("meg-etter-meg", lambda t: t("Når jeg er død"), {"ord": lambda t: t("Med egne ord")}, ("valg",))
FAULT: Final = Text(
    "meg-meld-feil", lambda t: t("Meld feil i Felles"), {"ord": lambda t: t("Hva gikk galt, og hva ventet du?")}
)
TEXTS: Final = {
    each.name: each for each in (MESSAGE, REPLY, MEASUREMENT, QUESTION, WRONG, DOING, DECEASED, WISH, FAULT)
}
_REFERENCE: Final = re.compile(r"Communication/[A-Za-z0-9.-]{1,64}")


def answered(form: dict[str, str]) -> str:
    """The message that a form says it answers, for its draft; "" for none."""
    said = form.get("svar", "")
    return said if _REFERENCE.fullmatch(said) else ""


def address(base: str, form: str, about: str) -> str:
    """Where a draft is written on; `base` is `/meg` or `/for/{id}`."""
    more = f"?svar={quote(about, safe='/')}" if about else ""
    return {
        MESSAGE.name: f"{base}/meldinger/ny{more}",
        REPLY.name: f"{base}/meldinger/svar/{about.partition('/')[2]}",
        MEASUREMENT.name: f"{base}/maling",
        QUESTION.name: f"{base}/innsyn",
        WRONG.name: f"{base}/e/{about}/feil",
        DOING.name: f"{base}/gjor{more}",
        DECEASED.name: f"{base}/avdod",
        WISH.name: f"{base}/etter-meg",
        FAULT.name: "/meld-feil",
    }[form]


async def listed(found: Visit, place: kept.Place, base: str) -> dict[str, Any]:
    """What she has begun in this record, with all its words, and what she just threw away. Raises `Busy`."""
    drafts = await store_of(found).kept.begun(place.key, place.writer, tuple(TEXTS))
    action = f"{base}/meldinger/ny" if base == "/meg" else f"{base}/gjor"
    lines = kept.listed(found.t, TEXTS, drafts)
    for line in lines:
        line["href"], line["action"] = address(base, line["form"], line["about"]), action
    return {"drafts": lines, "thrown": kept.thrown(found)}
