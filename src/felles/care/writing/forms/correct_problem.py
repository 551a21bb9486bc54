"""A problem is set right, or was wrong: a Condition, whoever wrote it.

R4's condition-ver-status: `entered-in-error`; such a one has no clinical status and no end (invariants con-4, con-5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.care.corrections import IN_ERROR
from felles.care.writing.form import Field, From, Mistake
from felles.care.writing.forms.correcting import LONGEST, Correcting, of
from felles.care.writing.forms.names import codes_of, known_names
from felles.care.writing.rules import coded, day, today, words
from felles.record.kinds import Kind
from felles.record.wants import Standing
from felles.ui.dates import local
from felles.ui.dates import moment as begins

if TYPE_CHECKING:
    from felles.care.writing.form import Known, Resource, Values
    from felles.ui.i18n import Language

_VERIFIED: Final = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
_ENDS: Final = ("abatementDateTime", "abatementAge", "abatementPeriod", "abatementRange", "abatementString")
_BEGINS: Final = ("onsetAge", "onsetPeriod", "onsetRange", "onsetString")
"""A beginning in another form than a day is not changed here."""


def _name(known: Known) -> str:
    return words(of(known).get("code")).strip()


def _since(known: Known) -> str:
    text = str(of(known).get("onsetDateTime", ""))
    at = begins(text)
    found = day(text) if at is None else local(at).date()
    return found.isoformat() if found else ""


def _is_day(known: Known) -> bool:
    """Whether its beginning is a day, or not told: then it may be."""
    one = of(known)
    return bool(_since(known)) or not ("onsetDateTime" in one or any(name in one for name in _BEGINS))


_VALUES: Final = (
    Field(
        name="navn",
        label=lambda t: t("Problem eller diagnose"),
        source=From("Condition.code", _name),
        required=True,
        longest=LONGEST,
        shown=lambda known: bool(_name(known)),
        suggest=lambda _: known_names("PD"),
        hint=lambda t, _: t("Det som står i listen, får kode av seg selv (ICPC-2, ICD-10)."),
    ),
    Field(
        name="siden",
        label=lambda t: t("Siden"),
        source=From("Condition.onset", _since),
        kind="date",
        ahead=True,
        shown=_is_day,
    ),
)


def _wrong(t: Language, values: Values, known: Known, said: set[str]) -> list[Mistake]:
    when = day(values["siden"])
    if "siden" in said and when is not None and when > today(known):
        return [Mistake("siden", t("{field}: dagen er ikke kommet ennå.").format(field=t("Siden")))]
    others = (each for each in known.of("Condition") if each["id"] != of(known)["id"])
    if "navn" in said and values["navn"].casefold() in {words(each.get("code")).casefold() for each in others}:
        return [Mistake("navn", t("Dette står på problemlisten fra før."))]
    return []


def _right(values: Values, known: Known, said: set[str]) -> tuple[Resource, str]:
    right = dict[str, Any]()
    if "navn" in said:
        right["code"] = coded(values["navn"], *codes_of(values["navn"], "PD"))
    if "siden" in said:
        right["onsetDateTime"] = values["siden"] or None
    return right, _name(known) if "navn" in said else ""


RIGHT_PROBLEM: Final = Correcting(
    name="rett-problem",
    title=lambda t: t("Rett problem"),
    kind=Kind.PROBLEM,
    about="Condition",
    values=_VALUES,
    right=_right,
    in_error={"verificationStatus": {"coding": [{"system": _VERIFIED, "code": IN_ERROR}]}}
    | dict.fromkeys(("clinicalStatus", *_ENDS)),
    wants=(Standing("Condition", 200),),
    wrong=_wrong,
).form()
