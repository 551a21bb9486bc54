"""Answering what was handed over with a plan: a CarePlan that everybody who follows the person sees, and she herself.

The plan and the answer are one commit: the Task that was taken is answered, and names the plan as its output.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access.handovers.kinds import NAMES, Kind
from felles.care.handovers.rules import Verb, act
from felles.care.writing.form import Field, Form, From, Made
from felles.care.writing.rules import instant, today_text, words
from felles.record import kinds
from felles.record.codes import CASE_SYSTEM, HANDOVER_SYSTEM
from felles.ui.sources import NEW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from felles.care.writing.form import Known, Resource, Values

PLAN_URL: Final = "urn:uuid:7d9b2b0e-6a5c-4c1e-9a39-0f6f2f6f4a02"
"""How the Task refers to the plan before it has its id."""
_TAKEN: Final = ("accepted", "in-progress")


def measures(text: str) -> list[tuple[str, str]]:
    """(what, when) of each line: what stands before the first colon, and after it; "" where it says no time."""
    lines = [line.strip(" -•\t") for line in text.split("\n")]
    parted = (line.partition(":") for line in lines if line)
    return [(what.strip(), when.strip()) for what, _, when in parted if what.strip()]


def care_plan(known: Known, title: str, said: str, lines: list[tuple[str, str]]) -> Resource:
    """A plan of `lines` (what, when), which the writer's place answers for; `said`: to the person, in plain words."""
    activities: list[Resource] = []
    for what, when in lines:
        detail: Resource = {"status": "scheduled", "description": what, "performer": [known.place]}
        activities.append({"detail": detail | ({"scheduledString": when} if when else {})})
    made: Resource = {
        "resourceType": "CarePlan",
        "status": "active",
        "intent": "plan",
        "title": title,
        "subject": known.subject,
        "period": {"start": today_text(known)},
        "created": instant(known),
        "author": known.writer,
        "contributor": [known.place],
        "activity": activities,
    }
    return made | ({"description": said} if said else {})


def taken(known: Known) -> bool:
    """Whether the Task of the form is a hand-over that the writer herself has taken, to be answered."""
    task: Mapping[str, Any] = known.one.resource if known.one else {}
    return _mine(known, task) and task.get("status") in _TAKEN and "businessStatus" not in task


def handed_to_me(known: Known, kind: Kind) -> bool:
    """Whether it is a hand-over of `kind` that was sent to the writer by name, or that she has taken."""
    task: Mapping[str, Any] = known.one.resource if known.one else {}
    codes = {each.get("code") for each in task.get("code", {}).get("coding", []) if each["system"] == HANDOVER_SYSTEM}
    open_ = task.get("status") in ("requested", "received", *_TAKEN) and "businessStatus" not in task
    return kind.code in codes and open_ and _mine(known, task)


def _mine(known: Known, task: Mapping[str, Any]) -> bool:
    codings = task.get("code", {}).get("coding", [])
    case = any(each.get("system") == CASE_SYSTEM for each in codings)
    return not case and task.get("owner", {}).get("reference") == known.writer["reference"]


def answered(known: Known, said: str, *outputs: tuple[str, str]) -> Made:
    """The Task of the form, answered with `said`; `outputs` are (what it is, its reference) of what came of it."""
    assert known.one is not None  # noqa: S101 - the page opens these forms with their Task alone
    old = known.one.resource
    new = act(old, Verb.ANSWER, who=known.writer["reference"], now=instant(known), words=said)
    for name, reference in outputs:
        output = {"type": {"text": name}, "valueReference": {"reference": reference}}
        new["output"] = [*new.get("output", []), output]
    return Made("update", new, old["id"], known.version)


def _kind(known: Known) -> Kind | None:
    """What was handed over, whatever name its writer gave the code."""
    codings = known.one.resource.get("code", {}).get("coding", []) if known.one else []
    code = next((each.get("code", "") for each in codings if each.get("system") == HANDOVER_SYSTEM), "")
    return next((kind for kind in Kind if kind.code == code and not kind.case), None)


def _title(known: Known) -> str:
    kind = _kind(known)
    return f"Plan etter {NAMES[kind].lower()}" if kind else "Plan"


def _planned(values: Values, known: Known) -> list[Made]:
    lines = measures(values["tiltak"])
    said = values["svar"] or "\n".join([values["tittel"], *(f"{w}: {n}" if n else w for w, n in lines)])
    plan = Made("create", care_plan(known, values["tittel"], values["klartekst"], lines), url=PLAN_URL)
    return [plan, answered(known, said, ("Plan", PLAN_URL))]


def about_of(known: Known) -> str:
    """What the Task asks, in its own words."""
    resource: Mapping[str, Any] = known.one.resource if known.one else {}
    kind = _kind(known)
    return resource.get("description", "") or (NAMES[kind] if kind else words(resource.get("code")))


ANSWER_PLAN: Final = Form(
    name="svar-plan",
    title=lambda t: t("Svar med plan"),
    icon="ClipboardCheckmark",
    verb="write",
    kind=kinds.Kind.PLAN,
    about=("Task",),
    fits=taken,
    sign=lambda t: t("Signer og svar"),
    fields=(
        Field(
            name="tittel",
            label=lambda t: t("Hva planen gjelder"),
            source=From("Task.code", _title),
            required=True,
            longest=120,
        ),
        Field(
            name="tiltak",
            label=lambda t: t("Tiltak"),
            source=NEW,
            kind="text",
            required=True,
            longest=4000,
            hint=lambda t, _: t("En linje for hvert: Hva som gjøres: når"),
        ),
        Field(
            name="klartekst",
            label=lambda t: t("Til pasienten, i vanlige ord"),
            source=NEW,
            kind="text",
            required=True,
            longest=2000,
        ),
        Field(
            name="svar",
            label=lambda t: t("Bare til den som spurte"),
            source=NEW,
            kind="text",
            longest=2000,
            hint=lambda t, _: t("Står det tomt, er planen svaret."),
        ),
    ),
    make=_planned,
)
