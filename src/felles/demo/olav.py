# ruff: noqa: E501 - notes are read by their lines
"""Olav, 84: years with his GP, home care since last year, a broken hip four days ago, and going home to be arranged."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from felles.access.codes import MUNICIPAL_SERVICE
from felles.demo import build, courses, persons, planned, taking
from felles.demo.calendar import coming, open_before, open_day
from felles.demo.chart import Chart, Visit
from felles.demo.drugs import DRUGS
from felles.demo.lives import begin, finish
from felles.demo.people import DAUGHTER
from felles.demo.places import ALLOCATION, CLINIC, HOME_CARE, PHARMACY, WARD
from felles.demo.problems import PROBLEMS
from felles.demo.world import id_of
from felles.fhir.norway.systems import volven

if TYPE_CHECKING:
    from felles.demo.districts import Places
    from felles.demo.people import Household
    from felles.demo.world import Life, Person, Resource

_PROBLEMS: Final = (("hypertension", 2900), ("t2d", 2600), ("af", 1500), ("ckd", 900), ("knee", 1300))
"""What he has, and how many days since it was found."""
_VISITS: Final = (
    # days ago, who, what, blood pressure
    (96, "lise", "Dosett fylt. BT {bt} sittende. I godt humør, forteller fra fisketuren.", (134, 74)),
    (68, "tom", "Hjulpet med dusj. Hel hud. Spiser godt.", None),
    (40, "lise", "Dosett fylt. Litt mer ustø enn før. BT {bt}, svimmel da han reiste seg. Ringt fastlegen.", (114, 60)),
    (33, "tom", "Skrubbsår i pannen etter fall på badet, sett av legevakta. Ingen hodepine nå.", None),
    (19, "lise", "Dosett fylt. Matter på badet fjernet, håndtak bestilt. BT {bt}.", (118, 66)),
    (11, "tom", "Sovet dårlig, opp tre ganger for å late vannet. Ellers som vanlig.", None),
    (5, "lise", "Dosett fylt for uka. BT {bt}. Gruer seg til glatta.", (124, 68)),
)

_PAUSED: Final = (
    ("apixaban", "Pause ved operasjon"),
    ("metformin", "Pause til nyreprøvene er tilbake der de var"),
    ("ramipril", "Pause, lavt blodtrykk etter operasjonen"),
)


def old_man(person: Person, home: Household, places: Places, today: date, start: date, seed: int) -> Life:
    """Olav's life."""
    chart = Chart(person, home, places, today, start, seed)
    begin(chart)
    daughter = _daughter(chart)
    _proxy(chart)
    chart.body.tall, chart.body.build, chart.body.pressure = 176, 26.2, (122.0, 72.0)
    chart.body.filtration = 0.98
    chart.settled = frozenset({"ramipril"})
    chart.allergy("J01C", "Penicilliner", "Utslett og tungpust", True, open_before(chart.start + timedelta(days=90)))
    for key, days in _PROBLEMS:
        chart.body.begin(key, today - timedelta(days=days))
    courses.follow(chart, [PROBLEMS[key] for key, _ in _PROBLEMS])
    for key in ("apixaban", "metformin", "metoprolol", "ramipril", "paracetamol"):
        if chart.taken(key) is None:
            reason = {
                "apixaban": "Atrieflimmer",
                "metoprolol": "Atrieflimmer",
                "metformin": "Diabetes type 2",
                "ramipril": "Høyt blodtrykk",
            }
            chart.prescribe("ingrid", key, open_before(today - timedelta(days=700)), reason.get(key, "Kneleddsartrose"))
    _collected(chart)
    _home_care(chart)
    _fall_before(chart)
    _admission(chart, daughter)
    return finish(chart)


def _daughter(chart: Chart) -> str:
    """His daughter as next of kin; her number is in her own record, so that she can be given leave to act for him."""
    made = persons.related(
        chart.person,
        ("Marit", "Lian"),
        "DAUC",
        "Datter",
        phone="+47 911 00 222",
        number=chart.home.numbers.get(DAUGHTER, ""),
    )
    made["relationship"].append(
        {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0131", "code": "N"}],
            "text": "Nærmeste pårørende",
        }
    )
    made["telecom"][0]["rank"] = 1
    reference = chart.add("ingrid", made)
    day = open_day(chart.today - timedelta(days=380))
    chart.add("ingrid", persons.may_know(chart.person, reference, "Marit Lian", "Alt om helse og behandling", day))
    neighbour = persons.related(chart.person, ("Arne", "Bakken"), "NBOR", "Nabo, har nøkkel", phone="+47 922 00 318")
    neighbour["telecom"][0]["rank"] = 2
    key = chart.add("ingrid", neighbour)
    chart.add(
        "ingrid", persons.may_know(chart.person, key, "Arne Bakken", "At det trengs hjelp i huset, ikke sykdom", day)
    )
    return reference


def _proxy(chart: Chart) -> None:
    """He has let her read his record and see to his appointments."""
    if DAUGHTER in chart.home.numbers:
        since, receiver = chart.today - timedelta(days=120), f"Patient/{id_of('Patient', DAUGHTER)}"
        verbs, until = ("read", "book", "speak"), chart.today + timedelta(days=245)
        chart.add("ingrid", persons.proxy(chart.person, receiver, "Marit Lian", verbs, since, until))


def _collected(chart: Chart) -> None:
    """What his daughter has fetched for him at the pharmacy, every three months."""
    for key, number in (("apixaban", 196), ("metformin", 196), ("metoprolol", 98), ("ramipril", 98)):
        for days in (305, 208, 111, 19):
            day = open_before(chart.today - timedelta(days=days))
            chart.add("ingrid", taking.collected(chart.person, DRUGS[key], day, number))


def _halved(chart: Chart) -> None:
    """What the municipality's list says since it rang the GP: half of what is still ordered."""
    day, lise = chart.today - timedelta(days=19), chart.staff("lise")
    halved = "1 kapsel om morgenen, halvert etter telefon med fastlegen"
    chart.add("lise", taking.told(chart.person, "Ramipril kapsler 2,5 mg", "C09AA05", halved, day, day, by=lise))


def _home_care(chart: Chart) -> None:
    person, since = chart.person, open_day(chart.today - timedelta(days=400))
    day = open_before(since - timedelta(days=9))
    visit = chart.visit("turid", "HH", "Kartlegging ved tildelingskontoret", day, 10, 0, minutes=60)
    text = (
        "Søknad fra datteren. Kartlagt på hjemmebesøk. Bor alene i enebolig over to etasjer.\nVurdering: trenger hjelp med medisiner og dusj for å bo hjemme.\n"
        f"Vedtak: helsetjenester i hjemmet og trygghetsalarm fra {since.day}.{since.month}.{since.year}. Klagefrist fire uker."
    )
    chart.note(visit, "Vedtak om helse- og omsorgstjenester", text, minutes=150)
    lise, place = chart.staff("lise"), chart.place(HOME_CARE)
    chart.add(
        "turid",
        planned.episode(person, MUNICIPAL_SERVICE, "Hjemmesykepleie", place, lise, since, more=((volven(9151), "15"),)),
    )
    measures = [
        ("Dosett fylles, medisiner minnes om", "En gang i uka"),
        ("Hjelp til dusj", "Onsdag"),
        ("Trygghetsalarm", "Døgnet rundt"),
    ]
    chart.add("lise", planned.plan(person, "Tiltaksplan, hjemmesykepleie", measures, place, lise, since))
    told = (
        ("Bosituasjon", "63503-7", "Bor alene i enebolig over to etasjer. Soverom og bad oppe. Går med rullator inne."),
        ("Hva er viktig for deg?", "95541-9", "Å bo i huset så lenge det går, og å være i naustet om våren."),
    )
    for name, loinc, said in told:
        chart.add("lise", build.finding(person, name, loinc, {"valueString": said}, (since, 11, 0), lise))
    chart.add(
        "lise",
        planned.goal(
            person,
            "Gå til naustet og tilbake med rullator.",
            since,
            until=date(chart.today.year + (chart.today.month > 4), 5, 1),
        ),
    )
    for days, author, text, pressure in _VISITS:
        seen = chart.today - timedelta(days=days)
        visit = chart.visit(author, "HH", "Hjemmebesøk", seen, 9, 15, minutes=30)
        if pressure is not None:
            chart.pressure(visit, pressure)
        chart.note(visit, "Hjemmebesøk", text, minutes=30)
    _halved(chart)
    chart.add("lise", planned.flag(person, "Fare for fall. Går med rullator.", chart.today - timedelta(days=33), lise))


def _fall_before(chart: Chart) -> None:
    """Five weeks ago he fell and hit his forehead: the out-of-hours clinic, and the GP after it."""
    day = chart.today - timedelta(days=34)
    visit = chart.visit("aksel", "AMB", "Fall, kutt i pannen", day, 19, 10, minutes=260)
    chart.pressure(visit, (108, 62))
    chart.measure(visit, "puls")
    chart.note(
        visit,
        "Legevaktnotat",
        "Falt på badet, kutt i pannen. Husker alt. Bruker apiksaban.\nUS: Våken og orientert, GCS 15. Kutt 2 cm, limt. BT {bt}, puls {puls}.\nObservert i fire timer. CT caput ved hodepine eller kvalme. Fastlegen bes vurdere blodtrykksmedisinene.",
    )
    chart.diagnose("aksel", ("S18", ""), "Kutt i pannen", day, over=day + timedelta(days=14), visit=visit)
    chart.fell = day
    after = chart.consult("Kontroll etter fall", open_before(chart.today - timedelta(days=27)))
    chart.pressure(after, (112, 64))
    chart.measure(after, "puls", "kreatinin", "kalium", "hb")
    chart.note(
        after,
        "Kontroll etter fall",
        "Svimmel når han reiser seg. Ett fall, ett nestenfall.\nUS: BT {bt} liggende, 94/58 stående. Puls {puls}, uregelmessig.\nLab: kreatinin {kreatinin}, eGFR {egfr}, K {kalium}, Hb {hb}.\nV: Halverer ramipril hvis trykket ikke stiger. Hjemmetjenesten måler BT.",
    )


def _admission(chart: Chart, daughter: str) -> None:
    """Four days ago: emergency department, operation the day after, and the ward until today."""
    person, day = chart.person, chart.today - timedelta(days=4)
    chart.fell = day
    came = chart.visit("berit", "EMER", "Fall hjemme, smerter i høyre hofte", day, 5, 40, minutes=95, icd="S72.0")
    chart.pressure(came, (148, 78))
    chart.measure(came, puls=96, spo2=94, temperatur=36.2)
    chart.note(
        came,
        "Mottakssykepleier",
        "Funnet på badegulvet av hjemmetjenesten etter alarm kl. 04.50. Høyre bein forkortet og utadrotert. VAS 7 ved bevegelse, 2 etter blokade. BT {bt}, puls {puls}, SpO2 {spo2} %. Penicillinallergi, rødt armbånd.",
    )
    stay = chart.stay("jonas", "Lårhalsbrudd høyre side", (day, 7), None)
    chart.diagnose("jonas", ("L75", "S72.0"), "Lårhalsbrudd høyre side", day, key="hip", visit=stay)
    chart.measure(stay, hb=12.4, kreatinin=128, kalium=4.6, natrium=137, crp=9, glukose=9.8, inr=1.2)
    chart.note(
        stay,
        "Innkomstjournal",
        "84 år gammel mann. Kjent med hypertensjon, DM2, atrieflimmer, KNS og kneartrose. Snublet på vei til badet i natt.\nMedisiner hjemmefra: se listen; apiksaban tatt i går kveld kl. 20. Allergi: penicillin, utslett og tungpust.\nStatus: dislosert lårhalsbrudd høyre side. Cor: uregelmessig, ingen bilyd. Hb {hb}, kreatinin {kreatinin}, K {kalium}.\nVurdering: hemiprotese, tidligst 24 timer etter siste apiksaban. Apiksaban og metformin settes på pause. Klindamycin som profylakse.",
        minutes=60,
    )
    own, often, why = "Ibuprofen tabletter 400 mg", "1 tablett ved behov", "Vondt kne, kjøpt uten resept"
    since = day - timedelta(days=60)
    chart.add("berit", taking.told(person, own, "M01AE01", often, since, day, why=why))
    for key, pause in _PAUSED:
        made = chart.taken(key)
        if made is not None:
            build.pause(made, day + timedelta(days="etter operasjonen" in pause), pause)
    chart.prescribe("jonas", "dalteparin", day, "Forebygge blodpropp etter hofteoperasjon", end=None)
    chart.stop("paracetamol", day, "Byttet til fast dosering")
    chart.prescribe("jonas", "paracetamol-fast", day, "Smerter etter operasjon")
    chart.prescribe("jonas", "oksykodon", day, "Gjennombruddssmerter etter operasjon")
    chart.prescribe("jonas", "laktulose", day, "Forebygge forstoppelse ved opioid")
    operated = day + timedelta(days=1)
    chart.add(
        "jonas",
        build.procedure(
            person,
            "Hemiprotese i høyre hofte",
            (operated, 10, 20),
            (operated, 11, 45),
            chart.staff("jonas"),
            stay.reference,
        ),
    )
    _agreed(chart, stay)
    _given(chart, stay, day)
    _days_in_ward(chart, stay, day)
    _going_home(chart, stay, daughter)


def _agreed(chart: Chart, stay: Visit) -> None:
    """What he said about treatment the day after the operation, and the goal that he set."""
    person, jonas, day = chart.person, chart.staff("jonas"), chart.today - timedelta(days=2)
    said = "Ønsker full behandling og opptrening. Ønsker ikke respirator eller intensivbehandling over tid. Hjerte-lunge-redning: ja. Samtale med Olav, datteren til stede."
    chart.add(
        "jonas",
        build.finding(
            person,
            "Avklart om behandling",
            "75773-2",
            {"valueString": said},
            (day, 14, 0),
            jonas,
            encounter=stay.reference,
        ),
    )
    flag = "Behandlingsnivå avklart: HLR ja, ikke langvarig intensivbehandling."
    chart.add("jonas", planned.flag(person, flag, day, jonas, category="clinical"))
    chart.add(
        "jonas",
        planned.goal(
            person, "Gå trappa hjemme med prekestol eller rullator.", day, until=chart.today + timedelta(days=21)
        ),
    )


def _given(chart: Chart, stay: Visit, day: date) -> None:
    """The doses of the ward's evenings, and what was given for pain."""
    for after in range(1, 4):
        for key, hour in (("dalteparin", 20), ("oksykodon", 22)):
            when = (day + timedelta(days=after), hour, 5)
            chart.add("amir", taking.given(chart.person, DRUGS[key], when, chart.staff("amir"), stay.reference))


def _days_in_ward(chart: Chart, stay: Visit, day: date) -> None:
    notes: tuple[tuple[int, int, str, str, str, tuple[int, int] | None, dict[str, float]], ...] = (
        (1, 14, "jonas", "Operasjonsnotat", "Hemiprotese med sement, høyre side. Ukomplisert. Blødning 350 ml. Full belastning.", None, {}),
        (1, 22, "amir", "Sykepleienotat", "Urolig i kveldinga, plukker på veneflonen, tror han er på båten. Klar i perioder. Lys på, klokke og briller ved senga, datteren satt hos ham. BT {bt}.", (118, 64), {}),
        (2, 9, "jonas", "Visitt", "Første dag etter operasjonen. Delirøs i natt, bedre i dag. Hb {hb}, kreatinin {kreatinin}, CRP {crp}.\nVæske intravenøst, nye prøver i morgen. Ramipril settes ikke opp i dag.", None, {"hb": 9.6, "kreatinin": 152, "kalium": 4.9, "crp": 112}),
        (2, 15, "amir", "Sykepleienotat", "Opp på sengekanten med hjelp av to, stått ved senga. Spist litt suppe, drukket 900 ml. Residualurin 180 ml.", None, {}),
        (3, 9, "jonas", "Visitt", "Klar og orientert. Hb {hb}, kreatinin {kreatinin}, CRP {crp}. Apiksaban vurderes gjenopptatt dag 5, når dalteparin stanses.\nPlan: utreise om to til tre dager når han går på rommet med prekestol.", None, {"hb": 9.4, "kreatinin": 139, "kalium": 4.6, "crp": 84}),
        (3, 14, "amir", "Sykepleienotat", "Gått til døra med prekestol og en hjelper. Bandasje tørr. Avføring i dag. Sover bedre. BT {bt}.", (124, 68), {}),
    )  # fmt: skip
    for after, hour, author, title, text, pressure, values in notes:
        visit = Visit(stay.reference, author, day + timedelta(days=after), hour, 10)
        if pressure is not None:
            chart.pressure(visit, pressure)
        chart.measure(visit, **values)
        chart.note(visit, title, text)
    visit = Visit(stay.reference, "amir", chart.today, 7, 30)
    chart.pressure(visit, (126, 70))
    chart.measure(visit, puls=82, temperatur=36.9, spo2=95, hb=9.8, kreatinin=131, kalium=4.4)
    chart.note(
        visit,
        "Sykepleienotat, natt",
        "Sovet siden elleve, opp en gang til toalettet med prekestol og tilsyn. VAS 3. BT {bt}, SpO2 {spo2} %.",
        minutes=10,
    )


def _going_home(chart: Chart, stay: Visit, daughter: str) -> None:
    """What is left before he can go: tasks with an owner and a day each, the meeting, the control after it."""
    today, ahead = chart.today, coming(chart.today, 40)
    yesterday = today - timedelta(days=1)
    early = "Melding om innlagt pasient og tidlig varsel: trolig behov for korttidsopphold eller oftere tilsyn hjemme"
    review = "Gå gjennom medisinene før hjemreise: nyrefunksjon, når apiksaban og metformin skal settes i gang igjen, fall og blodtrykk"
    home = "Forbered hjemreise: medisiner, prekestol og daglig tilsyn den første uka"
    for author, text, owner, sent, due in (
        ("amir", early, ALLOCATION, today - timedelta(days=3), ahead[0]),
        ("jonas", review, PHARMACY, yesterday, today),
        ("jonas", "Trappetrening med fysioterapeut", WARD, yesterday, ahead[0]),
        ("jonas", "Fjerne veneflon", WARD, yesterday, today),
        ("jonas", "Bestille prekestol og toalettforhøyer", WARD, yesterday, ahead[0]),
        ("amir", home, HOME_CARE, today, ahead[1]),
    ):
        owed = build.at(chart.place(owner))
        task = planned.task(chart.person, text, owed, chart.staff(author), sent, due, focus=stay.reference)
        chart.add(author, task)
    meeting = _booked(chart, "Samtale med Olav og datteren om veien videre", WARD, "amir", (ahead[0], 13, 0))
    meeting["participant"].append({"actor": {"reference": daughter, "display": "Marit Lian"}, "status": "accepted"})
    chart.add("amir", meeting)
    chart.add("jonas", _booked(chart, "Kontroll etter hofteoperasjon", CLINIC, "jonas", (ahead[29], 10, 0)))


def _booked(chart: Chart, text: str, place: str, staff: str, start: tuple[date, int, int]) -> Resource:
    """An appointment of half an hour, made yesterday."""
    return planned.appointment(
        chart.person, text, chart.place(place), chart.staff(staff), start, minutes=30,
        created=chart.today - timedelta(days=1),
    )  # fmt: skip
