"""A problem on the list, and that it is over: a Condition, as the region's are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from felles.care.writing.form import Field, Form, From, Made, Mistake
from felles.care.writing.forms.names import codes_of, known_names
from felles.care.writing.rules import coded, day, in_contact, today, today_text
from felles.record.kinds import Kind
from felles.record.wants import Standing
from felles.ui.sources import NEW

if TYPE_CHECKING:
    from felles.care.writing.form import Known, Resource, Values
    from felles.ui.i18n import Language

_HL7: Final = "http://terminology.hl7.org/CodeSystem/"


def _status(code: str) -> Resource:
    return {"coding": [{"system": f"{_HL7}condition-clinical", "code": code}]}


def _problem(values: Values, known: Known) -> list[Made]:
    made: Resource = {
        "resourceType": "Condition",
        "clinicalStatus": _status("active"),
        "verificationStatus": {"coding": [{"system": f"{_HL7}condition-ver-status", "code": "confirmed"}]},
        "category": [{"coding": [{"system": f"{_HL7}condition-category", "code": "problem-list-item"}]}],
        "code": coded(values["navn"], *codes_of(values["navn"], "PD")),
        "subject": known.subject,
        "recordedDate": today(known).isoformat(),
        "recorder": known.writer,
    }
    if since := day(values["siden"]):
        made["onsetDateTime"] = since.isoformat()
    return [Made("create", in_contact(known, made))]


def _twice(t: Language, values: Values, known: Known) -> list[Mistake]:
    standing = {each.get("code", {}).get("text", "").casefold() for each in known.of("Condition")}
    if values["navn"].casefold() in standing:
        return [Mistake("navn", t("Dette står på problemlisten fra før."))]
    return []


def _stands(known: Known) -> bool:
    codings = known.one.resource.get("clinicalStatus", {}).get("coding", ()) if known.one else ()
    return any(each.get("code") in ("active", "recurrence", "relapse") for each in codings)


def _over(values: Values, known: Known) -> list[Made]:
    assert known.one is not None  # noqa: S101 - the page opens this form with its entry alone
    over = day(values["dag"]) or today(known)
    more: Resource = {"clinicalStatus": _status("resolved"), "abatementDateTime": over.isoformat()}
    resource = {name: each for name, each in known.one.resource.items() if not name.startswith("abatement")} | more
    return [Made("update", resource, resource["id"], known.version)]


PROBLEM: Final = Form(
    name="problem",
    title=lambda t: t("Problem"),
    icon="Bandage",
    verb="write",
    kind=Kind.PROBLEM,
    wants=(Standing("Encounter", 10), Standing("Condition", 200)),
    fields=(
        Field(
            name="navn",
            label=lambda t: t("Problem eller diagnose"),
            source=NEW,
            required=True,
            suggest=lambda _: known_names("PD"),
            hint=lambda t, _: t("Det som står i listen, får kode av seg selv (ICPC-2, ICD-10)."),
        ),
        Field(name="siden", label=lambda t: t("Siden"), source=NEW, kind="date"),
    ),
    make=_problem,
    wrong=_twice,
)
PROBLEM_OVER: Final = Form(
    name="problem-over",
    title=lambda t: t("Problemet er over"),
    icon="CheckmarkCircle",
    verb="write",
    kind=Kind.PROBLEM,
    about=("Condition",),
    fits=_stands,
    fields=(
        Field(
            name="dag",
            label=lambda t: t("Over siden"),
            source=From("today", today_text),
            kind="date",
            required=True,
        ),
    ),
    make=_over,
)
