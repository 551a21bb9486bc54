"""The registration of requests: what parents and kin ask, what staff decide, what the person wished."""

from felles.care.doors.requests import citizen, staff
from felles.ui.domain import Card, Domain
from felles.ui.sources import sources

DOMAIN = Domain(
    "requests",
    "felles.care.doors.requests",
    (
        ("GET", "/meg/avdod", citizen.asking),
        ("POST", "/meg/avdod", citizen.ask),
        ("GET", "/meg/etter-meg", citizen.wishing),
        ("POST", "/meg/etter-meg", citizen.wish),
        ("GET", "/p/{id}/onsker", staff.show),
        ("GET", "/p/{id}/onsker/{cid}", staff.one),
        ("POST", "/p/{id}/onsker/{cid}", staff.decide),
        ("GET", "/p/{id}/parorende", staff.kin),
        ("POST", "/p/{id}/parorende", staff.give_kin),
    ),
    cards=(
        Card(
            "meg",
            "/meg/avdod",
            lambda t: t("Innsyn i journalen til en som er død"),
            lambda t: t("De nærmeste kan be om å få se en del. Den dødes eget ønske teller."),
            "FileText",
        ),
        Card(
            "meg",
            "/meg/etter-meg",
            lambda t: t("Når jeg er død"),
            lambda t: t("Si hva de nærmeste dine skal få se av journalen."),
            "FileText",
        ),
        Card(
            "p",
            "/p/{id}/onsker",
            lambda t: t("Ønsker om innsyn"),
            lambda t: t("Foreldre eller pårørende som har bedt om å få se noe. Avgjør det del for del."),
            "FileText",
            "decide",
        ),
        Card(
            "p",
            "/p/{id}/parorende",
            lambda t: t("Nærmeste pårørende til en som ikke kan samtykke"),
            lambda t: t("Gi innsyn i det som trengs, og ikke mer, til en bestemt dag."),
            "PersonGroup",
            "decide",
        ),
    ),
    acts={
        "page:requests": lambda t: t("Så ønsker om innsyn"),
        "page:request-about": lambda t: t("Tok stilling til innsyn for en annen"),
        "page:my-requests": lambda t: t("Så hva de har bedt om å få se"),
        "page:wish": lambda t: t("Så hva du ønsker når du er død"),
    },
    fields={
        "/meg/avdod": sources("nummer", "etternavn", "forhold", "hva"),
        "/meg/etter-meg": sources(valg="Consent.provision", ord="Consent.extension"),
        "/p/{id}/onsker/{cid}": sources("e*", "svar", "dag", "grunn", "hort", "onske"),
        "/p/{id}/parorende": sources("nummer", "etternavn", "del-*", "grunn", "dag", "kan"),
    },
)
