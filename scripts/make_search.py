"""Write the search extraction and the table of search parameters from the official definitions.

Run it after a change of felles/fhir/search/{plan,generate,main}.py or of the definitions; a test holds that what is
committed is what it writes. Usage: python scripts/make_search.py
"""

from __future__ import annotations

import importlib
from pathlib import Path

from felles.fhir.search import generate

HERE = Path(generate.__file__).parent


def known_numbers() -> dict[str, int]:
    """The numbers given so far; none at the first run."""
    if not (HERE / "params_r4.py").exists():
        return {}
    return importlib.import_module("felles.fhir.search.params_r4").NUMBERS


def main() -> None:
    """Write extract_r4.py and params_r4.py."""
    types = generate.by_type(generate.sources())
    texts = {
        "params_r4.py": generate.table(types, known_numbers()),
        "extract_r4.py": generate.extraction(types),
    }
    for name, text in texts.items():
        (HERE / name).write_text(text, encoding="utf-8")
        print(f"{name}: {len(text.splitlines())} lines")


if __name__ == "__main__":
    main()
