"""News in words of one language. Pure; templates only lay it out."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from msgspec import convert
from msgspec.json import Decoder

from felles.care import shapes, words
from felles.care.corrections import is_wrong
from felles.care.entries.labels import codes as code_words
from felles.care.entries.present import heading
from felles.care.medicines import codes as medicine_codes
from felles.care.medicines.lines import substance_of
from felles.care.medicines.shapes import Entry as Medicine
from felles.care.news import rules
from felles.care.news.rules import From, Group, State
from felles.record.kinds import Kind
from felles.record.numbers import TYPE_NAMES
from felles.ui.dates import local_day

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.care.news.rules import Fresh, Since
    from felles.care.news.shapes import Read
    from felles.care.overview.present import View
    from felles.ui.i18n import Language

SHOWN: Final = 7
"""Lines of the part on the overview, results aside."""
NAMED: Final = 4
"""Results that the part on the overview names, of each sort."""
_any: Final = Decoder(Any, float_hook=Decimal).decode
_MEDICINES: Final = ("MedicationRequest", "MedicationStatement")
_STATES: Final = ("status", "clinicalStatus", "verificationStatus", "lifecycleStatus", "criticality")


def wanted_names(found: Iterable[Fresh]) -> set[str | int]:
    """The organisations that the news must name."""
    return {each.read.org for each in found if each.read.org}


def heading_of(view: View, since: Since, organisation: str) -> str:
    """From when it counts, as a heading."""
    t = view.t
    if since.state is State.KNOWN:
        words_of = {
            From.MET: t("Nytt siden {place} sist hadde kontakt, {when}"),
            From.LOOKED: t("Nytt siden du sist så i journalen, {when}"),
        }
        return words_of[since.by].format(place=organisation, when=when(t, since.at))
    return {
        From.MET: t("Nytt siden {place} sist hadde kontakt"),
        From.LOOKED: t("Nytt siden du sist så i journalen"),
    }[since.by].format(place=organisation)


def when(t: Language, at: int) -> str:
    """A day and a time of day, short: 24.11.2026 kl. 14.05."""
    return f"{t.brief(at)} {'at' if t.code == 'en' else 'kl.'} {t.clock(at)}"


def absence(view: View, since: Since, organisation: str) -> dict[str, str]:
    """Why nothing is shown: nothing is new, or there is nothing to count from."""
    t = view.t
    if since.state is State.KNOWN:
        return {"state": "none", "text": t("Ingenting nytt siden {when}.").format(when=when(t, since.at))}
    if since.by is From.MET:
        text = t("{place} har ikke registrert kontakt med pasienten før.").format(place=organisation)
    elif since.state is State.NEVER:
        text = t("Du har ikke sett i denne journalen før.")
    else:
        text = t("Det er lenge siden du så i denne journalen, eller du har ikke sett i den før.")
    return {"state": "unrecorded", "text": text}


def choices(view: View, since: Since, organisation: str, address: str) -> list[dict[str, Any]]:
    """What the reader may count from, with the way to it; `address` ends where the choice stands."""
    t = view.t
    texts = {
        From.MET: t("Siden {place} sist hadde kontakt").format(place=organisation),
        From.LOOKED: t("Siden du sist så"),
    }
    return [{"text": text, "href": f"{address}{by}", "current": by is since.by} for by, text in texts.items()]


# -- one line ----------------------------------------------------------------------------------------------


def line(view: View, each: Fresh) -> dict[str, Any]:
    """One entry: what became of it, what it is, what it was, by whom and when."""
    t, read = view.t, each.read
    type_name = TYPE_NAMES[read.type]
    now = _any(read.body)
    before = _any(each.before) if each.before is not None else None
    kind, lead = heading(t, view.base, now)
    mark, color = _mark(t, type_name, now, before)
    return {
        "mark": mark,
        "color": color,
        "text": lead or kind,
        "kind": kind if lead else "",
        "href": view.entry(type_name, read.id),
        "more": _more(view, read, type_name, now),
        "was": differences(view, type_name, now, before) if before is not None else [],
        "by": view.names.get(read.org, ""),
        "when": t.brief(read.known),
    }


def _mark(t: Language, type_name: str, now: dict[str, Any], before: dict[str, Any] | None) -> tuple[str, str]:
    status = now.get("status")
    changed = before is None or before.get("status") != status
    if is_wrong(now):
        return t("Feilført"), "danger"
    if status == "corrected" and before is not None:
        return t("Rettet"), "info"
    if changed and type_name in _MEDICINES and status in medicine_codes.OVER:
        return t("Avsluttet"), "neutral"
    if changed and type_name in _MEDICINES and status == "on-hold":
        return t("Pauset"), "warning"
    if changed and type_name == "Appointment" and status in ("cancelled", "noshow"):
        return code_words(t)[status].capitalize(), "neutral"
    return (t("Ny"), "accent") if before is None else (t("Endret"), "info")


def _more(view: View, read: Read, type_name: str, now: dict[str, Any]) -> str:
    """What else is told of it: the dose, when an appointment is, that nobody signed a note, a late result's day."""
    t = view.t
    if type_name in _MEDICINES:
        return dose(t, now)
    if type_name == "Appointment":
        return t.fhir_moment(str(now.get("start", "")))
    if type_name == "Composition":
        return words.unsigned(t, type_name, now.get("status"))
    if type_name == "Observation" and local_day(read.low) != local_day(read.known) and (day := t.brief(read.low)):
        return t("fra {day}").format(day=day)
    return ""


def dose(t: Language, resource: dict[str, Any]) -> str:
    """How a medicine is taken, as it was written."""
    medicine = convert(resource, shapes.Medicine, strict=False)
    return words.dose(t, medicine.dosage_instruction or medicine.dosage)


def differences(view: View, type_name: str, now: dict[str, Any], before: dict[str, Any]) -> list[str]:
    """What an entry said before and says now, each as "before → now"; empty where it is in what no list tells."""
    t = view.t
    told = [(heading(t, view.base, before)[1], heading(t, view.base, now)[1])]
    if type_name in _MEDICINES:
        told.append((dose(t, before), dose(t, now)))
    if type_name == "Composition" and {before.get("status"), now.get("status")} == {"preliminary", "final"}:
        told.append((_signed(t, before), _signed(t, now)))
    else:
        told += [(_state(t, before.get(name)), _state(t, now.get(name))) for name in _STATES]
    told += [(t.fhir_moment(str(before.get(name, ""))), t.fhir_moment(str(now.get(name, "")))) for name in ("start",)]
    told += [(_name(view, before.get(name)), _name(view, now.get(name))) for name in ("owner", "performer")]
    none_said = t("ikke oppgitt")
    return [f"{old or none_said} → {new or none_said}" for old, new in told if old != new]


def _signed(t: Language, note: dict[str, Any]) -> str:
    return words.unsigned(t, "Composition", note.get("status")) or t("signert")


def _state(t: Language, value: Any) -> str:
    code = value if isinstance(value, str) else ""
    if isinstance(value, dict):
        code = next((str(coding.get("code", "")) for coding in value.get("coding", ())), "")
    return code_words(t).get(code, code)


def _name(view: View, value: Any) -> str:
    found = value if isinstance(value, list) else [value]
    references = [convert(each, shapes.Reference) for each in found if isinstance(each, dict) and "actor" not in each]
    return ", ".join(filter(None, map(view.name, references)))


# -- groups ------------------------------------------------------------------------------------------------


def titles(t: Language) -> dict[Group, tuple[str, str]]:
    """Group → (its heading, its icon)."""
    return {
        Group.MEDICINES: (t("Legemidler"), "MedicineBottle"),
        Group.RESULTS: (t("Prøver og målinger"), "TestFlask"),
        Group.PROBLEMS: (t("Problemer"), "Stethoscope"),
        Group.CRITICAL: (t("Allergier og varsler"), "ExclamationmarkTriangle"),
        Group.NOTES: (t("Notater, dokumenter og meldinger"), "FileText"),
        Group.CONTACTS: (t("Kontakter og inngrep"), "Hospital"),
        Group.APPOINTMENTS: (t("Timer"), "Calendar"),
        Group.WORK: (t("Henvisninger og oppgaver"), "Tasklist"),
        Group.PLANS: (t("Planer og tjenester"), "ClipboardCheckmark"),
        Group.VACCINES: (t("Vaksiner"), "FirstAidKit"),
    }


def groups(view: View, found: list[Fresh]) -> list[dict[str, Any]]:
    """The news by what a reader looks for; groups without any are left out."""
    by_group: dict[Group, list[Fresh]] = {}
    for each in found:
        by_group.setdefault(rules.GROUP[TYPE_NAMES[each.read.type]], []).append(each)
    made: list[dict[str, Any]] = []
    for group, (title, icon) in titles(view.t).items():
        if group in by_group:
            lines = medicines(view, by_group[group]) if group is Group.MEDICINES else None
            lines = lines or [line(view, each) for each in by_group[group]]
            made.append({"id": group.value, "title": title, "icon": icon, "lines": lines})
    return made


def medicines(view: View, found: list[Fresh]) -> list[dict[str, Any]]:
    """Medicines; an order that took the place of one that ended stands as one change, with what it was before."""
    t = view.t
    told = [(each, convert(_any(each.read.body), Medicine, strict=False)) for each in found]
    ended: dict[str, list[Fresh]] = {}
    for each, entry in told:
        if entry.status in medicine_codes.OVER:
            ended.setdefault(substance_of(entry), []).append(each)
    lines: list[dict[str, Any]] = []
    replaced: set[str] = set()
    for each, entry in told:
        if each.before is None and entry.status not in medicine_codes.OVER and (old := ended.get(substance_of(entry))):
            former = old.pop(0)
            replaced.add(former.read.id)
            made, was = line(view, each), line(view, former)
            change = f"{_taken(was)} → {_taken(made)}" if _taken(was) != _taken(made) else ""
            mark = t("Endret") if change else t("Fornyet")
            lines.append(made | {"mark": mark, "color": "info", "was": [change] if change else [], "more": ""})
        else:
            lines.append({"id": each.read.id} | line(view, each))
    return [made for made in lines if made.get("id") not in replaced]


def _taken(made: dict[str, Any]) -> str:
    return ", ".join(filter(None, (made["text"], made["more"])))


def brief(view: View, found: list[Fresh], results: dict[str, str], whole: str) -> dict[str, Any]:
    """The part of the overview: the first lines, results as one line of each sort, which leads to the `whole` page.

    `results`: id → name.
    """
    t = view.t
    observed = [each for each in found if TYPE_NAMES[each.read.type] == "Observation"]
    others = [each for each in found if TYPE_NAMES[each.read.type] != "Observation"]
    drugs = [each for each in others if TYPE_NAMES[each.read.type] in _MEDICINES]
    rest = [each for each in others if TYPE_NAMES[each.read.type] not in _MEDICINES]
    lines = medicines(view, drugs)[:SHOWN]
    lines += [line(view, each) for each in rest[: max(0, SHOWN - len(lines))]]
    for kinds, one, many in (
        ((Kind.RESULT,), t("%d nytt prøvesvar"), t("%d nye prøvesvar")),
        ((Kind.VITAL,), t("%d ny måling"), t("%d nye målinger")),
    ):
        some = [each for each in observed if each.read.kind in kinds]
        if some:
            lines.append(_counted(view, some, (one if len(some) == 1 else many) % len(some), results, whole))
    some = [each for each in observed if each.read.kind not in (Kind.RESULT, Kind.VITAL)]
    if some:
        text = (t("%d ny opplysning") if len(some) == 1 else t("%d nye opplysninger")) % len(some)
        lines.append(_counted(view, some, text, results, whole))
    return {"lines": lines, "rest": max(0, len(others) - SHOWN)}


def _counted(view: View, some: list[Fresh], text: str, results: dict[str, str], whole: str) -> dict[str, Any]:
    names = list(dict.fromkeys(name for each in some if (name := results.get(each.read.id))))
    more = ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")
    places = list(dict.fromkeys(name for each in some if (name := view.names.get(each.read.org))))
    return {
        "mark": view.t("Ny") if all(each.before is None for each in some) else view.t("Ny eller endret"),
        "color": "accent",
        "text": text,
        "kind": "",
        "href": f"{whole}#prover",
        "more": more,
        "was": [],
        "by": ", ".join(places[:2]),
        "when": view.t.brief(some[0].read.known),
    }
