"""A form, a draft and what became of it, in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.care.entries import present as entries
from felles.care.writing.form import here
from felles.care.writing.rules import moment
from felles.record.clock import MICROSECONDS
from felles.record.writings import KEPT, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from felles.care.writing.form import Field, Form, Known, Mistake
    from felles.record.writings import Writing
    from felles.ui.i18n import Language


def returned(t: Language, why: str) -> str:
    """Why what was signed came back to the writer."""
    return {
        "role": t("Rollen du signerte i, gjelder ikke lenger."),
        "closed": t("Journalen, eller det du endret, er ikke lenger åpen for deg."),
        "met": t("Andre endret det samme mens du skrev."),
        "rule": t("Noe i journalen er endret, så feltene må ses over på nytt."),
        "refused": t("Journalen tok ikke imot det slik det er skrevet."),
        "signed": t("Det som sto her, er alt signert."),
    }.get(why, t("Noe gikk galt hos oss."))


def back(t: Language, found: Writing | None) -> str:
    """Why a draft is not in the record though it was signed, or what it was begun from was; "" for others."""
    if found is None or not (found.anew or found.state is State.RETURNED):
        return ""
    return returned(t, "signed" if found.anew else found.said)


def fields(
    t: Language, form: Form, values: Mapping[str, str], known: Known, mistakes: Iterable[Mistake] = ()
) -> list[dict[str, Any]]:
    """The fields as the template fills them in, in the groups that stand on one line."""
    wrong = {each.field: each.text for each in mistakes}
    groups: list[dict[str, Any]] = []
    for f in form.fields:
        if not here(f, known):
            continue
        made = _field(t, f, values.get(f.name, ""), known, wrong.get(f.name, ""))
        if f.pair and groups and groups[-1]["pair"] == f.pair:
            groups[-1]["fields"].append(made)
        else:
            groups.append({"pair": f.pair, "fields": [made]})
    return groups


def _field(t: Language, f: Field, value: str, known: Known, wrong: str) -> dict[str, Any]:
    choices = f.choices(t, known) if f.choices else []
    return {
        "name": f.name,
        "label": f.label(t),
        "kind": f.kind,
        "value": value,
        "unit": f.unit,
        "required": f.required,
        "first": f.first,
        "longest": f.longest,
        "hint": f.hint(t, known) if f.hint else "",
        "wrong": wrong,
        "suggest": f.suggest(known) if f.suggest else [],
        "receivers": []
        if f.kind != "receiver"
        else [
            {
                "ref": each.reference,
                "name": each.name,
                "above": each.above,
                "phone": each.phone,
                "on": each.reference == value or (not value and [each] == [r for r in known.receivers if r.found]),
            }
            for each in known.receivers
        ],
        "choices": [{"value": value_, "text": text, "on": value_ == value} for value_, text in choices],
    }


def texts(t: Language, form: Form, values: Mapping[str, str], known: Known | None = None) -> list[dict[str, str]]:
    """A text of the form as it is read: label and value of what is filled in; what was chosen by its name."""
    said: list[dict[str, str]] = []
    for f in form.fields:
        value = values.get(f.name, "")
        if known is not None and f.choices:
            value = dict(f.choices(t, known)).get(value, value)
        if known is not None and f.kind == "receiver":
            chosen = known.receiver(value)
            value = chosen.name if chosen else value
        if f.kind == "moment" and (at := moment(value)):
            value = t.moment(int(at.timestamp()) * MICROSECONDS)
        if value and f.name != "mottaker":
            said.append({"label": f.label(t), "value": value})
    return said


def about(t: Language, base: str, known: Known, *, moved: bool) -> dict[str, Any] | None:
    """The entry that the form changes, as it stands now; all of it where it has `moved` since writing began."""
    if known.one is None:
        return None
    resource = known.one.resource
    kind, lead = entries.heading(t, base, resource)
    return {
        "kind": kind,
        "lead": lead or kind,
        "href": f"{base}/e/{resource['resourceType']}/{resource['id']}",
        "tree": entries.seen(t, base, resource, whole=moved),
        "when": t.fhir_moment(str(resource.get("meta", {}).get("lastUpdated", ""))),
    }


def draft(t: Language, base: str, form: Form, found: Writing) -> dict[str, Any]:
    """A draft as a line of the list of them."""
    named = next((found.fields[f.name] for f in form.fields if found.fields.get(f.name)), "")
    gone = found.state is State.GONE
    om = f"?om={found.about}" if found.about else ""
    return {
        "title": form.title(t),
        "icon": form.icon,
        "text": named[:80],
        "when": t.moment(found.changed),
        "until": t.day(found.changed + KEPT),
        "href": "" if gone else f"{base}/skriv/{form.name}{om}",
        "away": False,
        "gone": gone,
        "returned": back(t, found),
        "waits": found.state is State.SIGNED,
        "undo": f"{base}/skriv/{form.name}?utkast={found.id}",
    }


def came_back(t: Language, form: Form, found: Writing) -> dict[str, Any]:
    """What was signed and did not go in: what was typed, as it stands outside a record that may be closed by now."""
    typed = (found.fields.get(f.name, "") for f in form.fields if f.kind in ("text", "line") and f.name != "mottaker")
    return {
        "title": form.title(t),
        "why": returned(t, found.said),
        "texts": [text for text in typed if text],
        "when": t.moment(found.changed),
        "until": t.day(found.changed + KEPT),
        "href": draft(t, f"/p/{found.patient.partition('/')[2]}", form, found)["href"],
    }


def handed(t: Language, line: Mapping[str, Any], changed: int) -> dict[str, Any]:
    """What is begun about a hand-over (a line of `kept.listed`), in the same list: it is written on at its own page."""
    blank = {"gone": False, "returned": "", "waits": False, "undo": "", "away": True, "icon": "Tasklist"}
    said = {"title": line["title"], "text": line["texts"][0][:80], "href": line["href"], "when": line["when"]}
    return blank | said | {"until": t.day(changed + KEPT)}
