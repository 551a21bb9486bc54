"""What is held back, in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access.holding import PARENTS, Reason
from felles.record.clock import FOREVER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from felles.record.read_held import HeldBack
    from felles.ui.i18n import Language

_RESULTS: Final = frozenset({Reason.NOT_SEEN, Reason.TALK, Reason.NOT_DIGITAL})


def answers(t: Language, held: list[HeldBack], names: Mapping[str | int, str]) -> list[dict[str, str]]:
    """Answers that are ready and not shown, one line for what came from one place and waits for the same."""
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for each in held:
        if each.reason in _RESULTS:
            line = _answer(t, each, names)
            found.setdefault(tuple(line.values()), line)
    return list(found.values())


def _answer(t: Language, each: HeldBack, names: Mapping[str | int, str]) -> dict[str, str]:
    said = {
        Reason.NOT_SEEN: t("Legen din ser på det først."),
        Reason.TALK: t("Noen snakker med deg først. Du får en samtale eller en time."),
        Reason.NOT_DIGITAL: t("Dette svaret gis ikke digitalt. Du får det av den som behandler deg."),
    }
    latest = "" if each.until == FOREVER else t("Du ser det senest {day}.").format(day=t.day(each.until))
    return {
        "from": names.get(each.org) or t("virksomhet ikke registrert"),
        "came": t.day(each.updated),
        "who": said[Reason(each.reason)],
        "latest": latest,
    }


def withheld(t: Language, held: list[HeldBack], names: Mapping[str | int, str]) -> list[dict[str, str]]:
    """Entries held back on the law's grounds: by whom and when they are looked at anew, never what or how much."""
    said = {
        Reason.DANGER: t("Fare for liv eller alvorlig helseskade for deg (pasient- og brukerrettighetsloven § 5-1)"),
        Reason.INADVISABLE: t(
            "Klart utilrådelig av hensyn til en som står deg nær (pasient- og brukerrettighetsloven § 5-1)"
        ),
    }
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for each in held:
        if each.reason in said:
            line = {
                "by": names.get(each.org) or t("virksomhet ikke registrert"),
                "ground": said[Reason(each.reason)],
                "review": t.day(each.review) if each.review else "",
            }
            found.setdefault(tuple(line.values()), line)
    return list(found.values())


def state(t: Language, held: list[HeldBack]) -> list[dict[str, Any]]:
    """What holds one entry back now, for staff; `end` is the Consent that can be ended."""
    return [
        {
            "text": _from(t, each),
            "why": _why(t, each),
            "until": "" if each.until == FOREVER else t("til {day}").format(day=t.day(each.until)),
            "review": t("vurderes på nytt {day}").format(day=t.day(each.review)) if each.review else "",
            "end": "" if each.passed or not each.source.startswith("Consent/") else each.source.partition("/")[2],
        }
        for each in held
    ]


def waits(held: list[HeldBack]) -> bool:
    """Whether a doctor's look would let the person see the entry."""
    return any(each.reason in _RESULTS and not each.passed for each in held)


def _from(t: Language, each: HeldBack) -> str:
    return t("Foreldre ser ikke dette.") if each.from_whom == PARENTS else t("Pasienten ser ikke dette.")


def _why(t: Language, each: HeldBack) -> str:
    return {
        Reason.DANGER: t("Fare for liv eller alvorlig helseskade (§ 5-1)"),
        Reason.INADVISABLE: t("Klart utilrådelig av hensyn til en nærstående (§ 5-1)"),
        Reason.NOT_SEEN: t("Svaret er ikke sett av lege ennå"),
        Reason.TALK: t("Noen skal snakke med pasienten først"),
        Reason.NOT_DIGITAL: t("Svaret gis ikke digitalt"),
        Reason.NOT_TO_PARENTS: t("Ikke til foreldre (§ 3-4)"),
    }[Reason(each.reason)]
