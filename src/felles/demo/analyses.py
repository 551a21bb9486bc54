# ruff: noqa: E501 - tables read by their columns
"""Tests and measurements: LOINC and Norsk laboratoriekodeverk (NLK), unit, decimals, reference ranges by sex and age.

Single codes, with texts of our own. Reference ranges as Norwegian hospital laboratories commonly print them (Nordic
reference interval project for what it covers); they are made-up people's, and nobody's rule of treatment.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pow as power

Range = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Test:
    """A test. `vital`: measured, not analysed. `women`, `men`: the range of grown-ups; `most`: what can be at all."""

    key: str
    loinc: str
    nlk: str
    name: str
    unit: str
    ucum: str
    decimals: int
    most: tuple[float, float]
    women: Range = (None, None)
    men: Range | None = None
    vital: bool = False

    def reference(self, *, female: bool, age: float, pregnant: bool = False) -> Range:
        """The reference range of somebody; (None, None) where there is none."""
        if self.key in _OF_AGE:
            for below, low, high in _OF_AGE[self.key]:
                if age < below:
                    return low, high
        if pregnant and self.key == "hb":
            return 10.5, 15.2
        return self.women if female or self.men is None else self.men


_OF_AGE: dict[str, tuple[tuple[float, float | None, float | None], ...]] = {
    "hb": ((2, 10.3, 13.6), (6, 10.8, 13.6), (14, 11.4, 14.8)),
    "kreatinin": ((2, 10, 40), (6, 20, 50), (13, 30, 65)),
    "alp": ((18, 60, 400),),
    "ferritin": ((15, 7, 140),),
    "probnp": ((50, None, 100), (70, None, 220), (199, None, 600)),
}
"""Test → (below this age in years, low, high), where children or the old have others."""

_ROWS = (
    Test("hba1c", "59261-8", "NPU27300", "HbA1c", "mmol/mol", "mmol/mol", 0, (20, 140), (20, 42)),
    Test("glukose", "15074-8", "NPU02192", "Glukose", "mmol/L", "mmol/L", 1, (2.5, 28), (4.0, 6.0)),
    Test("kreatinin", "14682-9", "NPU04998", "Kreatinin", "µmol/L", "umol/L", 0, (15, 600), (45, 90), (60, 105)),
    Test("egfr", "62238-1", "", "eGFR (CKD-EPI)", "mL/min/1,73 m²", "mL/min/{1.73_m2}", 0, (5, 140), (60, None)),
    Test("acr", "32294-1", "NPU19661", "Albumin/kreatinin-ratio i urin", "mg/mmol", "mg/mmol", 1, (0.2, 300), (None, 2.5)),
    Test("hb", "718-7", "NPU28309", "Hemoglobin", "g/dL", "g/dL", 1, (6, 19), (11.7, 15.3), (13.4, 17.0)),
    Test("leukocytter", "6690-2", "NPU02593", "Leukocytter", "10⁹/L", "10*9/L", 1, (1.5, 40), (4.1, 9.8)),
    Test("trombocytter", "777-3", "NPU03568", "Trombocytter", "10⁹/L", "10*9/L", 0, (60, 700), (165, 387), (145, 348)),
    Test("ferritin", "2276-4", "NPU19763", "Ferritin", "µg/L", "ug/L", 0, (3, 1200), (15, 160), (30, 400)),
    Test("kalium", "2823-3", "NPU03230", "Kalium", "mmol/L", "mmol/L", 1, (2.6, 6.4), (3.6, 4.6)),
    Test("natrium", "2951-2", "NPU03429", "Natrium", "mmol/L", "mmol/L", 0, (120, 152), (137, 145)),
    Test("alat", "1742-6", "NPU19651", "ALAT", "U/L", "U/L", 0, (6, 500), (10, 45), (10, 70)),
    Test("alp", "6768-6", "NPU27783", "ALP", "U/L", "U/L", 0, (25, 500), (35, 105)),
    Test("kolesterol", "14647-2", "NPU01566", "Kolesterol", "mmol/L", "mmol/L", 1, (2, 11), (3.3, 6.9)),
    Test("ldl", "22748-8", "NPU01568", "LDL-kolesterol", "mmol/L", "mmol/L", 1, (0.5, 8), (1.2, 4.3)),
    Test("tsh", "11580-8", "NPU03577", "TSH", "mIU/L", "m[IU]/L", 2, (0.01, 60), (0.5, 3.6)),
    Test("ft4", "14920-3", "NPU03579", "Fritt T4", "pmol/L", "pmol/L", 1, (4, 40), (8.0, 21.0)),
    Test("b12", "14685-2", "NPU01700", "Vitamin B12", "pmol/L", "pmol/L", 0, (80, 1200), (175, 700)),
    Test("d-vitamin", "62292-8", "NPU10267", "Vitamin D (25-OH)", "nmol/L", "nmol/L", 0, (12, 180), (50, 150)),
    Test("urat", "14933-6", "NPU03688", "Urat", "µmol/L", "umol/L", 0, (120, 800), (155, 350), (230, 480)),
    Test("crp", "1988-5", "NPU19748", "CRP", "mg/L", "mg/L", 0, (0, 400), (None, 5)),
    Test("sr", "4537-7", "NPU03404", "Senkning", "mm/t", "mm/h", 0, (1, 120), (None, 28), (None, 20)),
    Test("probnp", "33762-6", "", "NT-proBNP", "ng/L", "ng/L", 0, (20, 20000), (None, 100)),
    Test("psa", "2857-1", "NPU08669", "PSA", "µg/L", "ug/L", 1, (0.1, 60), (None, 4.0)),
    Test("inr", "6301-6", "NPU01685", "INR", "", "1", 1, (0.8, 6), (0.9, 1.2)),
    Test("vekt", "29463-7", "", "Vekt", "kg", "kg", 1, (1.8, 190), vital=True),
    Test("hoyde", "8302-2", "", "Høyde", "cm", "cm", 1, (42, 208), vital=True),
    Test("kmi", "39156-5", "", "KMI", "kg/m²", "kg/m2", 1, (11, 60), vital=True),
    Test("hodeomkrets", "9843-4", "", "Hodeomkrets", "cm", "cm", 1, (31, 54), vital=True),
    Test("puls", "8867-4", "", "Puls", "/min", "/min", 0, (38, 190), vital=True),
    Test("spo2", "59408-5", "", "Oksygenmetning", "%", "%", 0, (78, 100), vital=True),
    Test("respirasjon", "9279-1", "", "Respirasjonsfrekvens", "/min", "/min", 0, (8, 60), vital=True),
    Test("temperatur", "8310-5", "", "Temperatur", "°C", "Cel", 1, (34, 41.5), vital=True),
    Test("sf", "11881-0", "", "Symfyse-fundus-mål", "cm", "cm", 0, (12, 45), vital=True),
    Test("fosterlyd", "55283-6", "", "Fosterlyd", "/min", "/min", 0, (105, 175), vital=True),
    Test("pef", "33452-4", "", "PEF", "L/min", "L/min", 0, (80, 750), vital=True),
    Test("fev1", "20150-9", "", "FEV1", "L", "L", 2, (0.4, 6.5), vital=True),
)  # fmt: skip
TESTS = {test.key: test for test in _ROWS}


def egfr(creatinine: float, age: float, *, female: bool) -> int:
    """Glomerular filtration by CKD-EPI 2009, mL/min/1.73 m², of a creatinine in µmol/L; for those of 18 and older.

    Levey AS et al., Ann Intern Med 2009;150:604–12, without the factor for race, as Norwegian laboratories use it.
    """
    kappa, alpha, factor = (0.7, -0.329, 1.018) if female else (0.9, -0.411, 1.0)
    ratio = creatinine / 88.4 / kappa
    filtered = 141 * power(min(ratio, 1), alpha) * power(max(ratio, 1), -1.209) * power(0.993, age) * factor
    return min(round(filtered), 140)


def creatinine(filtration: float, age: float, *, female: bool) -> int:
    """The creatinine (µmol/L) of a filtration: `egfr` turned round."""
    kappa, alpha, factor = (0.7, -0.329, 1.018) if female else (0.9, -0.411, 1.0)
    whole = 141 * power(0.993, age) * factor
    share = filtration / whole
    ratio = power(share, 1 / alpha) if share > 1 else power(share, 1 / -1.209)
    return round(ratio * kappa * 88.4)
