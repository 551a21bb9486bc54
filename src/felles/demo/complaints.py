# ruff: noqa: E501 - tables read by their columns
"""What comes and goes: complaints seen once, by the GP by day or at the out-of-hours clinic."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Complaint:
    """`weight`: how often beside the others; `sexes`: who has it. `tests`: (test, lowest, highest) on that day.

    `drug` is a course; `instead` stands in for it when the person must not have it. `{crp}` and other keys of tests
    in `found` become the values measured. `urgent`: seen at the out-of-hours clinic.
    """

    icpc: str
    name: str
    ages: tuple[int, int]
    weight: float
    told: tuple[str, ...]
    found: tuple[str, ...]
    agreed: tuple[str, ...]
    sexes: str = "fm"
    tests: tuple[tuple[str, float, float], ...] = ()
    drug: str = ""
    instead: str = ""
    urgent: bool = False
    days: int = 12
    then: tuple[int, str, str] | None = None
    """The contact at the GP's that was agreed: after how many days, its title, its note."""


_ROWS = (
    Complaint("R74", "Luftveisinfeksjon", (1, 95), 9, ("Hoste og feber i fire dager. Spiser og drikker.", "Tett nese, sår hals, slapp siden helga.", "Forkjølet en uke, hoster om natta."), ("Pulm: ingen knatring. Svelg lett rødt. CRP {crp}.", "Upåvirket. Lungene rene. CRP {crp}."), ("Symptomatisk behandling. Tar kontakt ved forverring.", "Råd om hvile og drikke."), tests=(("crp", 1, 28), ("temperatur", 37.0, 38.7))),
    Complaint("H71", "Mellomørebetennelse", (1, 7), 5, ("Vondt i øret siden i natt, feber.", "Tar seg til øret, dårlig søvn to netter."), ("Rød, buklende trommehinne høyre side. Temp {temperatur}.", "Rød trommehinne venstre side. Temp {temperatur}."), ("Ser an i to døgn, smertestillende.", "Paracetamol etter vekt; tilbake hvis ikke bedre."), tests=(("temperatur", 37.6, 39.4),)),
    Complaint("R76", "Halsbetennelse", (4, 45), 4, ("Sår hals og feber i to dager, ingen hoste.", "Vondt å svelge, feber siden i går kveld."), ("Belegg på tonsillene, hovne glandler på halsen. Strep A positiv. CRP {crp}.",), ("Fenoksymetylpenicillin i fem dager.",), tests=(("crp", 28, 90), ("temperatur", 38.0, 39.5)), drug="fenoksymetyl", instead="erytromycin", days=7),
    Complaint("R81", "Lungebetennelse", (18, 95), 2, ("Hoste, feber og slapphet i fem dager.",), ("Knatrelyder basalt høyre side. CRP {crp}, SpO2 {spo2} %.",), ("Penicillin i en uke, ny kontroll ved manglende bedring.",), tests=(("crp", 70, 180), ("temperatur", 38.1, 39.6), ("spo2", 93, 97)), drug="fenoksymetyl-7", instead="doksysyklin", days=14),
    Complaint("U71", "Urinveisinfeksjon", (16, 95), 6, ("Svie og hyppig vannlating i to dager. Ingen feber.", "Svie ved vannlating siden i går."), ("Urinstiks: leukocytter og nitritt positiv. Ingen bankeømhet over nyrelosjene.", "Upåvirket. Stiks: leukocytter 3+, blod 1+, nitritt neg."), ("Kort antibiotikakur. Tar kontakt ved feber eller flankesmerter.", "Behandles som ukomplisert cystitt."), sexes="f", drug="pivmecillinam", instead="nitrofurantoin", days=5),
    Complaint("L03", "Korsryggsmerter", (20, 80), 6, ("Vondt i ryggen etter snømåking.", "Akutt hold i ryggen ved et løft.", "Vondt i ryggen etter flytting av ved.", "Stiv og vond korsrygg siden helga."), ("Palpøm paravertebralt. Lasègue neg. Full kraft i beina.", "Smerter ved fleksjon, ingen utstråling, normale reflekser."), ("Holde seg i aktivitet, smertestillende ved behov.", "work:Sykmeldt en uke. Fysioterapi hvis ikke bedre."), days=21),
    Complaint("L83", "Nakkeplager", (20, 70), 3, ("Stiv nakke og hodepine mot slutten av dagen.", "Vondt i nakken etter maling av taket."), ("Nedsatt rotasjon mot høyre, stramme nakkemuskler. Ingen nevrologiske utfall.",), ("Øvelser og pauser. Fysioterapi ved behov.",), days=30),
    Complaint("L92", "Skulderplager", (35, 80), 3, ("Vondt i skulderen når armen løftes, verst om natta.", "Skulderen er vond etter vinterens skitur."), ("Smertebue 60–120 grader, god kraft.",), ("Avlastning, øvelser. Injeksjon hvis ikke bedre.",), days=60),
    Complaint("D73", "Magetarminfeksjon", (1, 90), 4, ("Oppkast og løs mage i to døgn, flere i husstanden syke.", "Diaré siden i forgårs, noe kvalm.", "Kastet opp hele natta, nå bare løs mage."), ("Bløt mage, lett diffus ømhet. Ikke dehydrert.", "Abdomen bløt, livlige tarmlyder. Fuktige slimhinner."), ("Drikke små mengder ofte. Ser an.", "Væskeråd. Hjemme til to døgn etter siste symptom."), days=5),
    Complaint("A04", "Slapphet", (16, 75), 4, ("Sliten siste måneden. Sover greit.", "Tungt å komme i gang, ellers frisk."), ("God allmenntilstand. Hb {hb}, TSH {tsh}.",), ("Blodprøver uten holdepunkter for sykdom. Telefontime ved behov.",), tests=(("hb", 0, 0), ("tsh", 0, 0), ("crp", 0, 0)), days=30),
    Complaint("S88", "Kontakteksem", (16, 70), 3, ("Utslett på hendene etter ny såpe.",), ("Tørt, sprukket eksem på håndryggene.",), ("Hansker, fuktighetskrem, kortisonkrem i to uker.",), drug="hydrokortison", days=21),
    Complaint("S84", "Brennkopper", (2, 11), 2, ("Sår ved munnen siden helga, sprer seg.",), ("Gulbrune skorper perioralt.",), ("Vask og fusidinkrem. Hjemme til sårene er tørre.",), drug="fusidin", days=10),
    Complaint("F70", "Øyekatarr", (1, 80), 3, ("Rødt øye med puss siden i går.", "Øyet klistret igjen om morgenen."), ("Konjunktival injeksjon, gult sekret. Normalt syn.", "Rødt øye, lite sekret, ingen lysskyhet."), ("Rensing med vann, øyedråper hvis ikke bedre.", "Ser an, god håndhygiene."), days=6),
    Complaint("H81", "Ørevoks", (30, 90), 2, ("Tett øre etter dusjing.", "Hører dårlig på det ene øret."), ("Ørevoks, fjernet. Trommehinnen hel.",), ("Ingen kontroll.",), days=1),
    Complaint("N17", "Svimmelhet", (40, 92), 3, ("Karusellsvimmel ved snuing i senga.", "Svimmel ved raske hodebevegelser."), ("Dix-Hallpike positiv. Ingen fokale utfall. BT {bt}.",), ("Manøver utført, øvelser hjemme.",), days=14),
    Complaint("D01", "Magesmerter", (16, 70), 3, ("Vondt øverst i magen etter måltider.", "Sure oppstøt og trykk under brystbeinet."), ("Bløt mage, ingen slippøm. CRP {crp}.",), ("Syredempende fra apoteket i fire uker, ny vurdering deretter.",), tests=(("crp", 1, 5),), days=28),
    Complaint("P02", "Psykisk belastning", (22, 64), 4, ("work:Mye på jobb og hjemme, sover dårlig.", "Dødsfall i nær familie for en måned siden."), ("Tårevåt, god kontakt. Ikke suicidal.",), ("work:Samtale. Gradert sykmelding i to uker.", "Samtaler videre, ikke sykmeldt."), days=60),
    Complaint("S12", "Flåttbitt", (12, 80), 2, ("Rød ring rundt flåttbitt på leggen, vokser.",), ("Erythema migrans, 7 cm.",), ("Penicillin i to uker; ny kontakt hvis feber eller leddplager.",), drug="fenoksymetyl-14", instead="doksysyklin", days=14),
    Complaint("T99", "Trening og kosthold", (20, 60), 1, ("Ønsker råd om vekt og mosjon.",), ("Vekt {vekt}, BT {bt}.",), ("Råd gitt, tilbud om frisklivssentralen.",), tests=(("vekt", 0, 0),), days=1),
    Complaint("L77", "Overtråkk ankel", (8, 70), 4, ("Tråkket over på trening i går.", "Vrikket foten i en trapp.", "Skled på isen, vondt på utsiden av ankelen."), ("Hevelse lateralt, ikke øm over malleolene. Belaster.", "Blåmerke og hevelse foran ytterankelen, stabil."), ("Ottawa negativ, ikke røntgen. Elastisk bandasje.",), urgent=True, days=21),
    Complaint("S18", "Kuttskade", (3, 80), 4, ("Kuttet seg på kniv.", "Falt på glasskår."), ("Rent kutt på hånden, 2–3 cm, intakt bevegelighet og følelse.",), ("Sydd i lokalbedøvelse. Fjerning av sting hos fastlege om ti dager.",), urgent=True, days=12, then=(10, "Fjerning av sting", "Sår på hånden sydd på legevakta.\nUS: Reaksjonsløst sår. Full bevegelighet og følelse.\nV: Stingene fjernet. Ingen kontroll.")),
    Complaint("A03", "Feber hos barn", (1, 6), 4, ("Høy feber siden i natt, drikker noe.", "Feber andre døgn, tett nese, leker innimellom."), ("Våken, god kontakt, ingen nakkestivhet. Temp {temperatur}, CRP {crp}.",), ("Virusinfeksjon mest sannsynlig. Rådgitt, ny kontakt ved slapphet.",), tests=(("temperatur", 38.4, 40.0), ("crp", 2, 38)), urgent=True, days=5),
    Complaint("K02", "Brystsmerter", (40, 80), 2, ("Trykk i brystet i et par timer, nå bedre.",), ("EKG uten iskemi. BT {bt}, puls {puls}. Smertefri nå.",), ("Lav risiko etter vurdering; kontroll hos fastlege. 113 ved nye smerter.",), tests=(("puls", 64, 92), ("spo2", 96, 99)), urgent=True, days=2, then=(6, "Kontroll etter brystsmerter", "Ikke hatt vondt siden legevakta. Ingen smerter ved anstrengelse.\nUS: BT {bt}, puls {puls}. Cor/pulm: fys. forh. Nytt EKG uendret. LDL {ldl}, HbA1c {hba1c}.\nV: Holdepunkter for muskelsmerter. Ny kontakt ved smerter som kommer av å gå.")),
    Complaint("R80", "Influensa", (5, 90), 2, ("Brå start med feber, muskelsmerter og hoste.",), ("Allmennpåvirket. Lungene rene. Temp {temperatur}, CRP {crp}.",), ("Hvile, drikke, paracetamol.",), tests=(("temperatur", 38.3, 39.8), ("crp", 8, 45)), urgent=True, days=8),
)  # fmt: skip
COMPLAINTS = _ROWS
