"""Looks in plain words. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from felles.access.roles import ROLES
from felles.care import grounds
from felles.care.doors.rules import Contact, Look
from felles.care.entries import labels

if TYPE_CHECKING:
    from felles.ui.i18n import Language


Acts = Mapping[str, "Callable[[Language], str]"]
"""What the domains say of their own acts (`Domain.acts`)."""


def groups(t: Language, found: list[Contact], acts: Acts, line_of: Callable[[Look], str]) -> list[dict[str, Any]]:
    """The contacts with their looks, newest first. `line_of` seals a look's line, "" where nobody answers for it."""
    return [
        {
            "title": _heading(t, contact),
            "period": _period(t, contact),
            "why": grounds.about(t, contact.looks[0].line.basis or "") if contact.kind == "care" else "",
            "shut": contact.looks[0].line.who.org if contact.kind == "care" else "",
            "looks": [_look(t, look, acts) | {"line": line_of(look)} for look in contact.looks],
        }
        for contact in found
    ]


def _heading(t: Language, contact: Contact) -> str:
    return (
        {
            "own": t("Deg selv"),
            "system": t("Datasystemer"),
            "list": t("Lister der du står"),
            "refused": t("Forsøk som ble avvist"),
        }.get(contact.kind)
        or contact.looks[0].line.who.organization
        or t("Andre")
    )


def _period(t: Language, contact: Contact) -> str:
    first, last = t.day(contact.first), t.day(contact.last)
    return first if first == last else f"{first} – {last}"


def _look(t: Language, look: Look, acts: Acts) -> dict[str, Any]:
    who = look.line.who
    role = ROLES.get(who.role)
    first, last = t.clock(look.first), t.clock(look.last)
    return {
        "kind": look.kind,
        "title": _title(t, look),
        "role": "" if role is None or look.kind == "own" else (role.en if t.code == "en" else role.nb),
        "place": who.organization,
        "when": f"{t.day(look.last)} {t('kl. {time}').format(time=first if first == last else f'{first}–{last}')}",
        "why": grounds.about(t, look.line.basis) if look.line.basis and look.kind not in ("own", "system") else "",
        "reason": who.reason,
        "what": _what(t, look, acts),
    }


def _title(t: Language, look: Look) -> str:
    name = look.line.who.name or t("Ukjent")
    return {
        "look": t("{name} åpnet journalen din"),
        "write": t("{name} skrev i journalen din"),
        "refused": t("{name} prøvde å åpne journalen din, men fikk ikke"),
        "list": t("{name} så navnet ditt på listen over pasienter"),
        "system": t("Et datasystem hentet eller skrev opplysninger: {name}"),
        "own": t("Du åpnet journalen din"),
        "erased": t("En linje er slettet etter loven"),
    }[look.kind].format(name=name)


def _what(t: Language, look: Look, acts: Acts) -> list[str]:
    said: dict[str, int] = {}
    for (act, type_name), count in look.opened.items():
        if not type_name:
            said[t.many("Skrev én oppføring", "Skrev %d oppføringer", count)] = 1
            continue
        text = acts[act](t) if act in acts else _part(t, act, type_name)
        said[text] = said.get(text, 0) + count
    return [text if count == 1 else f"{text} ({t.many('%d gang', '%d ganger', count)})" for text, count in said.items()]


def _part(t: Language, act: str, type_name: str) -> str:
    kind = labels.types(t).get(type_name, type_name)
    acts = {
        "page:overview": t("Så oversikten over journalen"),
        "page:list": t("Så en liste der du står"),
        "everything": t("Hentet hele journalen"),
        "lookup": t("Slo opp hvem du er"),
        "page:log": t("Leste innsynsloggen"),
        "audit": t("Leste innsynsloggen"),
        "move-away": t("Flyttet bort noe som ikke var om deg"),
        "move-here": t("Flyttet hit noe om deg som var skrevet på feil person"),
    }
    if act in acts:
        return acts[act]
    verbs = {
        "create": t("Skrev: {what}"),
        "update": t("Endret: {what}"),
        "delete": t("Slettet: {what}"),
        "write": t("Skrev: {what}"),
        "search": t("Søkte i: {what}"),
        "history": t("Leste tidligere versjoner av: {what}"),
        "refused": t("Ba om: {what}"),
        "import": t("Overførte: {what}"),
    }
    return verbs.get(act, t("Leste: {what}")).format(what=kind)
