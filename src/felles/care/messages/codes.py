"""The codes of what citizens write, and what must be rung about at once.

Sources: Helsedirektoratet, Nasjonal faglig retningslinje for svangerskapsomsorgen (140 and/or 90 mmHg; headache,
disturbed sight and pain under the ribs are looked for together with the pressure; fewer movements are rung about the
same day), https://www.helsedirektoratet.no/retningslinjer/svangerskapsomsorgen. To be confirmed by a midwife and an
obstetrician before use; the pressure is a site's to set (`FELLES_PREGNANCY_PRESSURE`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from felles.access.verbs import ASKS

if TYPE_CHECKING:
    from felles.ui.i18n import Language

QUESTION: Final = "question"
"""`Communication.category` in CASE_SYSTEM of what asks something; one of `access.verbs.ASKS`."""
MEASURED: Final = "measurement"
"""A second category: it tells of a value that she measured herself."""
SENT: Final = ASKS
"""Categories of what citizens send."""
PREGNANT: Final = ("82810-3", "11778-8", "8665-2")
"""LOINC: pregnancy status, delivery date estimated, first day of the last period."""
PRESSURE, UPPER, LOWER = "85354-9", "8480-6", "8462-4"
"""LOINC: blood pressure panel, systolic, diastolic."""
AT_HOME: Final = "Egen måling hjemme"
"""`Observation.method` of what somebody measured herself, in the record's language."""
SYMPTOMS: Final = ("hodepine", "syn", "ribbein", "liv")
"""Fields that are ticked: headache, sight, pain under the ribs, fewer movements of the child."""
BOUNDS: Final = {"overtrykk": (30, 350), "undertrykk": (10, 250)}
"""What a cuff can show, in mmHg: it catches a slip of the keys, and is no judgement."""
WRITTEN: Final = {
    "hodepine": "Hodepine",
    "syn": "Synsforstyrrelser",
    "ribbein": "Smerter under ribbene",
    "liv": "Mindre liv enn vanlig",
}
"""A symptom as it stands in the record."""


def symptom(t: Language, code: str) -> str:
    """A symptom as she ticks it."""
    return {
        "hodepine": t("Vond hodepine"),
        "syn": t("Synet er forstyrret: flimmer, prikker, tåke"),
        "ribbein": t("Smerter under ribbene"),
        "liv": t("Barnet sparker mindre enn vanlig"),
    }[code]
