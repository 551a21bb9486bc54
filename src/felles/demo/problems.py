# ruff: noqa: E501 - tables read by their columns
"""Long-standing problems: who has them, what is taken and followed, what is told, found and agreed at a control.

Codes are single ones of ICPC-2 (GPs) and ICD-10 (hospitals), with words of our own. Shares are roughly those of
Norwegian surveys of people in their age; courses and texts are made up. Nothing here says what treatment should be.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """`share`: (women, men) between `ages` who have it; `drugs` with what stands in for one that an allergy forbids.

    `needs`: problems without which it does not come here, `not_with` those beside which it does not. `told`, `found`
    and `agreed` are parts of notes, of which a control takes one each; `refer` is (unit or field, question, answer).
    """

    key: str
    icpc: str
    icd: str
    name: str
    short: str
    ages: tuple[int, int]
    share: tuple[float, float]
    drugs: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    agreed: tuple[str, ...] = ()
    every: float = 1.0
    """Years between controls."""
    pressure: bool = False
    needs: tuple[str, ...] = ()
    not_with: tuple[str, ...] = ()
    refer: tuple[str, str, tuple[str, ...]] | None = None
    refer_share: float = 0.25


_ROWS = (
    Problem(
        "hypertension", "K86", "I10", "Høyt blodtrykk", "hypertensjon", (42, 99), (0.32, 0.34), ("ramipril", "amlodipin"),
        ("kreatinin", "kalium", "natrium", "puls"),
        ("Velbefinnende. Måler BT hjemme om morgenen.", "Ingen svimmelhet eller hodepine. Tar medisinene fast.", "Litt hovne ankler om kvelden, ellers bra.", "Kjenner ikke noe til trykket.", "Går tur de fleste dager. Ingen tungpust."),
        ("Cor/pulm: fys. forh. Ingen ødem.", "Rm puls, ingen bilyd.", "Ingen perifere ødem."),
        ("Fortsetter uendret.", "Snakket om salt, alkohol og mosjon.", "Hjemmemålinger en uke før neste kontroll."),
        0.75, True,
    ),
    Problem(
        "t2d", "T90", "E11", "Diabetes type 2", "DM2", (42, 95), (0.09, 0.13), ("metformin", "empagliflozin"),
        ("hba1c", "ldl", "kreatinin", "acr", "vekt"),
        ("Ingen føling. Måler lite hjemme.", "Har lagt om frokosten og går mer enn før.", "Syns det er vanskelig med kostholdet i høytidene.", "Ingen tørste eller hyppig vannlating.", "Øyelege siste året uten forandringer."),
        ("Føtter: hele, varme, kjenner monofilament.", "Ingen sår på føttene, gode pulser.", "Føtter: tørr hud, ellers uten anm."),
        ("Fortsetter med samme behandling.", "Årskontroll tatt; ny prøve om et halvt år.", "Mål for HbA1c drøftet."),
        0.5, True, (), ("t1d",),
    ),
    Problem(
        "t1d", "T89", "E10", "Diabetes type 1", "DM1", (9, 60), (0.006, 0.007), ("insulin-glargin", "insulin-aspart"),
        ("hba1c", "kreatinin", "ldl", "vekt"),
        ("Bruker sensor, sjelden føling.", "Noen lave verdier om natta etter trening.", "Ingen alvorlig føling siden sist."),
        ("Stikkstedene er fine.", "Ingen fortykkelser i huden."), ("Justerer kveldsdosen sammen med sykehuset.", "Fortsetter uendret."),
        1.0, True, (), ("t2d",), ("medisin-poliklinikk", "Kontroll ved diabetes type 1", ("Kontroll på poliklinikken. Sensor lest av, få lave verdier. Ingen senkomplikasjoner påvist.",)), 0.9,
    ),
    Problem(
        "lipids", "T93", "E78", "Høyt kolesterol", "hyperlipidemi", (45, 90), (0.10, 0.13), ("atorvastatin",), ("ldl", "kolesterol", "alat"),
        ("Tåler statinet.", "Ingen muskelsmerter av tablettene.", "Glemmer tabletten av og til."), (),
        ("Samme dose.", "Ny lipidprøve om et år."), 1.0,
    ),
    Problem(
        "af", "K78", "I48", "Atrieflimmer", "atrieflimmer", (64, 99), (0.10, 0.15), ("apixaban", "metoprolol"), ("puls", "kreatinin", "hb"),
        ("Merker lite til hjerterytmen.", "Av og til uro i brystet om kvelden, går over.", "Ingen blødninger. Ingen tungpust."),
        ("Uregelmessig puls. Lungene rene.", "Uregelmessig uregelmessig rytme, god hvilefrekvens."),
        ("Fortsetter med blodfortynnende.", "Nyreprøve hvert halvår pga. antikoagulasjon.", "Frekvensen er god, uendret dose."),
        0.5, True, refer=("medisin-poliklinikk", "Vurdering av atrieflimmer", (
            "Ekko cor med normal venstre ventrikkelfunksjon, lett forstørret venstre atrium. Frekvenskontroll anbefales, antikoagulasjon fortsetter.",
            "24-timers EKG viser atrieflimmer med middelfrekvens på rundt 75. Ingen pauser. Ingen videre kontroll her.")), refer_share=0.5,
    ),
    Problem(
        "ihd", "K76", "I25", "Koronar hjertesykdom", "koronarsykdom", (56, 95), (0.05, 0.11), ("asa", "atorvastatin-80", "metoprolol", "glyserolnitrat"), ("ldl", "kreatinin", "puls"),
        ("Ingen brystsmerter ved vanlig gange.", "Nitroglyserin brukt en gang siden sist, i motbakke.", "Går i trapper uten å stoppe."),
        ("Cor: rene toner. Ingen stuvning.", "Rm puls, lungene rene."), ("Fortsetter uendret.", "LDL er viktig; samme dose statin."),
        0.75, True, (), ("lipids", "af"), ("medisin-poliklinikk", "Anstrengelsesutløste brystsmerter", ("CT koronar: ikke-obstruktive plakk. Medikamentell behandling fortsetter.", "Arbeids-EKG uten iskemitegn til 90 % av maksimal puls.")), 0.5,
    ),
    Problem(
        "heart-failure", "K77", "I50", "Hjertesvikt", "hjertesvikt", (70, 99), (0.30, 0.34), ("furosemid", "bisoprolol", "kandesartan"), ("probnp", "kreatinin", "kalium", "natrium", "vekt", "puls"),
        ("Sover med to puter. Tungpust i motbakker.", "Veier seg om morgenen, stabil vekt.", "Litt mer hovne bein i varmen.", "Klarer handleturen selv."),
        ("Lett pittingødem ved anklene. Lungene rene.", "Ingen halsvenestuvning. Lungene rene.", "Noen fuktige knatrelyder basalt, ellers bra."),
        ("Fortsetter uendret; tar kontakt ved vektøkning over 2 kg på tre dager.", "Nyreprøver og kalium om tre måneder."),
        0.5, True, ("hypertension",), ("copd",), ("medisin-poliklinikk", "Økende tungpust ved kjent hjertesvikt", ("Ekko cor: venstre ventrikkel med ejeksjonsfraksjon rundt 40 %. Optimalisering av medisiner hos fastlege.",)), 0.5,
    ),
    Problem(
        "thyroid", "T86", "E03", "Lavt stoffskifte", "hypotyreose", (24, 92), (0.08, 0.02), ("levotyroksin",), ("tsh", "ft4"),
        ("Mer energi enn før, ingen hjertebank.", "Litt sliten, ellers bra. Tar tabletten fastende.", "Ingen plager."),
        ("Glandula thyreoidea uten knuter.",), ("TSH vurdert, samme dose.", "Ny prøve om et år."), 1.0,
    ),
    Problem(
        "asthma", "R96", "J45", "Astma", "astma", (6, 65), (0.08, 0.07), ("budesonid", "salbutamol"), ("pef", "spo2"),
        ("Bruker anfallsmedisin en gang i uka. Sover godt.", "Mer plager i pollensesongen.", "Ingen forverring siden sist.", "Piper litt ved løping i kulda."),
        ("Lungene: ingen pipelyder.", "Noe forlenget ekspirium, ellers rene lunger."), ("Inhalasjonsteknikk gjennomgått.", "Fortsetter uendret.", "Egenbehandlingsplan gjennomgått."),
        1.0, not_with=("copd",),
    ),
    Problem(
        "copd", "R95", "J44", "Kols", "kols", (56, 95), (0.07, 0.08), ("tiotropium", "salbutamol"), ("spo2", "fev1", "vekt"),
        ("Tyngre i bakker enn i fjor.", "Hoster noe slim om morgenen.", "Stabil siden sist, ingen antibiotikakurer.", "Må stoppe i trappa til andre etasje."),
        ("Svekkede respirasjonslyder, ingen knatring.", "Forlenget ekspirium, ingen cyanose."), ("Influensavaksine anbefalt.", "Lungerehabilitering drøftet.", "Inhalasjonsteknikk gjennomgått."),
        0.75, not_with=("asthma", "heart-failure"), refer=("medisin-poliklinikk", "Lungerehabilitering ved kols", ("Fire ukers lungerehabilitering gjennomført med god innsats. Gangtesten bedret. Egentrening videre.",)), refer_share=0.4,
    ),
    Problem(
        "depression", "P76", "F32", "Depresjon", "depresjon", (18, 80), (0.08, 0.05), ("sertralin",), (),
        ("work:Sover bedre. Tilbake på jobb i halv stilling.", "Stemningsleiet svinger, men flere gode dager.", "Ingen tanker om å ta livet sitt.", "Lite overskudd, trekker seg fra venner."),
        ("God formell kontakt, noe nedstemt. Ikke suicidal.", "Smiler, følger samtalen godt. Ikke suicidal."), ("Samtale annenhver uke.", "Fortsetter medisin og samtaler.", "Plan for aktivitet i hverdagen."),
        0.4, refer=("dps", "Depresjon, manglende bedring", ("Vurdert på poliklinikken. Får kognitiv terapi, tolv timer. Medisinering fortsetter hos fastlege.",)), refer_share=0.35,
    ),
    Problem(
        "anxiety", "P74", "F41", "Angst", "angst", (17, 70), (0.05, 0.03), (), (),
        ("Færre anfall. Tar bussen igjen.", "Unngår store butikker.", "work:Uro i magen før møter på jobb."), ("Spent, ellers god kontakt.",), ("Eksponering drøftet; hjemmeoppgaver.", "Kurs i mestring anbefalt."),
        0.6, refer=("psykolog", "Panikkanfall, unngåelse", ("Tolv timer kognitiv terapi fullført. God bedring; avsluttes her.",)), refer_share=0.5,
    ),
    Problem(
        "insomnia", "P06", "G47", "Søvnvansker", "søvnvansker", (35, 92), (0.06, 0.04), ("melatonin",), (),
        ("Våkner klokka fire og blir liggende.", "work:Sover bedre når skjermen ligger i et annet rom.", "Sover bedre etter at hvilen midt på dagen er kuttet ut.", "Sovner greit, men er oppe to ganger om natta."), (), ("Søvnråd gitt. Melatonin videre.", "Vurderer å slutte med tablettene til våren."), 1.0,
    ),
    Problem(
        "migraine", "N89", "G43", "Migrene", "migrene", (15, 58), (0.12, 0.05), ("sumatriptan",), (),
        ("To anfall i måneden, god virkning når tabletten tas tidlig.", "Et anfall siden sist.", "Flere anfall i travle perioder."), ("Nevrologisk orienterende us. uten anm.",), ("Hodepinedagbok videre.", "Fortsetter uendret."),
        1.2, True, not_with=("ihd",),
    ),
    Problem(
        "knee", "L90", "M17", "Kneleddsartrose", "kneartrose", (55, 92), (0.14, 0.10), ("paracetamol",), (),
        ("Igangsettingssmerter i kneet.", "Verre etter lange turer.", "God nytte av trening hos fysioterapeut."), ("Kne: lett hydrops, full ekstensjon.", "Kne: krepitasjoner, stabilt."), ("Trening videre; røntgen bare hvis verre.", "Vektreduksjon drøftet."),
        1.2, refer=("ortopedi-poliklinikk", "Kneleddsartrose, nattesmerter", ("Røntgen med moderat artrose. Protese er ikke aktuelt nå; trening videre.",)), refer_share=0.3,
    ),
    Problem(
        "hip", "L89", "M16", "Hofteleddsartrose", "hofteartrose", (62, 92), (0.06, 0.04), ("paracetamol",), (),
        ("Vondt i lysken ved gange.", "Vanskelig å ta på sokker."), ("Hofte: innskrenket innadrotasjon.",), ("Trening videre.", "Smertestillende ved behov."),
        1.0, refer=("ortopedi-poliklinikk", "Hofteleddsartrose, vurdering av protese", ("Betydelig artrose på røntgen. Settes på venteliste for hofteprotese.",)), refer_share=0.4,
    ),
    Problem(
        "osteoporosis", "L95", "M81", "Beinskjørhet", "osteoporose", (64, 97), (0.16, 0.04), ("alendronat", "kalsium"), ("d-vitamin", "kreatinin"),
        ("Ingen fall siden sist. Tåler medisinen.", "Tar tabletten søndag morgen."), ("Rett rygg, ingen bankeømhet.",), ("Ny måling av beintetthet neste år.", "Fallforebygging drøftet."), 1.0,
    ),
    Problem(
        "iron", "B80", "D50", "Jernmangel", "jernmangel", (15, 50), (0.10, 0.0), ("jern",), ("hb", "ferritin"),
        ("Sliten, blek. Rikelige menstruasjoner.", "Mindre sliten. Tåler tablettene med mat."), ("Slimhinner noe bleke.",), ("Fortsetter jern i tre måneder.", "Ny Hb og ferritin om tre måneder."), 0.3,
    ),
    Problem(
        "eczema", "S87", "L20", "Atopisk eksem", "atopisk eksem", (1, 40), (0.10, 0.09), ("hydrokortison",), (),
        ("Verre om vinteren.", "Klør om natta.", "Rolig hud i sommer."), ("Tørr hud, eksem i albuebøyer og knehaser.", "Få, tørre flekker."), ("Fuktighetskrem daglig, kortisonkrem i perioder.", "Smøring gjennomgått."), 1.5,
        refer=("hud", "Eksem, lite effekt av lokalbehandling", ("Eksem av middels grad. Lysbehandling gitt i åtte uker med god effekt.",)), refer_share=0.2,
    ),
    Problem(
        "gout", "T92", "M10", "Urinsyregikt", "gikt", (45, 90), (0.01, 0.06), ("allopurinol",), ("urat", "kreatinin"),
        ("Ingen anfall siden sist.", "Et anfall i stortåa i vår."), ("Ingen rødme eller hevelse i dag.",), ("Samme dose, mål for urat under 360.",), 1.0,
    ),
    Problem(
        "rheuma", "L88", "M05", "Leddgikt", "RA", (38, 85), (0.014, 0.007), ("metotreksat", "folat"), ("crp", "sr", "hb", "alat", "kreatinin"),
        ("Morgenstivhet en halv time.", "work:Lite vondt, jobber fullt."), ("Ingen hovne ledd i dag.", "Lett hevelse i to fingerledd."), ("Metotreksat en gang i uka som før.", "Blodprøver hver tredje måned."), 0.5,
        refer=("medisin-poliklinikk", "Leddgikt, kontroll", ("Leddgikt i lav aktivitet. Metotreksat fortsetter, blodprøver hos fastlege.",)), refer_share=0.8,
    ),
    Problem(
        "prostate", "Y85", "N40", "Forstørret prostata", "BPH", (56, 95), (0.0, 0.20), ("tamsulosin",), ("psa", "kreatinin"),
        ("Opp en gang om natta.", "Svak stråle, ellers bra."), ("Prostata glatt, lett forstørret.",), ("Fortsetter tamsulosin.",), 1.2, not_with=("prostate-cancer",),
    ),
    Problem(
        "ckd", "U99", "N18", "Kronisk nyresykdom", "KNS", (66, 97), (0.10, 0.11), (), ("kreatinin", "kalium", "hb", "acr"),
        ("Unngår betennelsesdempende smertestillende.", "Føler seg som før."), ("Ingen ødem.",), ("Nyreprøver hvert halvår.", "Medisinlisten gått gjennom med tanke på nyrene."), 0.4, True, ("hypertension",),
    ),
    Problem(
        "reflux", "D84", "K21", "Refluks", "refluks", (30, 85), (0.06, 0.06), ("pantoprazol",), (),
        ("Halsbrann etter sene måltider.", "God effekt av tablettene."), ("Abdomen bløt, uøm.",), ("Prøver å trappe ned til behov.",), 1.5,
    ),
    Problem(
        "dementia", "P70", "F03", "Demens", "demens", (76, 99), (0.15, 0.12), ("donepezil",), ("b12", "tsh", "vekt"),
        ("Pårørende forteller om flere ting som blir borte.", "Trives hjemme, spiser når maten settes fram.", "Har gått seg bort en gang."), ("Vennlig, noe leting etter ord. Orientert for egne data.", "Usikker på dato, kjenner igjen pårørende."), ("Medisinene legges i dosett.", "Dagsenter drøftet.", "Samtale med pårørende om hverdagen."), 0.6,
    ),
    Problem(
        "parkinson", "N87", "G20", "Parkinsons sykdom", "Parkinson", (64, 90), (0.006, 0.010), ("levodopa",), ("vekt",),
        ("Stivere mot slutten av doseperioden.", "Trener på gruppe."), ("Liten skrift, hviletremor høyre hånd.",), ("Fortsetter, tidspunktene for medisin er viktige.",), 0.6,
    ),
    Problem(
        "epilepsy", "N88", "G40", "Epilepsi", "epilepsi", (6, 80), (0.007, 0.007), ("lamotrigin",), (),
        ("Anfallsfri siste året.", "Et kort anfall i vinter etter lite søvn."), ("Nevrologisk us. uten anm.",), ("Fortsetter uendret.",), 1.0,
    ),
    Problem(
        "adhd", "P81", "F90", "ADHD", "ADHD", (8, 40), (0.035, 0.05), ("metylfenidat",), ("puls", "vekt"),
        ("Bedre konsentrasjon på dagtid.", "Mindre matlyst midt på dagen."), ("Rolig i samtalen.",), ("Samme dose; puls, BT og vekt halvårlig.",), 0.5, True,
    ),
    Problem(
        "psoriasis", "S91", "L40", "Psoriasis", "psoriasis", (18, 85), (0.03, 0.03), ("kalsipotriol",), (),
        ("Bedre i sommersola.", "Klør i hodebunnen."), ("Skjellende plakk på albuer og knær.",), ("Fortsetter lokalbehandling.",), 1.5,
    ),
    Problem(
        "hayfever", "R97", "J30", "Pollenallergi", "pollenallergi", (7, 60), (0.10, 0.10), ("desloratadin",), (),
        ("Rennende nese og øyne i bjørkesesongen.",), ("Rødlige slimhinner i nesa.",), ("Antihistamin fra april.",), 1.8,
    ),
    Problem(
        "bleeding", "X06", "N92", "Kraftige menstruasjoner", "kraftige blødninger", (24, 52), (0.07, 0.0), (), ("hb", "ferritin"),
        ("Blør i åtte dager, store bind de tre første.", "Noe mindre blødning siste halvår."), ("Gyn. us.: normalt funn.",), ("Vurderer hormonspiral.", "Ser an til neste kontroll."), 1.5,
        refer=("gyn", "Kraftige blødninger, ønsker vurdering", ("Ultralyd viser normal livmor, slimhinne 7 mm. Hormonspiral satt inn.", "Liten muskelknute uten innvekst i livmorhulen. Medikamentell behandling prøves først.")), refer_share=0.7,
    ),
    Problem(
        "prolapse", "X87", "N81", "Fremfall", "fremfall", (52, 88), (0.06, 0.0), (), (),
        ("Tyngdefølelse nedad mot kvelden.",), ("Cystocele grad 2.",), ("Bekkenbunnstrening.",), 2.0,
        refer=("gyn", "Fremfall, ønsker vurdering av ring eller operasjon", ("Cystocele grad 2. Ring tilpasset, god effekt. Skiftes hos fastlege hver tredje måned.",)), refer_share=0.6,
    ),
    Problem(
        "breast-cancer", "X76", "C50", "Brystkreft, operert", "ca. mammae", (48, 85), (0.025, 0.0), ("tamoksifen",), (),
        ("Hetetokter av tablettene, ellers bra.", "Mammografi siste året uten nye funn."), ("Bryst og aksiller uten patologiske funn.",), ("Årlig mammografi. Tablettene fortsetter.",), 1.0,
    ),
    Problem(
        "prostate-cancer", "Y77", "C61", "Prostatakreft, behandlet", "ca. prostatae", (62, 90), (0.0, 0.035), (), ("psa",),
        ("Noe lekkasje ved hosting.", "Ingen plager."), ("Allmenntilstand god.",), ("PSA hvert halvår.",), 0.6, not_with=("prostate",),
    ),
)  # fmt: skip
PROBLEMS = {problem.key: problem for problem in _ROWS}

FIRST = {
    "hypertension": (
        "Forhøyet BT ved tilfeldig måling, bekreftet med målinger hjemme.",
        "Høyt BT på apoteket. Ingen plager.",
    ),
    "t2d": ("Tørst og slapp de siste månedene.", "Tilfeldig høyt blodsukker ved helsesjekk."),
    "t1d": ("Tørst, hyppig vannlating og vekttap siste uker. Vært innom sykehuset og startet med insulin.",),
    "lipids": ("Høyt kolesterol ved helsesjekk. Far med hjerteinfarkt før 60.",),
    "af": ("Hjertebank og ujevn puls siste uke.", "Ujevn puls oppdaget ved BT-måling."),
    "ihd": ("Klemmende brystsmerter i motbakke, slipper i hvile.",),
    "heart-failure": ("Tungpust ved anstrengelse og hovne bein siste måned.",),
    "thyroid": ("Sliten, fryser lett, gått opp i vekt.",),
    "asthma": ("Piper i brystet ved anstrengelse, hoster om natta.",),
    "copd": ("Kronisk hoste og tungpust i trapper. Har røykt i mange år.",),
    "depression": ("Nedstemt i to måneder, lite søvn, mister interessen.",),
    "anxiety": ("Anfall med hjertebank, svetting og redsel siste halvår.",),
    "insomnia": ("Ligger våken til klokka to de fleste netter.",),
    "migraine": ("Halvsidig, bankende hodepine med kvalme, et par ganger i måneden.",),
    "knee": ("Smerter i kneet ved gange, gradvis verre.",),
    "hip": ("Lyskesmerter ved gange, gradvis verre.",),
    "osteoporosis": ("Mindre i høyde. Beintetthetsmåling viser T-skår under -2,5.",),
    "iron": ("Sliten, blek. Rikelige menstruasjoner.",),
    "eczema": ("Kløende utslett i albuebøyer og knehaser.",),
    "gout": ("Plutselig rød og vond stortå siden i natt.",),
    "rheuma": ("Hovne, stive fingerledd om morgenen siste måneder. Utredet på sykehuset.",),
    "prostate": ("Svak stråle, opp om natta for å late vannet.",),
    "ckd": ("Kommer for oppfølging av nedsatt nyrefunksjon ved to prøver.",),
    "reflux": ("Halsbrann og sure oppstøt flere ganger i uka.",),
    "dementia": ("Pårørende er bekymret for hukommelsen det siste året.",),
    "parkinson": ("Skjelving i høyre hånd i hvile, går saktere. Utredet av nevrolog.",),
    "epilepsy": ("Krampeanfall for en måned siden. Utredet av nevrolog.",),
    "adhd": ("Uro og vansker med konsentrasjon. Utredet ved poliklinikk.",),
    "psoriasis": ("Skjellende flekker på albuer og knær.",),
    "hayfever": ("Rennende nese og kløende øyne hver vår.",),
    "bleeding": ("Kraftige menstruasjoner siste året, bytter bind hver time.",),
    "prolapse": ("Tyngdefølelse nedad, verst om kvelden.",),
    "breast-cancer": ("Operert for brystkreft på sykehuset, strålebehandling er fullført.",),
    "prostate-cancer": ("Behandlet for prostatakreft på sykehuset. Kommer til PSA-kontroll.",),
}
"""What is told when a problem is found."""
