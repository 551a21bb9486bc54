"""What hurries stands first of what waits, and says so; no database."""

from felles.access.handovers.kinds import Kind
from felles.access.handovers.states import State
from felles.care.handovers import present
from felles.care.start.parts.work import rank
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
    assert [rank(each, NOW) for each in (late, minutes, hurries, routine)] == [0, 0, 1, 2]
    shown = [present.row(language("nb"), each, {}, NOW, sent=False)["soon"] for each in (minutes, hurries, routine)]
    assert shown == [False, True, False], "what waits minutes has a mark of its own"
