"""Every budget is counted by a test, by mouse and where it names keys by keyboard; docs/clicks.md says what it took."""

import re
from pathlib import Path

from clicks import BUDGETS, rows

WALK = re.compile(r'with counted\(\w+, (?:"(\w+)"|task)(, by="keys")?\)')


def walked():
    """(task, by keys) of each walk in the tests; those of a loop over tasks by the names that stand in its file."""
    found = set()
    for source in Path(__file__).parent.glob("test_*.py"):
        text = source.read_text()
        for task, keys in WALK.findall(text):
            named = [task] if task else [each for each in BUDGETS if f'("{each}", ' in text]
            found |= {(each, bool(keys)) for each in named}
    return found


def test_every_budget_is_counted_by_each_of_its_means_and_written_down():
    wanted = {(task, False) for task in BUDGETS} | {(task, True) for task, b in BUDGETS.items() if b.keys is not None}
    assert sorted(wanted - walked()) == []
    assert {(task, by == "keys") for task, by in rows()} == wanted


def test_what_takes_more_keys_than_its_budget_says_so():
    marked = {task for (task, by), row in rows().items() if by == "keys" and row.split("|")[-2].strip() == "over"}
    assert marked == {task for task, budget in BUDGETS.items() if budget.over is not None}
    assert all(budget.over > (budget.keys or 0) for budget in BUDGETS.values() if budget.over is not None)
