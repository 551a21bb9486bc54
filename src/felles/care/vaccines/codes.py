"""Which codes of vaccines the programme knows: those of ATC, and no other.

Other lands carry CVX (http://hl7.org/fhir/sid/cvx) or SNOMED CT. No published map from them to the programme's series
is at hand, and none is made up: what carries them is shown by its own words, and the programme is then not judged.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from felles.care.medicines.lines import day_of
from felles.fhir.norway.systems import ATC

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.care.vaccines.views import Immunization


def known(given: Iterable[Immunization]) -> tuple[list[tuple[date, str]], int]:
    """((day, ATC code) of the vaccines that the programme can count, how many it cannot).

    With one that it cannot count nobody can say which dose is due: it may be that very one.
    """
    counted: list[tuple[date, str]] = []
    unknown = 0
    for entry in given:
        codes = [coding.code for coding in entry.vaccine_code.coding if coding.system == ATC and coding.code]
        day = day_of(entry.occurrence_date_time)
        if codes and day is not None:
            counted.append((day, codes[0]))
        else:
            unknown += 1
    return counted, unknown
