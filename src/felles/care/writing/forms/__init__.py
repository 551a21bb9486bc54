"""The forms. A new one is a module beside these and one line here; `FORMS` is in the order in which they are listed."""

from __future__ import annotations

from typing import Final

from felles.care.writing.form import Form
from felles.care.writing.forms.allergy import ALLERGY
from felles.care.writing.forms.asked import QUESTION, TASK
from felles.care.writing.forms.correct_allergy import RIGHT_ALLERGY
from felles.care.writing.forms.correct_measurement import RIGHT_MEASUREMENT
from felles.care.writing.forms.correct_problem import RIGHT_PROBLEM
from felles.care.writing.forms.correct_told import RIGHT_TOLD
from felles.care.writing.forms.correct_vaccination import RIGHT_VACCINATION
from felles.care.writing.forms.deviation import DEVIATION
from felles.care.writing.forms.epicrisis import SUMMARY
from felles.care.writing.forms.kin import KIN, KIN_CHANGED
from felles.care.writing.forms.measurement import MEASUREMENT
from felles.care.writing.forms.medicine import DOSE, GO_ON, NO_MORE, PAUSE, START, STOP, TOLD
from felles.care.writing.forms.message import MESSAGE
from felles.care.writing.forms.note import ADDITION, NOTE
from felles.care.writing.forms.plan import ANSWER_PLAN
from felles.care.writing.forms.problem import PROBLEM, PROBLEM_OVER
from felles.care.writing.forms.proposal import ACCEPT_DOSE, ACCEPT_STOP, PROPOSE_DOSE, PROPOSE_STOP
from felles.care.writing.forms.ready import ANSWER_OFFER, READY
from felles.care.writing.forms.referral import REFER
from felles.care.writing.forms.sent import SENT
from felles.care.writing.forms.unsigned import SIGN, UNSIGNED
from felles.care.writing.forms.vaccination import VACCINATION
from felles.care.writing.forms.visit import VISIT

FORMS: Final[dict[str, Form]] = {
    form.name: form
    for form in (
        NOTE,
        MEASUREMENT,
        START,
        TOLD,
        PROBLEM,
        ALLERGY,
        VACCINATION,
        DEVIATION,
        SENT,
        UNSIGNED,
        KIN,
        REFER,
        TASK,
        QUESTION,
        MESSAGE,
        READY,
        SUMMARY,
        ADDITION,
        RIGHT_MEASUREMENT,
        RIGHT_ALLERGY,
        RIGHT_VACCINATION,
        SIGN,
        DOSE,
        STOP,
        PAUSE,
        GO_ON,
        NO_MORE,
        RIGHT_TOLD,
        PROBLEM_OVER,
        RIGHT_PROBLEM,
        KIN_CHANGED,
        ANSWER_PLAN,
        ANSWER_OFFER,
        PROPOSE_DOSE,
        PROPOSE_STOP,
        ACCEPT_DOSE,
        ACCEPT_STOP,
        VISIT,
    )
}
"""Name → form."""
