"""Health in a printed record: what can harm, problems, medicines, vaccines, plans, results. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.care import words
from felles.care.courses import present as courses
from felles.care.courses import rules as tests
from felles.care.download.blocks import Section, entry, head, line, para
from felles.care.download.gather import newest_first
from felles.care.glossary.mark import meaning
from felles.care.medicines import present as medicine
from felles.care.medicines import rules as taken
from felles.care.medicines.lines import lines
from felles.care.medicines.rules import Source
from felles.care.medicines.views import Record
from felles.care.overview import present as overview
from felles.care.overview import rules as current
from felles.care.plan import present as plans
from felles.care.plan.present import Told
from felles.care.plan.views import Planned
from felles.care.vaccines import present as vaccination
from felles.care.vaccines.views import Record as Vaccinated
from felles.record.kinds import Kind
from felles.record.standing import OVER

if TYPE_CHECKING:
    from felles.care.download.gather import Whole
    from felles.care.overview.present import View
    from felles.care.shapes import Condition

_ALL: Final = sum(1 << kind for kind in Kind)
"""Every kind: the rows were decided one by one before they came here."""
_OVER: Final = frozenset(code for parameter, code in OVER if parameter == "status")
"""Status of what is no longer planned."""
VALUES: Final = 8000
"""Values that are printed at most (a row of a table costs the press 80 kB): of each test the newest."""


def critical(view: View, whole: Whole) -> Section:
    """Allergies with how they showed themselves, the gravest first, and warnings; or that there are none."""
    t = view.t
    section = Section(t("Viktig helseinformasjon (kritisk informasjon)"))
    allergies = [read.entry for read in newest_first(whole.allergies)]
    known = current.critical(allergies, [read.entry for read in whole.flags])
    for allergy in known.allergies:
        shown = [each.words for reaction in allergy.reaction for each in reaction.manifestation if each.words]
        grave = t("kan være farlig") if current.grave(allergy) else ""
        section.add(line(allergy.code.words or t("Allergi uten navn"), [grave, ", ".join(shown)]))
    for flag in known.flags:
        section.add(line(flag.code.words or t("Varsel uten tekst"), []))
    if not section.blocks and known.asked_none:
        section.add(para(overview.critical(view, allergies, ()).get("text", "")))
    return section


def problems(view: View, whole: Whole) -> Section:
    """Problems that go on, each with what it means; then those that are over."""
    t = view.t
    section = Section(t("Helseproblemer"))
    read = [each.entry for each in newest_first(whole.problems)]
    active = current.active_problems(read)
    for problem in active:
        section.add(line(problem.code.words or t("Uten navn"), [_since(view, problem), meaning(t, problem.code)]))
    going = {problem.code.words.casefold() for problem in active}
    before: dict[str, Condition] = {}
    for problem in read:
        never = problem.verification_status is not None and problem.verification_status.has(*current.NOT_SO)
        if not never and problem.code.words.casefold() not in going:
            before.setdefault(problem.code.words.casefold(), problem)
    over = [line(each.code.words or t("Uten navn"), [_since(view, each)]) for each in before.values()]
    section.part(t("Tidligere"), over)
    return section


def _since(view: View, problem: Condition) -> str:
    onset = problem.onset_date_time or (problem.onset_period and problem.onset_period.start)
    day = view.t.fhir(onset or problem.recorded_date, brief=True)
    return view.t("siden {day}").format(day=day) if day else ""


def medicines(view: View, whole: Whole) -> Section:
    """The list as it stands, what is paused, what is over."""
    t = view.t
    record = Record(
        whole.patient, [], [], lines((read.at, read.org, read.entry) for read in newest_first(whole.medicines)),
        [], [], [], [], {f"Condition/{read.entry.id}": read.entry.code.words for read in whole.problems}, cut=False,
    )  # fmt: skip
    page = medicine.Page(view, record)
    listed = taken.standing(record.lines, page.day)
    section = Section(t("Medisiner"))
    section.part(t("Medisiner i bruk"), [_medicine(page, each) for each in listed if not each.paused])
    section.part(t("Pauset"), [_medicine(page, each) for each in listed if each.paused])
    over = taken.ended(record.lines, page.day)
    said = [[medicine.named(page, each), medicine.dose(t, each), medicine.day_words(t, each.start),
             medicine.day_words(t, each.until), medicine.why_changed(each)] for each in over]  # fmt: skip
    if said:
        section.add(head(t("Tidligere medisiner")))
        section.table([t("Medisin"), t("Dosering"), t("Fra"), t("Til"), t("Grunn")], said)
    return section


def _medicine(page: medicine.Page, each: taken.Line) -> dict[str, Any]:
    t = page.view.t
    person, place = medicine.who(page, each)
    concept = medicine.entry_of(each).medication_codeable_concept
    since = t("siden {day}").format(day=t.short(each.start)) if each.start else ""
    why = medicine.reason(page, each)
    facts = [medicine.dose(t, each) or t("Dosering ikke registrert"), meaning(t, concept) if concept else "",
             t("for {why}").format(why=why) if why else "", since, medicine.why_changed(each) if each.paused else "",
             ", ".join(filter(None, (person, place)))]  # fmt: skip
    told = "" if each.source is Source.ORDERED else t("oppgitt")
    return line(medicine.named(page, each), [told, *facts])


def vaccines(view: View, whole: Whole) -> Section:
    """Vaccines given, newest first, and those that were not taken."""
    t = view.t
    section = Section(t("Vaksiner"))
    record = Vaccinated(whole.patient, newest_first(whole.vaccines), [], [])
    made = vaccination.context(view, record, _ALL)
    rows = [[each["when"], each["name"], each["dose"], each["who"], each["lot"]] for each in made["rows"]]
    section.table([t("Dato"), t("Vaksine"), t("Dose"), t("Gitt av"), t("Batchnummer")], rows)
    missed = [line(each["name"], [each["when"], each["why"]]) for each in made["refused"]]
    section.part(t("Ikke gitt"), missed)
    return section


def planned(view: View, whole: Whole) -> list[Section]:
    """Appointments to come and those that were, and what is agreed."""
    t = view.t
    found = Planned(
        whole.patient, [r for r in newest_first(whole.plans) if r.entry.status not in _OVER], whole.goals,
        [r for r in whole.tasks if r.entry.status not in _OVER],
        [r for r in whole.requests if r.entry.status not in _OVER], [
            r for r in whole.episodes if r.entry.status not in _OVER
        ], [], [], sorted(whole.appointments, key=lambda read: read.at), newest_first(whole.appointments),
    )  # fmt: skip
    told = Told(view, {}, _ALL)
    agreed = Section(t("Plan"))
    agreed.part(t("Planer"), [_row(each) for each in plans.plans(told, found)])
    agreed.part(t("Mål"), [_row(each) for each in plans.goals(told, found)])
    agreed.part(t("Dette skal andre gjøre"), [_row(each) for each in plans.tasks(told, found)])
    agreed.part(t("Henvisninger som venter"), [_row(each) for each in plans.referrals(told, found)])
    agreed.part(t("Bestilte prøver og undersøkelser"), [_row(r) for r in plans.referrals(told, found, orders=True)])
    agreed.part(t("Disse følger deg opp"), [_row(each) for each in plans.services(told, found)])
    visits = Section(t("Timer"))
    visits.part(t("Timer som kommer"), [_row(each) for each in plans.appointments(told, found)])
    past = plans.kept(told, found, len(found.booked))
    if past:
        visits.add(head(t("Timer som har vært")))
        visits.table([t("Dato"), t("Time"), t("Hos"), t("Status")],
                     [[each["when"], each["text"], each["owner"], each["state"]] for each in past])  # fmt: skip
    return [agreed, visits]


def _row(made: dict[str, Any]) -> dict[str, Any]:
    """A line of the plan's page as a line here."""
    parts = [": ".join(filter(None, (part["label"], part["text"]))) for part in made["parts"]]
    if len(parts) > 1:
        return entry(made["text"], [made["when"], made["owner"], made["state"]], [(False, part) for part in parts])
    return line(made["text"], [made["when"], made["owner"], made["more"], made["state"], *parts])


def results(view: View, whole: Whole) -> Section:
    """Every test and measurement with all its values, newest first, and what is usual."""
    t = view.t
    section = Section(t("Prøvesvar og målinger"))
    found = sorted(tests.tests(whole.results), key=lambda each: each.name.casefold())
    most = newest([len(test.readings) for test in found])
    for test in found:
        section.add(head(test.name or t("Uten navn")))
        said = meaning(t, test.last.entry.code)
        if said:
            section.add(para(said))
        rows: list[list[str]] = []
        for each in test.readings[:most]:
            flag = courses.flag(view, each.mark)
            rows.append([t.brief(each.at), courses.whole(view, each), courses.usual(view, each),
                         flag["text"] if flag else "", courses.who(view, each)])  # fmt: skip
        section.table([t("Dato"), t("Verdi"), t("Vanlig"), t("Avvik"), t("Målt av")], rows)
        left = len(test.readings) - len(rows)
        if left > 0:
            section.add(para(t("Eldre verdier som ikke er skrevet ut her: {count}.").format(count=left)))
    return section


def newest(counts: list[int]) -> int:
    """How many values of each test are printed, that all tests (with so many each) keep within `VALUES` together."""
    most = max(counts, default=0)
    while most > 1 and sum(min(count, most) for count in counts) > VALUES:
        most = most * 9 // 10
    return most


def told(view: View, whole: Whole) -> Section:
    """What was asked and told: how she lives, habits, questionnaires."""
    t = view.t
    section = Section(t("Fortalt og spurt om"))
    rows = [
        [t.brief(read.at), read.entry.code.words, said]
        for read in newest_first(whole.results)
        if tests.is_no_test(read.entry)
        and read.entry.status not in current.NOT_A_VALUE
        and (said := overview.in_words(t, read.entry) or words.spoken(t, read.entry))
    ]
    section.table([t("Dato"), t("Hva"), t("Svar")], rows)
    return section
