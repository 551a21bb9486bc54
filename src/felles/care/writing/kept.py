"""What is written on other pages than a panel's, kept from the first letter until it is sent.

It is a draft like any other (`record.writings`): saved by the same script within two seconds, there again after a crash
and a sign-out, seen by its writer alone, and when two windows hold different texts both are shown until she has chosen.
A page that has such a form says which (`Text`), asks what was begun (`begun`), fills its fields with it, and puts what
it gives into the form (`writing/kept.html`). Its POST first sees whether it is a save (`saves`, `saved`), which
is decided as the page is and leaves no line; else it keeps the text before anything is tried (`hold`), so that a
refusal, a fault and a killed server lose none of it, and ends the draft when it was sent (`Held.sent`). The form says
whose it is: another who has signed in beside a window that was left open neither saves nor sends it (`web.form_of`).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from starlette.responses import JSONResponse

from felles.care.people import store_of
from felles.record.errors import Absent, BadQuery, Conflict
from felles.record.ids import bucket_of, new_id
from felles.record.writings import Sent
from felles.ui.security import PAGE_HEADERS
from felles.ui.web import WRITER, go

if TYPE_CHECKING:
    from starlette.responses import Response

    from felles.record.grants import PersonGrant, PersonKey
    from felles.record.writings import Writing
    from felles.ui.i18n import Language
    from felles.ui.web import Visit

Words = Callable[["Language"], str]

PART: Final = "x-felles-part"
NAMES: Final = ("hvem", "id", "versjon", "vindu", "steg")
"""What a draft is known by, each a hidden field behind `utkast-`."""
LONGEST: Final = 20_000
"""Letters of one field that are kept: more than any form takes, so that what is too long to send is not cut."""
_VERBS: Final = ("lagre", "flett", "forkast", "angre")
_CLOCKS: Final = 2**60
_WAY: Final = re.compile(r"(/[A-Za-z0-9.-]{1,64}){1,5}")
"""An address of ours, as a form is sent to."""


@dataclass(frozen=True, slots=True)
class Text:
    """A form whose words are kept. `name` is that of its drafts, `words` its texts with their labels.

    `loose`: what is chosen or ticked beside them, where the last choice counts. `short`: words of which two are not put
    one after the other.
    """

    name: str
    title: Words
    words: Mapping[str, Words]
    loose: tuple[str, ...] = ()
    short: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """All that is kept of the form."""
        return (*self.words, *self.loose)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a draft lies: with whose record (`patient` is "Patient/x", "" for nobody's), and whose it is (a hash)."""

    key: PersonKey
    writer: int
    patient: str


def of(grant: PersonGrant, patient: str = "") -> Place:
    """The place of what a citizen writes: in her own record, or in that of the `patient` for whom she acts."""
    return Place(grant.keys[0], grant.actor_mark, patient or grant.actor)


@dataclass(frozen=True, slots=True)
class At:
    """Where a form is sent, and where it stands ("": the page's own address); `also`: what says there what it is of."""

    action: str = ""
    look: str = ""
    also: Mapping[str, str] = field(default_factory=dict[str, str])


HERE: Final = At()


@dataclass(slots=True)
class Begun:
    """What a form arrives with: `fields` of the draft there is ({} for none), and what the page puts into it."""

    fields: dict[str, str]
    shown: dict[str, Any]

    def over(self, said: Mapping[str, str]) -> dict[str, str]:
        """`said`, with what was begun in its place: a choice of the page itself stands where the draft has none."""
        return dict(said) | {name: text for name, text in self.fields.items() if text}


def saves(form: Mapping[str, str]) -> bool:
    """Whether a form that was sent only keeps its draft, or says what becomes of it: nothing else is to be done."""
    return "utkast-id" in form and form.get("gjor", "") in _VERBS


async def begun(
    found: Visit, place: Place, text: Text, *, about: str = "", at: At = HERE,
    said: Mapping[str, str] | None = None, among: Sequence[Writing] | None = None,
) -> Begun:  # fmt: skip
    """What was begun in this form about `about`. Raises `Busy`.

    `said`: a form that was sent and not taken, which stands in its place. `among`: what was begun here, where it is
    read already.
    """
    store, t = store_of(found), found.t
    rows = await store.kept.begun(place.key, place.writer, (text.name,), about) if among is None else among
    draft = next((each for each in rows if (each.form, each.about) == (text.name, about)), None)
    if draft is not None and draft.entry and await _is_here(found, place, draft):
        await store.kept.sent(place.key, place.writer, _again(draft), draft.entry)
        draft = next(iter(await store.kept.begun(place.key, place.writer, (text.name,), about)), None)
    fields = {} if draft is None else dict(draft.fields)
    path = found.request.url.path
    others = [] if draft is None else list(draft.others.items())
    shown = {
        "hidden": {
            WRITER: found.mark,
            "utkast-id": draft.id if draft else new_id(place.key[0]),
            "utkast-versjon": draft.version if draft else 0,
            "utkast-vindu": secrets.token_urlsafe(9),
            "utkast-steg": 0,
        },
        "also": dict(at.also) | {"utkast-sett": seen(draft)},
        "name": f"utkast-{text.name}",
        "action": at.action or path,
        "look": at.look or path,
        "saved": t("Utkast lagret {time}").format(time=t.moment(draft.changed)) if draft and not said else "",
        "mine": _texts(t, text, fields),
        "others": [{"window": window, "texts": _texts(t, text, other)} for window, other in others],
    }
    return Begun(dict(said) if said is not None and not others else fields, shown)


def _texts(t: Language, text: Text, fields: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"label": label(t), "value": fields[name]} for name, label in text.words.items() if fields.get(name)]


async def _is_here(found: Visit, place: Place, draft: Writing) -> bool:
    """Whether it was sent after all: whoever sent it was cut off before its draft was ended."""
    type_name, _, name = draft.entry.partition("/")
    return await store_of(found).writings.is_here(type_name, place.key, name)


def _again(draft: Writing) -> Sent:
    return Sent(id=draft.id, patient=draft.patient, form=draft.form, about=draft.about, window=draft.window,
                step=draft.step, fields=draft.fields)  # fmt: skip


def _cleaned(text: Text, form: Mapping[str, str]) -> dict[str, str]:
    """The fields as they are kept: what no text of the record may hold is not here any more (`form_of`)."""
    return {name: form.get(name, "").replace("\r\n", "\n")[:LONGEST] for name in text.fields}


def own_id(place: PersonKey, said: str) -> str:
    """The id that a form says its draft has, or a new one where it says none. Raises `Absent`: it lies elsewhere."""
    bucket = bucket_of(said)
    if bucket not in (None, place[0]):
        raise Absent("there is no such draft")
    return new_id(place[0]) if bucket is None else said


def _sent(place: Place, text: Text, about: str, form: Mapping[str, str], entry: str = "") -> Sent:
    return Sent(
        id=own_id(place.key, form.get("utkast-id", "")),
        patient=place.patient,
        form=text.name,
        about=about,
        version=_whole(form.get("utkast-versjon", "")),
        window=form.get("utkast-vindu", "")[:32],
        step=_whole(form.get("utkast-steg", "")),
        fields=_cleaned(text, form),
        loose=frozenset(text.loose),
        entry=entry,
    )


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 and int(text) < _CLOCKS else 0


# -- a save ------------------------------------------------------------------------------------------------


async def saved_by(
    found: Visit, grant: PersonGrant, text: Text, form: Mapping[str, str], *, about: str = "", patient: str = "",
    look: str = "", listing: str = "/meg/meldinger",
) -> Response:  # fmt: skip
    """`saved` for who has a Grant: refused where the record is not open to her. Raises `Absent`, `Conflict`, `Busy`."""
    await store_of(found).writings.must_be_open(grant)
    return await saved(found, of(grant, patient), text, form, about=about, look=look, listing=listing)


async def saved(
    found: Visit, place: Place, text: Text, form: Mapping[str, str], *, about: str = "", look: str = "", listing: str
) -> Response:
    """Do what a form that `saves` asks; who calls has decided that she may write there. Raises as `save`, `BadQuery`.

    `gjor`: lagre (keep it), flett (of texts that met, `velg`), forkast (throw it away), angre (fetch it back). The
    script is answered what was kept, 409 where another window's text is beside it. Others are led to where the form
    stands (`look`), or to the list of what was begun.
    """
    what, store, back = form["gjor"], store_of(found), look or found.request.url.path
    if what in ("forkast", "angre"):
        await _thrown(found, place, form)
        thrown = urlencode({"forkastet": form["utkast-id"], "ved": found.request.url.path})
        back = f"{listing}?{thrown}" if what == "forkast" else listing
    elif what == "flett":
        await _settled(found, place, text, form)
    else:
        kept = await store.kept.keep(place.key, place.writer, _sent(place, text, about, form))
        if found.request.headers.get(PART) == "lagre":
            return _told(found, form, kept)
    return go(back)


def _told(found: Visit, form: Mapping[str, str], kept: Writing | None) -> Response:
    if kept is None:
        return JSONResponse({"id": form["utkast-id"], "versjon": 0, "sagt": ""}, 200, headers=PAGE_HEADERS)
    said = found.t("Utkast lagret {time}").format(time=found.t.clock(kept.changed))
    status = 409 if kept.met else 200
    return JSONResponse({"id": kept.id, "versjon": kept.version, "sagt": said}, status, headers=PAGE_HEADERS)


async def _thrown(found: Visit, place: Place, form: Mapping[str, str]) -> None:
    """Throw it away, or fetch back what was thrown away. Raises `Absent` for what is no draft of hers, `Conflict`."""
    kept, which = store_of(found).kept, form["utkast-id"]
    if form["gjor"] == "forkast":
        done = await kept.discard(place.key, place.writer, which)
    else:
        done = await kept.fetch_back(place.key, place.writer, which)
    if not done:
        raise Absent("there is no such draft")


async def _settled(found: Visit, place: Place, text: Text, form: Mapping[str, str]) -> None:
    """What becomes of texts that met: `velg` is `begge`, `lagret`, or the window whose text it is."""
    store = store_of(found)
    rows = await store.kept.begun(place.key, place.writer, (text.name,))
    draft = next((each for each in rows if each.id == form["utkast-id"]), None)
    if draft is None:
        raise Absent("there is no such draft")
    if (draft.version, seen(draft)) != (_whole(form.get("utkast-versjon", "")), form.get("utkast-sett", "")):
        return  # another window has written on: she is shown all of it
    chosen = form.get("velg", "")
    if chosen not in ("begge", "lagret", *draft.others):
        raise BadQuery("this is none of the texts", "velg")
    values = draft.others.get(chosen, draft.fields)
    if chosen == "begge":
        values = _both(text, [draft.fields, *draft.others.values()])
    window = form.get("utkast-vindu", "")[:32]
    chosen_one = Sent(
        id=draft.id, patient=draft.patient, form=draft.form, about=draft.about, base=draft.base, version=draft.version,
        window=window, fields=values, sorted_out=True,
    )  # fmt: skip
    await store.writings.put(place.key, place.writer, chosen_one)


def seen(draft: Writing | None) -> str:
    """Which windows' texts are shown: what becomes of others is not said by who did not see them."""
    return " ".join(sorted(draft.others)) if draft else ""


def _both(text: Text, all_of: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Texts one after the other, each once; of what is short or chosen the first there is."""
    made: dict[str, str] = {}
    for name in text.fields:
        said = list(dict.fromkeys(each[name] for each in all_of if each.get(name)))
        longer = name in text.words and name not in text.short
        made[name] = "\n\n".join(said) if longer else next(iter(said), "")
    return made


def passed_on(form: Mapping[str, str]) -> dict[str, str]:
    """The marks of a draft in a form, for another form that sends the same again."""
    return {name: form[name] for each in NAMES if (name := f"utkast-{each}") in form}


# -- sending -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Held:
    """A text that is just being sent, and lies among the drafts until it was."""

    found: Visit
    place: Place
    kept: Sent | None

    async def sent(self, entry: str = "") -> None:
        """It was sent, as `entry` (Type/id): no draft any more. Raises `Busy`."""
        if self.kept is not None:
            await store_of(self.found).kept.sent(self.place.key, self.place.writer, self.kept, entry)


async def hold(
    found: Visit, place: Place, text: Text, form: Mapping[str, str], *, about: str = "", entry: str = ""
) -> Held:
    """Keep what is about to be sent, and may become `entry` (Type/id). Raises `Absent` (another's draft), `Busy`.

    A form that came without the mark of a draft (a ready answer, an older page) is sent as it is.
    """
    if "utkast-id" not in form:
        return Held(found, place, None)
    sent = _sent(place, text, about, form, entry)
    try:
        lies = await store_of(found).kept.keep(place.key, place.writer, sent)
    except Conflict:  # too many windows' texts lie there already: hers is sent, which is all she asked
        return Held(found, place, None)
    return Held(found, place, sent if lies is None else replace(sent, id=lies.id))


async def again(found: Visit, place: Place, text: Text, fields: Mapping[str, str], *, about: str, window: str) -> None:
    """Make a draft of what was called back. Raises `Conflict`, `Busy`."""
    sent = replace(_sent(place, text, about, fields), window=window[:32])
    await store_of(found).kept.keep(place.key, place.writer, sent)


# -- what was begun ----------------------------------------------------------------------------------------


def listed(t: Language, texts: Mapping[str, Text], drafts: Sequence[Writing]) -> list[dict[str, Any]]:
    """Drafts as lines of a list: what it is, all of its words (also those of another window), since when."""
    made: list[dict[str, Any]] = []
    for each in drafts:
        text = texts.get(each.form)
        if text is None:
            continue
        said = [line["value"] for one in (each.fields, *each.others.values()) for line in _texts(t, text, one)]
        if said:
            made.append(
                {"id": each.id, "title": text.title(t), "about": each.about, "form": each.form}
                | {"texts": list(dict.fromkeys(said)), "when": t.moment(each.changed)}
            )
    return made


def thrown(found: Visit) -> dict[str, str] | None:
    """What was just thrown away (`?forkastet=`), and where it is fetched back (`ved`); None for nothing."""
    asked = found.request.query_params
    which, way = asked.get("forkastet", ""), asked.get("ved", "")
    known = bucket_of(which) is not None and _WAY.fullmatch(way)
    return {"id": which, "action": way} if known else None
