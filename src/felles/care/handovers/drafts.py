"""What staff write about a hand-over and have not sent: a draft of each act that takes words (`care.writing.kept`).

It lies with the person whom the hand-over is about, though her record may not be open to the writer: a hand-over opens
none. Whether it is hers is asked anew at each save, and what she wrote of one that she has no more stands on her
worklist, with its words alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.care.handovers import fallen, present, reached, sending
from felles.care.handovers.rules import Verb
from felles.care.people import staff_only, store_of
from felles.care.writing import kept
from felles.care.writing.kept import Text
from felles.record.errors import Absent, BadQuery
from felles.record.ids import mark_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from felles.record.writings import Writing
    from felles.ui.i18n import Language
    from felles.ui.web import Visit

_WRITTEN: Final = (
    Verb.ASK, Verb.REPLY, Verb.ANSWER, Verb.DECLINE, Verb.FORWARD, Verb.POSTPONE, Verb.END, Verb.ACTED,
)  # fmt: skip
"""Acts that open a form."""


def _text(verb: Verb) -> Text:
    words: dict[str, kept.Words] = {"tekst": lambda t: t("Skriv")}
    if verb is Verb.ACTED:
        words["beskjed"] = lambda t: t("Hva pasienten får vite")
    chosen = {Verb.FORWARD: ("til",), Verb.POSTPONE: ("dag",)}.get(verb, ())
    return Text(f"{sending.FORM}-{verb}", lambda t: present.verb(t, verb), words, chosen)


CASE: Final = Text("sak-svar", lambda t: t("Svar"), {"tekst": lambda t: t("Hva dere fant, eller hvorfor dere avslår")})
"""What answers a case, on the page of its own (`doors.cases.desk`)."""
_BY_VERB: Final = {verb: _text(verb) for verb in _WRITTEN}
TEXTS: Final = {text.name: text for text in (*_BY_VERB.values(), CASE)}


async def place_of(found: Visit, source: str, patient: str = "") -> kept.Place:
    """Where a draft about `source` lies; `patient` an id. Raises `Absent`."""
    store = store_of(found)
    key = await store.place(source) or await store.place_of_case(source.partition("/")[2])
    if key is None:
        raise Absent("there is no such hand-over here")
    return kept.Place(key, mark_of(found.signed_in.reference), f"Patient/{patient}" if patient else "")


async def save(found: Visit, form: dict[str, str], verb: str, source: str) -> Response:
    """Keep what she writes, or do what she asks of it. Raises `Forbidden`, `Absent`, `BadQuery`, `Busy`."""
    staff_only(found)
    text = _BY_VERB.get(Verb(verb)) if verb in set(Verb) else None
    if text is None:
        raise BadQuery("there is nothing to write there")
    place = await place_of(found, source)
    if form["gjor"] in ("lagre", "flett") and not await _hers(found, source):
        raise Absent("there is no such hand-over here")
    look = f"/arbeid/{source}"
    return await kept.saved(found, place, text, form, about=source, look=look, listing="/arbeid")


async def _hers(found: Visit, source: str) -> bool:
    return bool(await fallen.rows(found, source)) or await reached.is_hers(store_of(found), found.signed_in, source)


async def hold(found: Visit, form: dict[str, str], verb: Verb, source: str, patient: str) -> kept.Held:
    """Keep what is about to be said. Raises `Absent`, `Busy`."""
    place = await place_of(found, source, patient)
    text = _BY_VERB.get(verb)
    if text is None:
        return kept.Held(found, place, None)
    return await kept.hold(found, place, text, form, about=source)


async def twice(found: Visit, form: dict[str, str], verb: Verb, source: str, which: str) -> None:
    """Of one version she has said something already (`which`): what she says now beside it stays her draft."""
    said = await sending.said_before(store_of(found), found.signed_in, which, source)
    held = await hold(found, form, verb, source, "")
    if (said.get("verb"), said.get("tekst", "").strip()) == (verb, form.get("tekst", "").strip()):
        await held.sent()


async def again(found: Visit, which: str, source: str) -> None:
    """Make a draft of what was called back (`which`). Raises `Absent`, `Busy`."""
    said = await sending.said_before(store_of(found), found.signed_in, which, source)
    text = TEXTS.get(f"{sending.FORM}-{said.get('verb', '')}")
    if text is not None:
        await kept.again(found, await place_of(found, source), text, said, about=source, window=which)


async def fill(
    found: Visit,
    source: str,
    forms: Sequence[dict[str, Any]],
    said: dict[str, str],
    *,
    refused: bool,
    focus: str = "",
) -> None:
    """Put into each of the `forms` of a hand-over's page what was begun in it, and whether it stands open.

    `said`: a form that came back, whose verb it names: `refused`, or called back and none yet. `focus`: what a Task
    carries; what was begun before it did is written on.
    """
    place, store = await place_of(found, source), store_of(found)
    hers = await store.kept.begun(place.key, place.writer, tuple(TEXTS))
    drafts = [each for about in (source, focus) for each in hers if each.about == about]
    for each in forms:
        text = TEXTS.get(f"{sending.FORM}-{each['verb']}")
        if text is None:
            continue
        mine = said if said.get("verb") == each["verb"] else None
        about = next((one.about for one in drafts if one.form == text.name), source)
        made = await kept.begun(
            found, place, text, about=about, at=kept.At(f"/arbeid/{source}/{each['verb']}", f"/arbeid/{source}"),
            said=mine if refused else None, among=drafts,
        )  # fmt: skip
        each["kept"] = made.shown
        each["said"] = dict.fromkeys(("tekst", "til", "dag", "beskjed"), "") | (mine or {}) | made.fields
        each["begun"] = mine is not None or bool(made.fields)


def begun(t: Language, drafts: Sequence[Writing]) -> list[dict[str, Any]]:
    """Her drafts as lines of the worklist: what she would say, with all of its words."""
    lines = kept.listed(t, TEXTS, drafts)
    for line in lines:
        if line["form"] == CASE.name:
            line["href"] = line["action"] = f"/admin/saker/{line['about'].partition('/')[2]}"
        else:
            line["href"] = f"/arbeid/{line['about']}"
            line["action"] = f"{line['href']}/{line['form'].removeprefix(sending.FORM + '-')}"
    return lines
