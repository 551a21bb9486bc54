"""Write docs/decision-table.md from the data that decide.

.venv/bin/python scripts/decision_table.py
"""

from __future__ import annotations

from pathlib import Path

from felles.access.table import page

PAGE = Path(__file__).resolve().parent.parent / "docs" / "decision-table.md"

if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    print(f"{PAGE.name} written")
