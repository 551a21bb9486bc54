"""What stands: entries that are not over, found through an index that holds nothing else.

A long record is mostly past: prescriptions that ended, problems that went over, appointments that were kept. A
page that asks for the current ones must not read the others, so `entry_standing` (migration 0006) is a partial
index over this very condition; PostgreSQL uses it only where a statement carries the same words, which is why
they are written here and nowhere else. It is a matter of cost alone: a page's rules look at each entry again.

The codes are those of FHIR R4's required value sets. An entry that says nothing of its state stands, and so does
one whose state the index does not know (Flag has no search parameter for its status).
"""

from __future__ import annotations

from typing import Final

from felles.fhir.search.marks import code_mark
from felles.record.numbers import TYPES

HAPPENED: Final = ("Composition", "DiagnosticReport", "DocumentReference", "Encounter", "Procedure")
"""Types whose entries tell what happened: they stand unless they were withdrawn or never took place."""
LASTING: Final = (
    "AllergyIntolerance",
    "Appointment",
    "CarePlan",
    "CareTeam",
    "Condition",
    "EpisodeOfCare",
    "Flag",
    "MedicationRequest",
    "MedicationStatement",
    "ServiceRequest",
    "Task",
)
"""Types whose entries hold until they are over."""
NOT_SO: Final = (("status", "entered-in-error"), ("status", "cancelled"), ("status", "not-done"))
"""(search parameter, code) of what did not happen."""
OVER: Final = (
    *(
        ("status", code)
        for code in (
            "cancelled",
            "completed",
            "entered-in-error",
            "failed",
            "finished",
            "fulfilled",
            "inactive",
            "noshow",
            "not-taken",
            "rejected",
            "revoked",
            "stopped",
        )
    ),
    *(("clinical-status", code) for code in ("inactive", "remission", "resolved")),
    *(("verification-status", code) for code in ("entered-in-error", "refuted")),
)
"""(search parameter, code) of what lasted and is over, or never was."""


def marks(codes: tuple[tuple[str, str], ...]) -> str:
    """The marks of (search parameter, code) as a constant of SQL."""
    return "'{" + ",".join(str(code_mark(param, code)) for param, code in codes) + "}'::bigint[]"


def _among(names: tuple[str, ...]) -> str:
    return "type in (" + ", ".join(str(TYPES[name]) for name in names) + ")"


_CONDITION: Final = (
    "{e}state = 0 and {e}form = 0 and not {e}deleted"
    f" and ({{e}}{_among(HAPPENED)} and not {{e}}marks && {marks(NOT_SO).replace('{', '{{').replace('}', '}}')}"
    f" or {{e}}{_among(LASTING)} and not {{e}}marks && {marks(OVER).replace('{', '{{').replace('}', '}}')})"
)
STANDS: Final = _CONDITION.format(e="e.")
"""Whether row `e` of `entry` stands: the condition of the index, word for word."""
INDEX: Final = (
    "create index concurrently entry_standing on entry (bucket, person, type, low, id)\n"
    f" where {_CONDITION.format(e='')};"
)
"""The index as migration 0006 makes it (a test compares)."""
