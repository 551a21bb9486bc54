"""The page of the decision table is what the data say. Its cells are asked in `test_cells.py`."""

import runpy
from pathlib import Path

from felles.access.cells import READS, WRITES
from felles.access.roles import ROLES
from felles.access.table import page

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_what_the_data_say():
    told = "run scripts/decision_table.py"
    assert (ROOT / "docs" / "decision-table.md").read_text("utf-8") == page(), told


def test_the_script_writes_the_page_it_is_held_to():
    assert runpy.run_path(str(ROOT / "scripts" / "decision_table.py"))["page"]() == page()


def test_staff_see_no_more_for_administering():
    for role in ("administrator", "local-administrator", "reviewer"):
        assert not any(cell.allowed for cell in (*READS, *WRITES) if cell.role == role)
        assert ROLES[role].kinds == 0
