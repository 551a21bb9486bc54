"""What the pages of messages share: what was read, who can answer and by when, whom to ring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from felles.access.handovers import inboxes
from felles.access.handovers.hours import OFFICE, after
from felles.access.handovers.kinds import PROMISED
from felles.care.messages import present, rules, views
from felles.care.overview import rules as overview
from felles.care.overview.present import View, stays
from felles.care.people import store_of
from felles.ui.dates import local_day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from felles.access.handovers.inboxes import Inbox
    from felles.care.messages.views import Written
    from felles.record.read_person import PersonPage, Seen
    from felles.record.store import Store
    from felles.ui.web import Visit

SHORTEST: Final = 3
"""Letters that a message must have at least."""
LONGEST: Final = 4000


@dataclass(slots=True)
class Around:
    """The page's reader and record: what was written, names and telephones, who can answer, whether she is pregnant.

    `house`: who is asked first, as what it answers came from there.
    """

    view: View
    written: Written
    phones: Mapping[str | int, str]
    places: list[Inbox]
    pregnant: bool
    ward: tuple[str, str] | None
    house: str = ""


async def around(found: Visit, read: PersonPage, base: str, *, also: str = "") -> Around:
    """All that the pages need of what was `read`; `also` an organisation that answers. Raises `Busy`."""
    store = store_of(found)
    written = views.decoded(read)
    now = store.clock.clinical()
    ward = rules.ward(written.requests)
    wanted = present.wanted(written) | ({ward} if ward else set())
    asked = rules.answering(written.episodes, [each for each in written.contacts if stays(each.entry)])
    if also and also not in asked:
        asked.append(also)
    names, phones = await store.names.of(wanted), await store.names.phones(wanted)
    expected = overview.pregnant([(each.at, each.entry) for each in written.told], local_day(now))
    return Around(
        View(found.t, base, now, names, citizen=True),
        written,
        phones,
        await inboxes.staffed(store, asked),
        expected is not None,
        (str(names.get(ward, "")), phones.get(ward, "")) if ward and expected is not None else None,
        also,
    )


async def house_of(store: Store, messages: Sequence[Seen], reference: str) -> str:
    """The organisation from which staff wrote `reference` (Communication/x), "" where none of these is it."""
    row = next((each for each in messages if reference == f"Communication/{each.id}"), None)
    if row is None or not row.org or row.author.startswith("Patient/"):
        return ""
    return (await store.names.organizations({row.org})).get(row.org, "")


def listed(there: Around, who: Mapping[str, str], *, answers: bool = True) -> dict[str, Any]:
    """The context of a page of threads. `who`: what the reader and the person are called, by reference.

    `answers`: whether she is led to what she was asked.
    """
    threads = rules.threads(there.written.messages, there.written.tasks)
    shown = [present.thread(there.view, there.phones, each, who) for each in threads[: present.SHOWN]]
    return {
        "threads": shown,
        "cut": len(threads) > present.SHOWN,
        "ring": present.ring(there.view.t, there.ward),
        "reply": f"{there.view.base}/meldinger/svar/" if answers else "",
    }


def answers(there: Around) -> dict[str, Any]:
    """Who can answer, by when, and whom to ring: what stands wherever a citizen writes."""
    day = date.fromordinal(local_day(after(OFFICE, there.view.now, PROMISED)))
    return {
        "places": present.places(there.places),
        "by": there.view.t.fhir(day.isoformat()),
        "ring": present.ring(there.view.t, there.ward),
    }


def wrong_words(found: Visit, words: str) -> str:
    """What is wrong with what was written; "" for nothing."""
    if SHORTEST <= len(words.strip()) <= LONGEST:
        return ""
    return found.t("Skriv minst tre tegn, høyst {count}.").format(count=LONGEST)
