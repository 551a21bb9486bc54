"""Reports of faults in words. Pure."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final

from felles.access.faults import LONGEST, State
from felles.access.roles import ROLES

if TYPE_CHECKING:
    from felles.access.faults import Fault
    from felles.ui.i18n import Language

LEAD: Final = 80
"""Letters of a report in the list."""
COLORS: Final = {State.REPORTED: "warning", State.TAKEN: "info", State.CLOSED: "success"}


def wrong(t: Language, rule: str) -> str:
    """What is wrong with the words (`access.faults.wrong`), and what to do; "" when nothing is."""
    return {
        "": "",
        "missing": t("Skriv hva som gikk galt."),
        "long": t("For langt: høyst {count} tegn.").format(count=LONGEST),
        "number": t(
            "Her står elleve siffer som kan være et fødselsnummer. Ta dem bort: meldingen skal ikke si hvem "
            "det gjelder."
        ),
        "full": t("Det er for mange åpne meldinger. Prøv igjen senere."),
    }[rule]


def state(t: Language, of: State) -> str:
    """How far a report has come."""
    return {State.REPORTED: t("Mottatt"), State.TAKEN: t("Under arbeid"), State.CLOSED: t("Lukket")}[of]


def fault(t: Language, row: Fault) -> dict[str, Any]:
    """One report."""
    role = ROLES.get(row.role)
    named = "" if role is None else role.en if t.code == "en" else role.nb
    return {
        "href": f"/admin/feil/{row.id}",
        "state": state(t, row.state),
        "color": COLORS[row.state],
        "open": row.state is not State.CLOSED,
        "words": row.words,
        "lead": textwrap.shorten(row.words, LEAD, placeholder=" …"),
        "route": row.route,
        "version": row.version,
        "request": row.request,
        "who": ", ".join(filter(None, (named, row.place))) or t("Ikke logget inn"),
        "made": t.moment(row.made),
        "owner": row.owner_name or "",
        "taken": t.moment(row.taken) if row.taken else "",
        "answer": row.answer or "",
        "closed": t.moment(row.closed) if row.closed else "",
    }
