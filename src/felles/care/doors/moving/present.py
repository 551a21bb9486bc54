"""What the pages that move an entry say. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.record.errors import Absent, Conflict, Forbidden, Gone, PreconditionFailed

if TYPE_CHECKING:
    from felles.record.errors import RecordError
    from felles.ui.i18n import Language


def refused(t: Language, error: RecordError) -> str:
    """Why it was not moved, in words that name nobody."""
    if isinstance(error, Forbidden):
        return t("Den er ikke flyttet. Virksomheten din må ha skrevet den, og begge journalene må være åpne for deg.")
    if isinstance(error, PreconditionFailed):
        return t("Den er ikke flyttet. Noen har endret den mens du så på den. Les den på nytt før du flytter.")
    if isinstance(error, Absent | Gone):
        return t("Den er flyttet eller slettet alt, eller virksomheten din svarer ikke for den.")
    if isinstance(error, Conflict):
        return t(
            "Den er ikke flyttet. Noe står i veien: den er hos denne personen alt, eller du ser bare en del av den."
        )
    return t(
        "Den kan ikke flyttes slik den er. Teksten nevner kanskje den den står på, eller den hører til en annen "
        "oppføring. Rett den først, eller før den på nytt."
    )
