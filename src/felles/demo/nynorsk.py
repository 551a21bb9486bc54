# ruff: noqa: E501 - tables read by their columns
"""The notes of those who write nynorsk: the words and endings of our own bokmål texts, turned.

No translator: it knows the words that the generator's texts use, and a test reads the texts for words of bokmål it left.
"""

from __future__ import annotations

import re
from functools import lru_cache

_PAIRS = """
ikke=ikkje jeg=eg hun=ho fra=frå noe=noko noen=nokon mye=mykje hvis=dersom hver=kvar hvert=kvart uke=veke uka=veka uker=veker
ukers=vekers bedre=betre verre=verre når=når etter=etter mer=meir mest=mest flere=fleire kommer=kjem har=har være=vere vært=vore
gjør=gjer gjort=gjort tar=tek tatt=teke tas=blir sover=søv våkner=vaknar går=går gått=gått ser=ser fått=fått får=får sier=seier
blir=blir ble=vart smerter=smerter plager=plager bruker=brukar brukt=brukt bruke=bruke fortsetter=held henvist=tilvist
henvises=blir henvisning=tilvising sykmeldt=sjukmeld sykmelding=sjukmelding sykehuset=sjukehuset sykehus=sjukehus syk=sjuk
syke=sjuke sykdom=sjukdom sykehjem=sjukeheim sykehjemmet=sjukeheimen hjemme=heime hjem=heim hjemmet=heimen hjemmesykepleie=heimesjukepleie
hjemmemålinger=heimemålingar hjemmebesøk=heimebesøk hjemmetjenesten=heimetenesta tjenester=tenester tjeneste=teneste
behandling=behandling vurdert=vurdert vurdering=vurdering vurderes=blir prøver=prøver blodprøver=blodprøvar nyreprøver=nyreprøver
spiser=et drikker=drikk mindre=mindre tabletter=tablettar tablettene=tablettane medisinene=medisinane medisiner=medisinar
medisinen=medisinen morgenen=morgonen kvelden=kvelden natta=natta ingen=ingen godt=godt vondt=vondt bein=bein beina=beina
anfall=anfall jobber=arbeider jobb=jobb venner=vener dager=dagar dagen=dagen døgn=døgn måneder=månader måneden=månaden
måned=månad gang=gong ganger=gonger lett=lett frisk=frisk føler=kjenner føling=føling kjenner=kjenner vanskelig=vanskeleg
rolig=roleg sjelden=sjeldan siden=sidan sist=sist forverring=forverring forteller=fortel pårørende=pårørande vennlig=venleg
gjennomgått=gjennomgått samme=same neste=neste svekkede=svekte åpen=open barnet=barnet mor=mor trives=trivst lytter=lyttar
følger=følgjer vekt=vekt vektøkning=vektauke økning=auke økende=aukande høyt=høgt høy=høg høyre=høgre venstre=venstre
nedsatt=nedsett hevelse=heving hovne=hovne rødt=raudt rød=raud rødme=raudne røde=raude begge=begge fjernet=fjerna kastet=kasta
snakket=snakka målt=målt måler=måler veier=veg klarer=klarer selv=sjølv spør=spør sitter=sit ligger=ligg legges=blir vil=vil
skal=skal kan=kan må=må tilbake=tilbake anbefalt=tilrådd anbefales=blir gitt=gjeve gis=blir utskrevet=utskriven innlagt=innlagd
utskrives=blir innleggelse=innlegging oppfølging=oppfølging barn=barn familie=familie kontakt=kontakt vaksine=vaksine
vaksiner=vaksinar svangerskap=svangerskap svangerskapskontroll=svangerskapskontroll fødsel=fødsel
tungpust=tungpusta hodepine=hovudverk svimmelhet=svimmelheit allmenntilstand=allmenntilstand mulig=mogleg nødvendig=nødvendig
daglig=dagleg ukentlig=kvar tidlig=tidleg endelig=endeleg alvorlig=alvorleg forsiktig=forsiktig hyppig=hyppig
drøftet=drøfta justerer=justerer trener=trenar trening=trening unngår=unngår ønsker=ønskjer ønske=ønske hjelp=hjelp hjelper=hjelper
klokka=klokka spise=ete lese=lese vite=vite mellom=mellom uten=utan også=også begynt=byrja begynner=byrjar slutter=sluttar avtalt=avtalt
avtales=blir telefontime=telefontime gjør=gjer gjøre=gjere våken=vaken søvn=søvn søvnvansker=søvnvanskar
forklart=forklart veiledning=rettleiing hvordan=korleis hva=kva hvor=kor hvem=kven dere=de oss=oss oppstart=oppstart tåler=toler
slapp=slapp sliten=sliten hoster=hostar svelg=svelg sår=sår hals=hals nakke=nakke skulder=skulder skulderen=skuldra rygg=rygg
ryggen=ryggen magen=magen mage=mage urin=urin blør=blør blødning=bløding blødninger=blødingar hjulpet=hjelpt forlenget=forlengd uendret=uendra rødlige=raudlege medisinlisten=medisinlista sprukket=sprokke håndryggene=handryggane
hånden=handa hånd=hand muskler=musklar nakkemuskler=nakkemusklar øvelser=øvingar videre=vidare kontroller=kontrollar egen=eigen kurve=kurve
pakket=pakka fornøyd=nøgd spist=ete drukket=drukke dusjet=dusja påkledning=påkleding minnet=minna sjekket=sjekka frokost=frukost
kontaktet=kontakta sovet=sove roet=roa åpnet=opna undersøkt=undersøkt hørsel=høyrsel syn=syn venstre=venstre innskrenket=innskrenka
flekker=flekkar glandler=kjertlar tonsillene=mandlane nyrelosjene=nyrelosjane flankesmerter=flankesmerter utslett=utslett såpe=såpe
hansker=hanskar fuktighetskrem=fuktigheitskrem kortisonkrem=kortisonkrem trommehinne=trommehinne trommehinnen=trommehinna
øyedråper=augedropar øye=auge øyet=auget øyne=auge rensing=reinsing åndenød=andenaud bedring=betring redsel=redsle
snømåking=snømoking bevegelser=rørsler bevegelighet=rørsle følelse=kjensle forstyrrelser=forstyrringar synsforstyrrelser=synsforstyrringar
kvalme=kvalme kvalm=kvalm svangerskapet=svangerskapet foster=foster fosteret=fosteret fostervannsmengde=fostervassmengd vann=vatn
negativ=negativ hjertebank=hjartebank hjerte=hjarte hjertesvikt=hjartesvikt hjerterytmen=hjarterytmen lungene=lungene knær=kne
utredning=utgreiing undersøkelse=undersøking nyfødt=nyfødd øyekatarr=augekatarr forkjølet=forkjøla forandringer=forandringar
samtaler=samtalar øyelege=augelege fortykkelser=fortjukkingar størrelse=storleik ventet=venta levende=levande slapphet=slappheit
ømhet=ømheit bankeømhet=bankeømheit lysskyhet=lysskyheit reflekser=refleksar perioder=periodar verdier=verdiar fornyet=fornya
høytidene=høgtidene trenger=treng vannlating=vasslating glemmer=gløymer kostholdet=kosthaldet syns=synst leker=leikar peker=peikar
sykepleienotat=sjukepleienotat babler=bablar krabber=krabbar grønnsaker=grønsaker tørste=tørst morgenstivhet=morgonstivleik klistret=klistra manglende=manglande
sittende=sitjande liggende=liggjande stående=ståande hodeomkrets=hovudomkrins hodeleie=hovudleie hodebunnen=hovudbotnen
hverdagen=kvardagen rikelige=rikelege menstruasjoner=menstruasjonar menstruasjonene=menstruasjonane blek=bleik bleke=bleike forhøyet=forhøgd tilfeldig=tilfeldig
bekreftet=stadfesta målinger=målingar bløt=blaut livlige=livlege tarmlyder=tarmlydar svinger=svingar trekker=trekkjer annenhver=annakvar løftes=blir
holdepunkter=haldepunkt fjerning=fjerning stingene=stinga oppe=oppe kuttet=kutta sovner=sovnar økt=auka målet=målet avsluttes=blir lagrene=lagera jernlagrene=jernlagera
fylt=fylte lenger=lenger kortere=kortare reaksjonsløst=reaksjonslaust anstrengelse=anstrenging sydd=sydd smaker=smakar ruller=rullar griper=grip leker=leikar
smiler=smiler pludrer=pludrar legevakta=legevakta fastlege=fastlege halvår=halvår
"""
_WORDS: dict[str, str] = {old: new for old, _, new in (pair.partition("=") for pair in _PAIRS.split()) if old != new}
_PHRASES = (
    (r"\b([Ii]) et annet rom\b", {"I": "I eit anna rom", "i": "i eit anna rom"}),
    (r"\b([Dd])e fleste dager\b", {"D": "Dei fleste dagar", "d": "dei fleste dagar"}),
    (r"\b([Ii])ngen tungpust\b", {"I": "Ikkje tungpusta", "i": "ikkje tungpusta"}),
    (r"\b([Ll])øftes\b", {"L": "Blir løfta", "l": "blir løfta"}),
    (r"\b([Aa])vsluttes\b", {"A": "Blir avslutta", "a": "blir avslutta"}),
    (r"\b([Mm])edisinene tatt\b", {"M": "Medisinane er tekne", "m": "medisinane er tekne"}),
    (r"\b([Ff])ortsetter\b", {"F": "Held fram", "f": "held fram"}),
    (r"\b([Tt])as\b", {"T": "Blir teken", "t": "blir teken"}),
    (r"\b([Aa])nbefales\b", {"A": "Blir tilrådd", "a": "blir tilrådd"}),
    (r"\b([Uu])tskrives\b", {"U": "Blir utskriven", "u": "blir utskriven"}),
    (r"\b([Hh])envises\b", {"H": "Blir tilvist", "h": "blir tilvist"}),
    (r"\b([Aa])vtales\b", {"A": "Blir avtalt", "a": "blir avtalt"}),
    (r"\b([Ll])egges\b", {"L": "Blir lagde", "l": "blir lagde"}),
    (r"\b([Vv])urderes\b", {"V": "Blir vurdert", "v": "blir vurdert"}),
    (r"\b([Gg])is\b", {"G": "Blir gjeve", "g": "blir gjeve"}),
    (r"\b([Uu])kentlig\b", {"U": "Kvar veke", "u": "kvar veke"}),
    (r"\b([Ss])ykepleier", {"S": "Sjukepleiar", "s": "sjukepleiar"}),
)
_WORD = re.compile(r"[A-Za-zÆØÅæøåéÉ]+")


def _turned(match: re.Match[str]) -> str:
    word = match[0]
    found = _WORDS.get(word.lower())
    if found is None:
        return word
    return found.capitalize() if word[0].isupper() else found


@lru_cache(maxsize=8192)
def nynorsk(text: str) -> str:
    """One of our bokmål texts in nynorsk."""
    for pattern, forms in _PHRASES:
        text = re.sub(pattern, lambda match, forms=forms: forms[match[1]], text)
    return _WORD.sub(_turned, text)


LEFT = frozenset(
    "ikke jeg hun fra noe noen hvis hver uke uker bedre mye hjemme hva hvordan uten sykehus sykehuset annenhver hverdagen annet rikelige bekreftet bløt livlige".split()
)
"""Words that no text in nynorsk has."""
