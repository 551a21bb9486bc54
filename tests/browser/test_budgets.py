"""Every budget is counted by a test, and what it took stands in docs/clicks.md."""

from pathlib import Path

from clicks import BUDGETS, rows


def test_every_budget_is_counted_and_written_down():
    sources = [each.read_text() for each in Path(__file__).parent.glob("test_*.py")]
    counting = [text for text in sources if "with counted(" in text]
    assert [task for task in BUDGETS if not any(f'"{task}"' in text for text in counting)] == []
    assert {task for task, _ in rows()} == BUDGETS.keys()
