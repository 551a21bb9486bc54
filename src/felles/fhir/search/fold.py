"""Text as it is compared: without regard to case, accents and runs of white space.

R4 search, string parameters (https://hl7.org/fhir/R4/search.html#string): case and accents do not count unless
`:exact`. Both sides of a comparison pass through `fold`, so only equal results matter, not how they look.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans(
    {
        # Norwegian and Danish; å falls apart into a and a ring by itself.
        "æ": "ae",
        "ø": "o",
        # Sámi letters that Unicode does not take apart; á č š ž it does.
        "đ": "d",
        "ŋ": "n",
        "ŧ": "t",
        # Neighbours whose names stand in the register.
        "ð": "d",
        "þ": "th",
        "ł": "l",
        "œ": "oe",
        "ı": "i",
        # Apostrophes that people do not tell apart when they type.
        "’": "'",
        "ʼ": "'",
        "`": "'",
        "´": "'",
    }
)


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """`text` in the form that is stored and compared.

    Case folded (so ß is ss), compatibility forms and accents taken apart and the accents dropped, ø to o, æ to ae,
    å to a, white space at the ends dropped and within made one space. Thus `oyvind`, `Øyvind` and `ØYVIND` are
    one. Folding what is folded changes nothing.
    """
    if text.isascii():
        return " ".join(text.lower().replace("`", "'").split())
    # The accents first: the acute accent alone is a character of its own that NFKD would make a space and a mark.
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    # A ligature or a letter in a circle gives new letters only now: fold those too.
    return " ".join(unicodedata.normalize("NFKC", bare.casefold().translate(_LETTERS)).split())


def exact(text: str) -> str:
    """`text` as `:exact` compares it: in composed form, else untouched."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)
