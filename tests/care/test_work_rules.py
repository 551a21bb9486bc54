"""What hurries stands first of what waits, and says so; no database."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from felles.access.handovers.kinds import Kind
from felles.access.handovers.states import State
from felles.care.handovers import pages, present, present_board
from felles.care.handovers.present import Names
from felles.care.handovers.rules import Verb
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


GP, IDA, STATION = "Practitioner/gp", "Patient/ida", "Organization/o"
LEFT = " Ser ingen på den innen fristen, går den til neste på vakt der eller over, til sist til den som driver Felles."
UP = "Går da til neste på vakt der eller i enheten over, til sist til den som driver Felles."


def test_a_way_into_the_record_is_shown_where_it_is_open_and_nowhere_else():
    found: Any = SimpleNamespace(t=language("nb"), signed_in=SimpleNamespace(may=lambda _: True))
    able = (Verb.TAKE, Verb.ANSWER)
    (way,) = pages._booking(found, row("routine"), able)
    assert way["href"] == "/p/p/skriv/time?om=ServiceRequest/r"
    assert pages._booking(found, row("routine"), (Verb.END,)) == []
    for shut in (replace(row("routine"), open=False), replace(row("routine"), patient="")):
        assert pages._answers(found, shut, {"id": "r"}, able) == []


def step(kind, state, owner, sender, *, urgent=False, rung=0, above=None, **more):
    of = BoardRow(1, kind, state, urgent, owner, sender, STATION, NOW, NOW, NOW + 1, rung, False, False)
    names: Names = {GP: "Ingrid Haugan", STATION: "Stasjonen", "Organization/up": "Sykehuset"}
    return present_board.step(language("nb"), replace(of, **more), names, above or {})


def test_the_board_says_that_what_is_urgent_and_back_goes_on_when_nobody_looks():
    hers = "Ingrid Haugan må sende den til noen andre, svare eller avslutte den."
    assert step(Kind.TASK, State.DECLINED, GP, GP, urgent=True) == hers + LEFT
    assert step(Kind.TASK, State.DECLINED, GP, GP) == hers
    assert step(Kind.TASK, State.ANSWERED, GP, GP, urgent=True) == hers, "she has her answer"
    assert step(Kind.TASK, State.DECLINED, GP, "Practitioner/x", urgent=True) == hers, "the keeper moves it not"
    for kind in (Kind.ORDER, Kind.OFFER):
        assert LEFT not in step(kind, State.DECLINED, GP, GP, urgent=True)
    runs = step(Kind.TASK, State.UNTAKEN, GP, GP, urgent=True, last=True)
    assert runs == "Ingrid Haugan må sende den til noen andre eller avslutte den.", "it climbs no further"


def test_the_board_says_where_a_citizens_goes_that_nobody_took():
    theirs = "Stasjonen må ta den, svare eller sende den til noen andre."
    assert step(Kind.MESSAGE, State.UNTAKEN, STATION, IDA, urgent=True) == theirs + LEFT
    assert step(Kind.MESSAGE, State.UNTAKEN, STATION, IDA) == theirs
    assert step(Kind.MESSAGE, State.SENT, STATION, IDA, urgent=True) == UP
    assert step(Kind.MESSAGE, State.SENT, STATION, IDA, urgent=True, rung=2) == UP
    assert step(Kind.MESSAGE, State.SENT, STATION, IDA) == "Blir hos Stasjonen, som må svare."
    assert step(Kind.MESSAGE, State.SENT, STATION, IDA, above={STATION: "Organization/up"}) == "Går da til Sykehuset."
    gone = step(Kind.MESSAGE, State.SENT, STATION, IDA, nobody=True)
    assert gone == "Ingen bemanner Stasjonen. Den flyttes til enheten over, ellers til den som driver Felles."


def test_the_board_says_where_the_rest_goes():
    sent = step(Kind.TASK, State.SENT, STATION, GP, urgent=True)
    assert sent == "Går da til neste på vakt der, ellers tilbake til Ingrid Haugan."
    assert step(Kind.TASK, State.SENT, STATION, GP, rung=1) == "Går da tilbake til Ingrid Haugan."
    desk = "Går da til nærmeste over som tar slike saker, ellers til den som driver Felles."
    assert step(Kind.DEMAND, State.SENT, STATION, IDA) == desk
    assert step(Kind.DEMAND, State.SENT, STATION, IDA, rung=1) == "Går da til den som driver Felles."
    assert step(Kind.DEMAND, State.SENT, STATION, IDA, rung=2) == "Blir hos Stasjonen, som må svare."
    assert step(Kind.DEMAND, State.UNTAKEN, STATION, IDA) == "Stasjonen må svare eller sende den videre."
