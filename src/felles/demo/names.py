# ruff: noqa: E501 - tables read by their columns
"""Names of made-up people: given names as each generation has them, family names of the region and from elsewhere."""

from __future__ import annotations

from random import Random

_OLD_WOMEN = (
    "Astrid Solveig Ingeborg Borghild Ragnhild Gerd Aslaug Gudrun Randi Bjørg Ruth Else Magnhild Kirsten Turid Åse "
    "Synnøve Torbjørg Olaug Edith Margit Inger Haldis Marie Eldbjørg Signe Kjellaug Johanne Oddny Sigrid"
).split()
_OLD_MEN = (
    "Arne Kåre Odd Leif Harald Nils Einar Ola Johan Magne Sverre Birger Ivar Reidar Asbjørn Torleif Håkon Oddvar "
    "Kjell Gunnar Peder Alf Trygve Eilert Arvid Sigurd Norvald Ingvald Henry Martin"
).split()
_GROWN_WOMEN = (
    "Anne Hilde Kari Marit Berit Tone Lena Monica Heidi Elin Nina Siv Trine Mona Wenche Merete Bente Anita Gunn Unni "
    "Linda Marianne Silje Stine Camilla Hege Kristin Ellen Karin Vigdis Katarzyna Fatima Hodan Thuy Mariam Rita Birgitte"
).split()
_GROWN_MEN = (
    "Geir Svein Terje Jan Rune Morten Stein Tor Trond Øyvind Frode Roar Bjørn Knut Lars Per Erik Espen Stian Vidar "
    "Anders Kenneth Tommy Roger Jarle Eivind Ståle Pål Kristian Harald Piotr Ahmad Abdi Duc Yonas Mohammad Oleksandr"
).split()
_YOUNG_WOMEN = (
    "Nora Emma Thea Sara Ida Julie Maria Ingrid Frida Hanna Emilie Sofie Vilde Amalie Maja Aurora Ella Live Tiril "
    "Astrid Selma Signe Jenny Eline Sunniva Mille Oda Aisha Zuzanna Leah Yara Sigrid Mathilde Tuva Alma Iben"
).split()
_YOUNG_MEN = (
    "Jakob Emil Noah Oliver William Magnus Henrik Mathias Sander Elias Tobias Jonas Markus Filip Isak Oskar Håkon "
    "Ludvig Odin Johannes Sindre Brage Sverre Aksel Storm Iver Kasper Yusuf Jan Adam Samuel Theodor Liam Lukas Olav"
).split()
_FAMILIES = (
    "Aune Berg Bjerkan Bolme Brekken Dahlen Eidem Engan Fagerli Flaten Forbord Garberg Grande Halset Hammer Hjelde "
    "Hofstad Holte Kjelstad Kolstad Krogstad Kvaløy Lium Lund Myhre Nesset Okkenhaug Overvik Reitan Rostad Ryan "
    "Sandvik Skaget Skjerve Solem Stavrum Storli Svorkmo Tiller Torgård Trøan Ulset Viken Vollan Wold Øyen Aasgård "
    "Bakken Bjørnli Brandvik Bruheim Dyrhaug Ekren Fiskvik Gravråk Gjersvold Haltbrekken Hegstad Indergård Jøssund "
    "Kirkvold Klefstad Leinum Lervik Melby Moum Nervik Nordgård Opdahl Outzen Rabben Refsnes Rise Røstad Sagvik Selnes "
    "Sjøvold Skogan Stene Sundet Svisdal Teigen Tronvold Utnes Vangen Vevang Ytterli Ødegård Åsmul Valderhaug Kleiva"
).split()
_ELSEWHERE = {
    "Nowak Kowalska Petrauskas Shevchenko": "Katarzyna Piotr Zuzanna Oleksandr",
    "Ahmed Haddad Hussein Rahimi Khan": "Fatima Mariam Ahmad Mohammad Aisha Yara Yusuf",
    "Warsame Mohamud": "Hodan Abdi",
    "Nguyen Tran": "Thuy Duc",
    "Tesfay Gebre": "Yonas",
}
"""Family names, and given names that go with them."""
_FROM_ELSEWHERE = {name: tuple(families.split()) for families, given in _ELSEWHERE.items() for name in given.split()}

_POOLS = (
    (1952, _OLD_WOMEN, _OLD_MEN),
    (1987, _GROWN_WOMEN, _GROWN_MEN),
    (9999, _YOUNG_WOMEN, _YOUNG_MEN),
)


def given(rng: Random, gender: str, year: int) -> str:
    """A given name as those born in `year` have it."""
    women, men = next((women, men) for last, women, men in _POOLS if year <= last)
    pool = women if gender == "female" else men
    name = rng.choice(pool)
    if rng.random() < 0.12:
        second = rng.choice(pool)
        if second != name and not {name, second} & _FROM_ELSEWHERE.keys():
            return f"{name} {second}"
    return name


def fits(given_name: str, family_name: str) -> bool:
    """Whether a given name is one that people of this family name would choose."""
    families = _FROM_ELSEWHERE.get(given_name)
    return families is None or family_name in families


def family(rng: Random, first: str = "") -> str:
    """A family name that goes with a given name; now and then two of them."""
    if first in _FROM_ELSEWHERE:
        return rng.choice(_FROM_ELSEWHERE[first])
    name = rng.choice(_FAMILIES)
    if rng.random() < 0.1:
        other = rng.choice(_FAMILIES)
        return name if other == name else f"{name} {other}"
    return name
