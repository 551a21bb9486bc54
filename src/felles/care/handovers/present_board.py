"""The board in words: what is counted where, and of each hand-over how old it is, whose, and what comes next. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from felles.access.handovers.asking import CITIZENS
from felles.access.handovers.kinds import Kind, rule_of
from felles.access.handovers.states import State
from felles.care.handovers.present import COLORS, Names, kind, state

if TYPE_CHECKING:
    from collections.abc import Mapping

    from felles.record.read_board import BoardRow, Counted
    from felles.ui.i18n import Language

COUNTS: Final = ("many", "unread", "unassigned", "untaken", "late", "nobody")
"""What the board counts (`record.read_board.TELLINGS`)."""
BY_CODE: Final = {kind.code: kind for kind in Kind}
"""Each kind by its code, as addresses name it."""


def titles(t: Language) -> dict[str, str]:
    """What each count is called."""
    return {
        "many": t("Åpne"),
        "unread": t("Ikke mottatt"),
        "unassigned": t("I innkurv uten navn"),
        "untaken": t("Ingen tok den"),
        "late": t("Over fristen"),
        "nobody": t("Eier uten bemanning"),
    }


def told(telling: str, *, state: int, inbox: bool, late: bool, nobody: bool) -> bool:
    """Whether a hand-over is among those that `telling` counts."""
    return {
        "unread": state == State.SENT,
        "unassigned": inbox and State.SENT < state <= State.ACCEPTED,
        "untaken": state == State.UNTAKEN,
        "late": late,
        "nobody": nobody,
    }.get(telling, True)


def counted(
    t: Language, rows: list[Counted], names: Names, places: Mapping[int | str, str], path: str
) -> list[dict[str, Any]]:
    """For each place and kind so many, with the oldest; the worst first.

    `places`: the reference of each place, for the address (below `path`) that opens what is counted.
    """
    found: dict[tuple[int | str, int, bool], list[Counted]] = {}
    for each in rows:
        found.setdefault((each.org, each.kind, each.urgent), []).append(each)
    shown: list[dict[str, Any]] = []
    for (org, which, urgent), group in found.items():
        counts = {name: sum(each.many for each in group if _is(name, each)) for name in COUNTS}
        asked = {"hos": places.get(org, ""), "slag": Kind(which).code} | ({"haster": "1"} if urgent else {})
        shown.append(
            counts
            | {
                "place": names.get(org, "") or t("Ukjent virksomhet"),
                "kind": kind(t, Kind(which)),
                "urgent": urgent,
                "to": {
                    name: f"{path}{'&' if '?' in path else '?'}{urlencode({'hva': name} | asked)}"
                    for name in COUNTS
                    if counts[name]
                },
                "oldest": t.brief(min(each.oldest for each in group)),
                "first": t.brief(min(each.first for each in group)),
                "rank": (counts["nobody"], counts["untaken"], counts["late"], urgent, counts["unread"]),
            }
        )
    return sorted(shown, key=lambda each: each["rank"], reverse=True)


def _opening(path: str, asked: Mapping[str, str]) -> str:
    return f"{path}{'&' if '?' in path else '?'}{urlencode(asked)}"


def _is(name: str, each: Counted) -> bool:
    return told(name, state=each.state, inbox=each.inbox, late=each.late, nobody=each.nobody)


def total(rows: list[dict[str, Any]], path: str) -> dict[str, dict[str, Any]]:
    """The sums, each with the address that opens it."""
    sums = {name: sum(row[name] for row in rows) for name in COUNTS}
    return {name: {"many": many, "to": _opening(path, {"hva": name}) if many else ""} for name, many in sums.items()}


def line(t: Language, row: BoardRow, names: Names, above: Mapping[str, str]) -> dict[str, Any]:
    """One hand-over of the board: no person, nothing of the entry."""
    where = State(row.state)
    return {
        "kind": kind(t, Kind(row.kind)),
        "urgent": row.urgent,
        "place": names.get(row.org, "") or t("Ukjent virksomhet"),
        "owner": _who(t, row.owner, names),
        "state": state(t, where),
        "color": COLORS[where],
        "since": t.moment(row.since),
        "next": t.moment(row.next) if row.urgent else t.brief(row.next),
        "late": row.late,
        "step": step(t, row, names, above),
    }


def step(t: Language, row: BoardRow, names: Names, above: Mapping[str, str]) -> str:
    """What comes next, and whose it is or becomes, as the keeper has it. `above`: the staffed unit above a receiver."""
    owner, sender, where = _who(t, row.owner, names), _who(t, row.sender, names), State(row.state)
    own = row.sender.startswith(CITIZENS)
    if row.nobody:
        empty = t("Ingen bemanner {who}.").format(who=owner)
        if Kind(row.kind).case:
            return (
                f"{empty} {t('Den flyttes til nærmeste over som tar slike saker, ellers til den som driver Felles.')}"
            )
        if own:
            return f"{empty} {t('Den flyttes til enheten over, ellers til den som driver Felles.')}"
        return t("Ingen bemanner {who}. Den flyttes til enheten over, ellers til {sender}.").format(
            who=owner, sender=sender
        )
    if where.back:
        return " ".join(filter(None, (_back(t, row, owner), _unseen(t, row))))
    if where is not State.SENT:
        return t("{who} ser på den igjen da.").format(who=owner)
    return _of_case(t, row, names) if Kind(row.kind).case else _climbs(t, row, names, above)


def _back(t: Language, row: BoardRow, owner: str) -> str:
    """What whoever has it must do, of what came back or nobody took."""
    if Kind(row.kind).case:
        return t("{who} må svare eller sende den videre.").format(who=owner)
    if row.last:
        return t("{who} må sende den til noen andre eller avslutte den.").format(who=owner)
    if row.sender.startswith(CITIZENS):
        return t("{who} må ta den, svare eller sende den til noen andre.").format(who=owner)
    return t("{who} må sende den til noen andre, svare eller avslutte den.").format(who=owner)


def _unseen(t: Language, row: BoardRow) -> str:
    """Where it goes by itself when nobody looks (`access.handovers.keeper`: unseen); "" where it stays."""
    which, where = Kind(row.kind), State(row.state)
    own = where is State.UNTAKEN and row.sender.startswith(CITIZENS)
    climbs = row.urgent and where is not State.ANSWERED and not which.case and which not in (Kind.ORDER, Kind.OFFER)
    if not climbs or row.last or not (own or row.owner == row.sender):
        return ""
    return t(
        "Ser ingen på den innen fristen, går den til neste på vakt der eller over, til sist til den som driver Felles."
    )


def _of_case(t: Language, row: BoardRow, names: Names) -> str:
    """To whom a case goes on: desk by desk, in the end to who runs the record."""
    rungs = [rung for rung, _ in rule_of(Kind(row.kind), urgent=row.urgent).ladder[row.rung :]]
    if "above" in rungs:
        return t("Går da til nærmeste over som tar slike saker, ellers til den som driver Felles.")
    if "operator" in rungs:
        return t("Går da til den som driver Felles.")
    return t("Blir hos {who}, som må svare.").format(who=_who(t, row.owner, names))


def _climbs(t: Language, row: BoardRow, names: Names, above: Mapping[str, str]) -> str:
    """To whom it goes on when nobody receives it: as `access.handovers.states.climb` does it."""
    own, sender = row.sender.startswith(CITIZENS), _who(t, row.sender, names)
    for rung, _ in rule_of(Kind(row.kind), urgent=row.urgent).ladder[row.rung :]:
        if rung == "duty" and own:
            return t("Går da til neste på vakt der eller i enheten over, til sist til den som driver Felles.")
        if rung == "duty":
            return t("Går da til neste på vakt der, ellers tilbake til {sender}.").format(sender=sender)
        if rung == "above" and row.receiver in above:
            return t("Går da til {who}.").format(who=_who(t, above[row.receiver], names))
        if rung == "sender":
            break
    if own and row.urgent:
        return t("Går da til neste på vakt der eller i enheten over, til sist til den som driver Felles.")
    if own:
        return t("Blir hos {who}, som må svare.").format(who=_who(t, row.owner, names))
    return t("Går da tilbake til {who}.").format(who=sender)


def parties(rows: list[BoardRow], above: Mapping[str, str]) -> set[str | int]:
    """Whoever is named on the list."""
    found: set[str | int] = {each for row in rows for each in (row.owner, row.sender, row.receiver, row.org)}
    return found | set(above.values())


def _who(t: Language, reference: str, names: Names) -> str:
    if reference.startswith(CITIZENS):
        return t("pasienten")
    return names.get(reference, "") or t("ukjent mottaker")
