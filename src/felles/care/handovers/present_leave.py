"""Being away, in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from felles.access.leave import Desk
    from felles.care.handovers.present import Names
    from felles.ui.i18n import Language

_FIELDS: Final = {"first": "fra", "last": "til", "stand_in": "stedfortreder"}


def leaves(t: Language, at: Desk, names: Names, now: int) -> list[dict[str, Any]]:
    """Each leave that is not over: its days, who stands in, and whether it has begun."""
    return [
        {
            "since": each.since,
            "first": t.brief(each.since),
            "last": t.brief(each.until - 1),
            "stand_in": (names.get(each.stand_in, "") or t("En kollega")) if each.stand_in else "",
            "begun": each.since <= now,
        }
        for each in at.leaves
    ]


def wrong(t: Language, found: Mapping[str, str]) -> dict[str, str]:
    """Field of the form → what is wrong with it."""
    said = {
        "past": t("Siste dag har vært. Velg en dag som ikke er over."),
        "order": t("Siste dag kan ikke være før første dag."),
        "long": t("Et fravær kan vare litt over et år. Er det lengre, avsluttes rollen."),
        "twice": t("Det er satt opp fravær disse dagene allerede. Avlys det først."),
        "foreign": t("Velg en kollega fra listen."),
    }
    dates = {"first": t("Velg første dag."), "last": t("Velg siste dag.")}
    return {_FIELDS[name]: dates.get(name, "") if rule == "date" else said[rule] for name, rule in found.items()}


def told(t: Language, until: int, stand_in: str) -> str:
    """That somebody is away until a moment, and who has what is hers ("": her unit)."""
    day = t.brief(until - 1)
    if stand_in:
        return t("borte til og med {day}, stedfortreder {name}").format(day=day, name=stand_in)
    return t("borte til og med {day}, enheten får det").format(day=day)
