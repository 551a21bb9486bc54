"""How the forms that correct an entry are made: what it says, whether it holds at all, why, and its next version.

Nothing is overwritten (helsepersonelloven § 42): signing makes a new version over the one that the writer was shown,
and what stood is the version before it. An element whose field was left as it came stays as it is, codes and all.

Whose role may write that kind of entry corrects it, whoever wrote it: who finds a wrong weight at night is seldom who
weighed. Each version keeps who answers for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from felles.care.corrections import CORRECTED, CORRECTION, WITHDRAWN, is_wrong
from felles.care.writing.form import Field, Form, From, Made, Mistake, here
from felles.care.writing.rules import instant, same
from felles.ui.sources import NEW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from felles.care.writing.form import Known, Resource, Values, Words
    from felles.record.kinds import Kind
    from felles.record.wants import AnyWant
    from felles.ui.i18n import Language

    Right = Callable[[Values, Known, set[str]], tuple[Resource, str]]
    Wrong = Callable[[Language, Values, Known, set[str]], list[Mistake]]

HOLDS: Final = "gjelder"
WRONG: Final = "feilfort"
LONGEST: Final = 1000
"""Letters of a name: as long as the record may have it from elsewhere, for it arrives filled in."""
_WHY: Final = ("Skrevet feil", "Gjelder en annen person", "Ført to ganger", "Målt feil")
"""Reasons that are offered while one types, in the words the record has them in; any other may be written."""


def of(known: Known) -> Resource:
    """The entry that is corrected."""
    assert known.one is not None  # noqa: S101 - the page opens these forms with their entry alone
    return known.one.resource


def stands(known: Known) -> bool:
    """Whether nobody has said yet that the entry is wrong."""
    return known.one is not None and not is_wrong(known.one.resource)


def _holds(element: str) -> Field:
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


_REASON: Final = Field(
    name="hvorfor",
    label=lambda t: t("Hvorfor"),
    source=NEW,
    required=True,
    longest=400,
    suggest=lambda _: list(_WHY),
    hint=lambda t, _: t("Det som sto, blir stående som en tidligere versjon, med dette."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correcting:
    """What is told of a form by which an entry of the type `about` is corrected; the rest is alike for all (`form`).

    `values` are the fields of what the entry says. `right`: of those fields that say something else than the record (by
    name, the last that it is given) the elements that are right, None for one that goes; and what stood, in few words,
    for who reads the note alone ("" for none). `in_error`: how the type says that the entry is wrong, in the same way,
    the element that says it first. `wrong`: what is wrong with what is to hold. `fits`: which entries are corrected;
    one that narrows it asks `stands` too.
    """

    name: str
    title: Words
    kind: Kind
    about: str
    values: tuple[Field, ...]
    right: Right
    in_error: Resource
    verb: str = "write"
    fits: Callable[[Known], bool] = stands
    wants: tuple[AnyWant, ...] = ()
    wrong: Wrong | None = None

    def form(self) -> Form:
        """The form: writing begins in the first of its values."""
        return Form(
            name=self.name,
            title=self.title,
            open_as=lambda t: t("Rett"),
            icon="NotePencil",
            verb=self.verb,
            kind=self.kind,
            about=(self.about,),
            fits=self.fits,
            wants=self.wants,
            fields=(
                *(replace(each, first=True) for each in self.values),
                _holds(f"{self.about}.{next(iter(self.in_error))}"),
                _REASON,
            ),
            make=self._make,
            wrong=self._mistaken,
        )

    def _make(self, said: Values, known: Known) -> list[Made]:
        if said["gjelder"] == WRONG:
            made = _made(known, self.in_error, WITHDRAWN, f"Feilført: {said['hvorfor']}")
        else:
            elements, before = self.right(said, known, _changed(self.values, said, known))
            lead = f"Rettet, før {before}" if before else "Rettet"
            made = _made(known, elements | _spoken(of(known)), CORRECTED, f"{lead}: {said['hvorfor']}")
        return [Made("update", made, made["id"], known.version)]

    def _mistaken(self, t: Language, said: Values, known: Known) -> list[Mistake]:
        if said["gjelder"] == WRONG:
            return []
        if not (other := _changed(self.values, said, known)):
            none = t("Ingenting er rettet. Skriv det som er riktig, eller velg at oppføringen er feilført.")
            return [Mistake("gjelder", none)]
        return self.wrong(t, said, known, other) if self.wrong else []


def _changed(fields: Iterable[Field], values: Values, known: Known) -> set[str]:
    """The names of those fields that say something else than the record does."""
    asked = ((f, f.source) for f in fields if isinstance(f.source, From) and here(f, known))
    return {f.name for f, source in asked if not same(f, source.read(known), values[f.name])}


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
