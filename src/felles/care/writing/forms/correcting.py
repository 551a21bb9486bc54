"""What the forms that correct have in common: whether the entry holds at all, why, and the version that comes of it.

Nothing is overwritten (helsepersonelloven § 42): signing makes a new version over the one that the writer was shown,
and what stood is the version before it. An element whose field was left as it came stays as it is, codes and all.

Whose role may write that kind of entry corrects it, whoever wrote it: who finds a wrong weight at night is seldom who
weighed. Each version keeps who answers for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.care.corrections import CORRECTED, CORRECTION, WITHDRAWN, is_wrong
from felles.care.writing.form import Field, From, Made, Mistake, here
from felles.care.writing.rules import instant, number
from felles.ui.sources import NEW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from felles.care.writing.form import Known, Resource, Values
    from felles.ui.i18n import Language

    Wrong = Callable[[Language, Values, Known], list[Mistake]]

HOLDS: Final = "gjelder"
WRONG: Final = "feilfort"
LONGEST: Final = 1000
"""Letters of a name: as long as the record may have it from elsewhere, for it arrives filled in."""
WHY: Final = ("Skrevet feil", "Gjelder en annen person", "Ført to ganger", "Målt feil")
"""Reasons that are offered while one types, in the words the record has them in; any other may be written."""


def of(known: Known) -> Resource:
    """The entry that is corrected."""
    assert known.one is not None  # noqa: S101 - the page opens these forms with their entry alone
    return known.one.resource


def stands(known: Known) -> bool:
    """Whether nobody has said yet that the entry is wrong."""
    return known.one is not None and not is_wrong(known.one.resource)


def holds(element: str) -> Field:
    """Whether the entry holds; `element`: where its type says so."""
    return Field(
        name="gjelder",
        label=lambda t: t("Oppføringen"),
        source=From(element, lambda known: HOLDS if stands(known) else ""),
        kind="choice",
        choices=lambda t, _: [
            (HOLDS, t("Gjelder, slik det står over")),
            (WRONG, t("Feilført: skal ikke gjelde, uansett hva som står over")),
        ],
        required=True,
    )


REASON: Final = Field(
    name="hvorfor",
    label=lambda t: t("Hvorfor"),
    source=NEW,
    required=True,
    longest=400,
    suggest=lambda _: list(WHY),
    hint=lambda t, _: t("Det som sto, blir stående som en tidligere versjon, med dette."),
)


def changed(fields: Iterable[Field], values: Values, known: Known) -> set[str]:
    """The names of those fields that say something else than the record does."""
    found: set[str] = set()
    for f in fields:
        if not isinstance(f.source, From) or not here(f, known):
            continue
        was, said = f.source.read(known), values[f.name]
        same = number(was) == number(said) if f.kind == "number" and said else was == said
        if not same:
            found.add(f.name)
    return found


def wrong(fields: tuple[Field, ...], more: Wrong | None = None) -> Wrong:
    """What is wrong with a correction: that it changes nothing; else, of what is to hold, what `more` finds."""

    def found(t: Language, values: Values, known: Known) -> list[Mistake]:
        if values["gjelder"] == WRONG:
            return []
        if not changed(fields, values, known):
            said = t("Ingenting er rettet. Skriv det som er riktig, eller velg at oppføringen er feilført.")
            return [Mistake("gjelder", said)]
        return more(t, values, known) if more else []

    return found


def corrected(values: Values, known: Known, right: Resource, before: str = "") -> Resource:
    """The entry with `right` for what was wrong, and why; an element that is None there goes.

    `before`: what stood, in few words, for who reads the note alone.
    """
    lead = f"Rettet, før {before}" if before else "Rettet"
    return _made(known, right | _spoken(of(known)), CORRECTED, f"{lead}: {values['hvorfor']}")


def withdrawn(values: Values, known: Known, **said: Any) -> list[Made]:
    """The change that says that the entry is wrong: `said` is how its type says so; an element that is None goes."""
    made = _made(known, said, WITHDRAWN, f"Feilført: {values['hvorfor']}")
    return [over(made, known)]


def over(made: Resource, known: Known) -> Made:
    """The change itself, over the version that the writer was shown."""
    return Made("update", made, made["id"], known.version)


def _made(known: Known, said: Resource, code: str, text: str) -> Resource:
    note = {
        "extension": [{"url": CORRECTION, "valueCode": code}],
        "authorReference": known.writer,
        "time": instant(known),
        "text": text,
    }
    made = of(known) | said | {"note": [*of(known).get("note", ()), note]}
    return {name: value for name, value in made.items() if value is not None}


def _spoken(resource: Resource) -> Resource:
    """Without the narrative that was made from what is set right: it would go on saying it."""
    generated = resource.get("text", {}).get("status") in ("generated", "extensions")
    return {"text": None} if generated else {}
