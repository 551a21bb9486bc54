"""What belongs together in a journal, what is repeated, and what it can be narrowed to; without a database."""

import base64
from typing import Any

import msgspec
import pytest

from felles.care.journal import lanes, present, rules, texts, views
from felles.care.overview.present import View
from felles.record.kinds import Kind
from felles.ui import dates
from felles.ui.i18n import language


def moment(text: str) -> int:
    found = dates.moment(text)
    assert found is not None
    return found


NOW = moment("2026-11-24T09:30:00+01:00")
HOSPITAL, GP = 7, 8
KNOWN = "Kjent med hypertensjon og atrieflimmer, bor alene i enebolig over to etasjer."


def row(
    type_name: str,
    identity: str,
    when: str,
    *,
    org: int = HOSPITAL,
    kind: int = -1,
    until: int | None = None,
    **elements: Any,
) -> views.Row:
    at = moment(f"{when}T09:00:00+01:00")
    entry = {"resourceType": type_name, "id": identity, "status": "final", **elements}
    line = [at, org, "Practitioner/p", entry, at + 1 if until is None else until, "", kind]
    return msgspec.convert(line, views.Row)


def note(identity, when, *paragraphs, contact=None, title="Journalnotat", **more):
    div = "<div>" + "".join(f"<p>{each}</p>" for each in paragraphs) + "</div>"
    elements: dict[str, Any] = {"title": title, "section": [{"title": title, "text": {"div": div}}], **more}
    if contact:
        elements["encounter"] = {"reference": f"Encounter/{contact}"}
    return row("Composition", identity, when, kind=Kind.NOTE, **elements)


def letter(identity, when, text, *, contact=None, title="Epikrise", media="text/plain; charset=utf-8"):
    data = base64.b64encode(text.encode()).decode()
    elements: dict[str, Any] = {"description": title, "type": {"text": title, "coding": [{"code": "18842-5"}]},
                "content": [{"attachment": {"contentType": media, "data": data}}]}  # fmt: skip
    if contact:
        elements["context"] = {"encounter": [{"reference": f"Encounter/{contact}"}]}
    return row("DocumentReference", identity, when, kind=Kind.DOCUMENT, **elements)


def contact(identity, when, code="AMB", *, end=None, **more):
    period = {"start": f"{when}T09:00:00+01:00", **({"end": f"{end}T09:00:00+01:00"} if end else {})}
    until = moment(f"{end}T09:00:00+01:00") if end else NOW * 2
    return row("Encounter", identity, when, until=until, period=period, **{"class": {"code": code}}, **more)


def referral(identity="r", when="2026-01-05", **more):
    return row("ServiceRequest", identity, when, org=GP, kind=Kind.REFERRAL, code={"text": "Hjertevurdering"}, **more)


def listed(*rows):
    return rules.items(sorted(rows, key=lambda each: -each.at))


def named(found, name):
    return next(each for each in found if each.entry.id == name)


def view(citizen=False):
    names: dict[str | int, str] = {HOSPITAL: "Fjordsykehuset", GP: "Legekontoret"}
    return View(language("nb"), "/p/x", NOW, names, citizen=citizen)


# -- text --------------------------------------------------------------------------------------------------


def test_text_is_read_from_sections_attachments_and_conclusions_and_is_harmless():
    entry = note(
        "n", "2026-01-01", "Én <b>viktig</b> ting<script>alert(1)</script>", "<ul><li>a</li><li>b</li></ul>"
    ).entry
    found = texts.blocks(entry)
    assert "".join(b.markup for b in found) == "<p> Én <b>viktig</b> ting</p><p><ul><li>a</li><li>b</li></ul></p>"
    entry = letter("d", "2026-01-01", "# Plan\nHjem & hvile\n\n<i>nei</i>").entry
    assert [(b.heading, str(b.markup)) for b in texts.blocks(entry)] == [
        (True, "<h3>Plan</h3>"), (False, "<p>Hjem &amp; hvile</p>"), (False, "<p>&lt;i&gt;nei&lt;/i&gt;</p>"),
    ]  # fmt: skip
    entry = letter("d", "2026-01-01", "<h1>Plan</h1>Hjem<p onclick='x()'>Hvile</p>", media="text/html").entry
    assert "".join(b.markup for b in texts.blocks(entry)) == "<h3>Plan</h3><p>Hjem</p><p>Hvile</p>"
    assert [b.words for b in texts.blocks(row("DiagnosticReport", "s", "2026-01-01", conclusion="Normalt").entry)] == [
        "Normalt"
    ]


def test_what_is_no_text_is_named_instead():
    entry = row("DocumentReference", "d", "2026-01-01", content=[
        {"attachment": {"contentType": "application/pdf", "title": "Røntgen", "data": "AA=="}}]).entry  # fmt: skip
    assert texts.blocks(entry) == []
    assert texts.unread(entry) == [texts.Unread("Røntgen", "application/pdf")]
    broken = letter("d", "2026-01-01", "x").entry
    (attached,) = texts.attached(broken)
    attached.data = "!"
    assert texts.blocks(broken) == []


@pytest.mark.parametrize("made", [
    note("n", "2026-01-01", "En linje.", "<b>To</b> linjer<br>her", "<table><tr><td>a</td><td>b</td></tr></table>"),
    letter("d", "2026-01-01", "En linje.\n\nTo  linjer\ther"),
    letter("d", "2026-01-01", "<div><p>En</p><p>to &amp; tre</p>fire</div>", media="text/html"),
])  # fmt: skip
def test_the_quick_lines_of_a_text_are_those_of_its_blocks(made):
    shown = [line for block in texts.blocks(made.entry) for line in block.words.split("\n")]
    assert texts.keys(texts.lines(made.entry)) == texts.keys(shown)


# -- repeated text -------------------------------------------------------------------------------------------


def test_a_paragraph_that_stood_before_is_folded_under_where_it_first_stood():
    found = listed(
        note("first", "2026-01-01", KNOWN, "Status: puls 70."),
        note("again", "2026-01-02", KNOWN.replace(",", " ;").upper()),
        letter("last", "2026-01-03", f"Innlagt for observasjon i to døgn.\n{KNOWN}\nStatus: puls 70."),
    )
    last = named(found, "last")
    parts = rules.parts(texts.blocks(last.entry), last, found)
    assert [(p.origin and p.origin.entry.id, [b.words for b in p.blocks]) for p in parts] == [
        (None, ["Innlagt for observasjon i to døgn."]),
        ("first", [KNOWN]),
        (None, ["Status: puls 70."]),  # so short that it is alike by chance
    ]
    first = named(found, "first")
    assert [p.origin for p in rules.parts(texts.blocks(first.entry), first, found)] == [None]


def test_nothing_is_folded_for_what_was_written_later_or_is_not_seen():
    early, late = note("early", "2026-01-01", KNOWN), note("late", "2026-02-01", KNOWN)
    found = listed(early, late)
    shown = named(found, "early")
    assert rules.parts(texts.blocks(shown.entry), shown, found)[0].origin is None
    alone = listed(late)  # the earlier one is hidden from this reader: it takes part in nothing
    assert rules.parts(texts.blocks(alone[0].entry), alone[0], alone)[0].origin is None
    both = named(found, "late")
    assert rules.parts(texts.blocks(both.entry), both, found)[0].origin is shown


# -- what belongs together -----------------------------------------------------------------------------------


def test_a_referral_leads_to_the_contact_the_note_and_the_answer():
    found = listed(
        referral(),
        contact("v", "2026-02-10", basedOn=[{"reference": "ServiceRequest/r"}]),
        note("n", "2026-02-10", "Undersøkt.", contact="v"),
        letter("e", "2026-02-12", "Takk for henvisningen.", contact="v"),
        note("other", "2026-02-11", "Noe annet."),
        contact("o", "2026-02-11"),
    )
    for name in "rvne":
        assert [each.entry.id for each in rules.chain(found, named(found, name))] == ["r", "v", "n", "e"], name
    assert rules.chain(found, named(found, "other")) == []


def test_a_long_course_keeps_its_ends_and_says_how_many_are_left_out():
    notes = [note(f"n{day}", f"2026-03-{day:02}", "x", contact="v") for day in range(3, 25)]
    found = listed(
        contact("v", "2026-03-02", "IMP", end="2026-03-25"), letter("e", "2026-03-25", "x", contact="v"), *notes
    )
    shown, left = rules.shortened(rules.chain(found, named(found, "n14")), named(found, "n14"))
    names = [each.entry.id for each in shown]
    assert (names[0], names[-1], left) == ("v", "e", 24 - rules.LINKS)
    assert "n14" in names
    assert len(names) == rules.LINKS


def test_the_sorts_of_documents():
    sort = {
        "epikrise": letter("e", "2026-01-01", "x"),
        "notat": note("n", "2026-01-01", "x"),
        "svar": row("DiagnosticReport", "s", "2026-01-01", kind=Kind.RESULT),
        "dokument": row("DocumentReference", "d", "2026-01-01", kind=Kind.DOCUMENT, description="Bilde"),
        "henvisning": row("Composition", "h", "2026-01-01", type={"coding": [{"code": "57133-1"}]}),
    }
    assert {name: rules.item(made).sort for name, made in sort.items()} == {name: name for name in sort}
    assert rules.item(note("n", "2026-01-01", "x", title="Poliklinisk epikrise")).sort == "epikrise"
    assert rules.item(row("DiagnosticReport", "s", "2026-01-01", kind=Kind.NOTE)).sort == "notat"


# -- the last stay ------------------------------------------------------------------------------------------------


def stay(*rows: views.Row) -> Any:
    return rules.last_stay(listed(*rows))


def test_the_last_stay_and_the_plan_in_its_discharge_summary():
    old = contact("old", "2025-01-01", "IMP", end="2025-01-04")
    new = contact("new", "2026-03-01", "IMP", end="2026-03-06")
    summary = letter(
        "e", "2026-03-06", "Innlagt for pneumoni.\nPlan: kontroll hos fastlegen om to uker.", contact="new"
    )
    visit = contact("visit", "2026-05-01")
    found = stay(old, new, summary, note("n", "2026-03-07", "x", contact="new"), visit)
    assert (found.contact.entry.id, found.text.entry.id) == ("new", "e")
    assert [b.words for b in found.plan] == ["Plan: kontroll hos fastlegen om to uker."]
    assert found.titled
    told = present.stay(view(), found, "")
    assert (told["plan_title"], told["missing"]) == ("Planen derfra", "")


def test_how_a_summary_ends_is_not_called_a_plan_and_a_heading_is():
    ended = contact("c", "2026-03-01", "IMP", end="2026-03-06")
    found = stay(ended, letter("e", "2026-03-06", "Innlagt for pneumoni.\nNy urinprøve ved plager.", contact="c"))
    assert ([b.words for b in found.plan], found.titled) == (["Ny urinprøve ved plager."], False)
    assert present.stay(view(), found, "")["plan_title"] == "Slik slutter epikrisen"
    found = stay(
        ended, letter("e", "2026-03-06", "# Forløp\nGikk bra.\n# Videre oppfølging\nHjem.\n# Annet\nx", contact="c")
    )
    assert ([b.words for b in found.plan], found.titled) == (["Hjem."], True)


def test_while_a_stay_goes_on_the_newest_note_with_a_plan_tells_it():
    going = contact("c", "2026-11-20", "IMP")
    found = stay(going, note("a", "2026-11-21", "Plan: utreise fredag.", contact="c"),
                 note("b", "2026-11-22", "Sovet godt.", contact="c"))  # fmt: skip
    assert (found.text.entry.id, [b.words for b in found.plan]) == ("a", ["Plan: utreise fredag."])
    assert present.stay(view(), found, "")["missing"] == "Oppholdet pågår."
    over = stay(contact("c", "2026-03-01", "IMP", end="2026-03-06"))
    assert over.text is None
    assert present.stay(view(), over, "")["missing"] == "Ingen epikrise er registrert fra oppholdet."
    assert stay(contact("c", "2026-03-01")) is None


# -- narrowing ----------------------------------------------------------------------------------------------------


def narrowed(found, **choice):
    chosen = rules.Choice(**choice)
    left = rules.narrow(found, rules.tests(chosen, NOW, choice.get("matches", lambda _: True)))
    return [each.entry.id for each in left.items], left


def test_the_list_is_narrowed_and_each_facet_counts_what_its_other_values_would_leave():
    found = listed(referral(when="2024-01-05"), note("n", "2026-02-10", "x"), letter("e", "2025-02-12", "x"))
    ids, left = narrowed(found, sort="notat")
    assert ids == ["n"]
    assert left.sorts == {"henvisning": 1, "notat": 1, "epikrise": 1}
    assert left.places == {HOSPITAL: 1}
    assert narrowed(found, place=rules.place_of(GP))[0] == ["r"]
    assert narrowed(found, place=rules.place_of(GP), sort="notat")[0] == []
    assert narrowed(found, period="2024-2025")[0] == ["e", "r"]
    assert narrowed(found, period="1a")[0] == ["n"]
    assert narrowed(found, period="i fjor")[0] == ["n", "e", "r"]


def test_a_contact_stands_as_the_text_about_it_and_by_itself_when_it_is_asked_for():
    seen = (contact("v", "2026-02-10"), note("n", "2026-02-10", "x", contact="v"), contact("alone", "2026-01-01"))
    found = listed(*seen, contact("stay", "2025-01-01", "IMP"), note("m", "2025-01-02", "x", contact="stay"))

    def shown(choice):
        left = rules.narrow(found, rules.tests(choice, NOW, lambda _: True))
        return [each.entry.id for each in rules.lines(left.items, found, choice)]

    assert shown(rules.Choice()) == ["n", "alone", "m", "stay"]
    assert shown(rules.Choice(sort="kontakt")) == ["v", "alone", "stay"]


def test_what_is_about_a_problem_is_found_by_reference_contact_and_word():
    problem = views.Problem(
        "c", msgspec.convert({"text": "Hypertensjon"}, views.Concept), views.Reference("Encounter/v")
    )
    about = rules.about(problem)
    found = listed(
        note("word", "2026-01-01", "Kjent med høyt blodtrykk."),
        note("contact", "2026-01-02", "Alt bra.", contact="v"),
        row("Procedure", "referred", "2026-01-03", reasonReference=[{"reference": "Condition/c"}]),
        note("other", "2026-01-04", "Brukket arm."),
    )
    assert [each.entry.id for each in found if about(each)] == ["referred", "contact", "word"]
    pattern = rules.words_of(problem)
    assert pattern is not None
    said = listed(
        note("a", "2026-01-01", "US: BT 160/90 ved hypertensjon.", "V: Øker ramipril."),
        note("old", "2025-01-01", "V: Avventer hypertensjon."),
    )
    assert [(each.entry.id, text) for each, text in rules.opinions(said, pattern)] == [("a", "V: Øker ramipril.")]


# -- the time line ---------------------------------------------------------------------------------------------------


def test_the_time_line_has_lanes_a_true_scale_and_its_table():
    found = listed(
        contact("s", "2024-07-01", "IMP", end="2024-08-01"), note("n", "2026-02-10", "x"), referral(when="2025-01-02")
    )
    made = lanes.timeline(view(), found, rules.Choice())
    assert made["periods"] == ["2024", "2025", "2026"]
    assert [(r["name"], [c["many"] for c in r["cells"]]) for r in made["rows"]] == [
        ("Fjordsykehuset", [1, 0, 1]), ("Legekontoret", [0, 1, 0]),
    ]  # fmt: skip
    assert made["rows"][1]["cells"][1]["href"] == f"/p/x/journal?enhet={rules.place_of(GP)}&periode=2025&vis=tidslinje"
    drawing = str(made["drawing"])
    assert 'aria-label="Fjordsykehuset, 2026: 1 oppføring"' in drawing
    assert drawing.count('class="stay"') == 1
    assert "<title" in drawing
    assert "<desc>" in drawing
    scale = lanes.axis(found, NOW)
    middle = scale.x(moment("2025-07-02T12:00:00+02:00")) - scale.x(moment("2025-01-01T02:00:00+01:00"))
    assert abs(middle - scale.width / 2) < 1


def test_a_long_life_has_periods_of_several_years_and_the_smallest_places_share_a_lane():
    rows = [row("Encounter", f"e{n}", f"{1970 + n}-05-01", org=100 + n % 20) for n in range(57)]
    made = lanes.timeline(view(), listed(*rows), rules.Choice())
    assert len(made["periods"]) <= lanes.COLUMNS
    assert made["periods"][-1] == "2024–2026"
    assert len(made["rows"]) == lanes.LANES
    assert made["rows"][-1]["name"] == "7 andre"
    assert sum(c["many"] for r in made["rows"] for c in r["cells"]) == 57


def test_a_role_that_does_not_reach_a_kind_is_told_which():
    assert (
        present.refused(language("nb"), ~(1 << Kind.NOTE | 1 << Kind.MESSAGE), citizen=False) == "journalnotat, melding"
    )
    assert present.refused(language("nb"), -1, citizen=False) == ""
