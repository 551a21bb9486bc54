"""What hurries stands first of what waits, and says so; no database."""

from felles.access.handovers.kinds import Kind
from felles.access.handovers.states import State
from felles.care.handovers import present, present_board
from felles.record.read_board import BoardRow
from felles.record.read_handovers import HandedRow
from felles.ui.i18n import language

NOW = 1_790_000_000_000_000


def row(priority, *, urgent=False, ahead=1):
    return HandedRow(
        "ServiceRequest/r", Kind.REFERRAL, State.SENT, urgent, "", "", "", "", NOW, NOW, NOW + ahead, 0, None, "", 0, 1,
        f'{{"priority": "{priority}"}}', "p", "{}", "",
    )  # fmt: skip


def test_what_its_sender_says_hurries_is_marked_and_stands_before_what_does_not():
    late, minutes, hurries, routine = row("routine", ahead=0), row("stat", urgent=True), row("urgent"), row("routine")
    assert [present.rank(each, NOW) for each in (minutes, late, hurries, routine)] == [0, 1, 2, 3]
    shown = [present.row(language("nb"), each, {}, NOW, sent=False)["soon"] for each in (minutes, hurries, routine)]
    assert shown == [False, True, False], "what waits minutes has a mark of its own"


def test_the_board_says_that_what_is_urgent_and_back_goes_on_when_nobody_looks():
    def step(state, *, urgent):
        gp = "Practitioner/gp"
        of = BoardRow(1, Kind.TASK, state, urgent, gp, gp, "Organization/o", NOW, NOW, NOW + 1, 0, False, False)
        return present_board.step(language("nb"), of, {gp: "Ingrid Haugan"}, {})

    hers = "Ingrid Haugan må sende den til noen andre, svare eller avslutte den."
    assert step(State.DECLINED, urgent=True) == f"{hers} Ser ingen på den innen fristen, går den til neste på vakt der."
    assert step(State.DECLINED, urgent=False) == hers
    assert step(State.ANSWERED, urgent=True) == hers, "she has her answer"
