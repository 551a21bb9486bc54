"""What a run asks for of what is too much for every run, and how a run is shared out to its processes."""

import pytest
from dealing import part_of
from routes import FEW, PART, reads, reads_dealt
from shares import TURN, WHOLE, dealt

NAMES = [f"/p/{who}/e/Task/{nth}" for who in ("seen", "hidden", "child", "nobody") for nth in range(50)]


@pytest.fixture(autouse=True)
def some(monkeypatch):
    monkeypatch.delenv(WHOLE, raising=False)
    monkeypatch.setenv(TURN, "7")


def taken(share, seat=0):
    return {name for name in NAMES if dealt(name, share, seat)}


def test_a_run_asks_for_a_share_and_the_same_number_for_the_same():
    assert taken(4) == taken(4)
    assert 25 < len(taken(4)) < 75


def test_the_runs_that_follow_ask_for_the_rest(monkeypatch):
    found = set()
    for turn in range(7, 11):
        monkeypatch.setenv(TURN, str(turn))
        assert not taken(4) & found
        found |= taken(4)
    assert found == set(NAMES)


def test_who_sit_side_by_side_take_different_ones_and_together_all():
    parts = [taken(3, seat) for seat in range(3)]
    assert sum(map(len, parts)) == len(NAMES)
    assert set().union(*parts) == set(NAMES)


def test_a_share_holds_something_of_each_person_and_each_entry():
    assert {name.split("/")[2] for name in taken(4)} == {"seen", "hidden", "child", "nobody"}
    assert len({name.rpartition("/")[2] for name in taken(4)}) > 25


def test_whole_asks_for_all(monkeypatch):
    monkeypatch.setenv(WHOLE, "1")
    assert taken(4) == set(NAMES)
    assert len(list(reads_dealt(15, 3))) == len(list(reads()))


def test_a_page_of_few_paths_is_asked_for_at_all_of_them_and_one_of_many_by_the_seats_together():
    seats = [list(reads_dealt(1, seat)) for seat in range(PART)]
    every, always = set(map(str, reads())), set.intersection(*({str(each) for each in seat} for seat in seats))
    assert {str(each) for seat in seats for each in seat} == every
    assert "GET / " in always
    assert len(every) / PART < len(seats[0]) < len(every) / 2
    assert FEW < len(always) < len(seats[0])


@pytest.mark.parametrize("kind", ["relation", "not-to-parents", "block-item"])
def test_a_kind_of_hiding_goes_by_itself(kind):
    file = "tests/proofs/test_pages_non_interference.py"
    parts = {part_of(f"{file}::test_{name}[{kind}-pg18{more}]") for name, more in (("a", "-gp"), ("b", ""))}
    assert parts == {f"{file}[{kind}]"}


def test_what_is_long_to_make_is_made_once():
    region = {part_of(f"tests/demo/test_{name}.py::test_x[seed 7{more}]") for name, more in (("a", ""), ("b", "-q"))}
    assert region == {"tests/demo[seed 7]"}
    old = ("tests/record/test_a.py::test_x[pg17]", "tests/record/find/test_b.py::test_y[q-pg17-a]")
    assert {part_of(nodeid) for nodeid in old} == {"pg17"}


@pytest.mark.parametrize(
    "nodeid",
    [
        "tests/proofs/test_pages_non_interference.py::test_every_form_is_declared",
        "tests/record/test_mask.py::test_x[a-pg18]",
        "tests/proofs/test_log_lines.py::test_x[relation-pg18-gp]",
    ],
)
def test_the_rest_of_a_file_stays_together(nodeid):
    assert not part_of(nodeid)
