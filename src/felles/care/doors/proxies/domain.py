"""The registration of the pages about proxies and acting for another."""

from felles.care.doors.proxies import acting, doing, given, staff
from felles.ui.domain import Card, Domain
from felles.ui.sources import sources

DOMAIN = Domain(
    "proxies",
    "felles.care.doors.proxies",
    (
        ("GET", "/meg/fullmakter", given.show),
        ("GET", "/meg/fullmakter/ny", given.new),
        ("POST", "/meg/fullmakter/ny", given.give),
        ("POST", "/meg/fullmakter/{cid}", given.end),
        ("GET", "/p/{id}/fullmakter", staff.show),
        ("POST", "/p/{id}/fullmakter", staff.bar),
        ("GET", "/for", acting.people),
        ("GET", "/for/{id}/e/{type}/{eid}", acting.entry),
        ("GET", "/for/{id}/e/{type}/{eid}/feil", doing.wrong),
        ("POST", "/for/{id}/e/{type}/{eid}/feil", doing.send_wrong),
        ("GET", "/for/{id}/gjor", doing.show),
        ("POST", "/for/{id}/gjor", doing.do),
        ("GET", "/for/{id}/be", acting.asking),
        ("POST", "/for/{id}/be", acting.ask),
    ),
    cards=(
        Card(
            "meg",
            "/meg/fullmakter",
            lambda t: t("Fullmakter"),
            lambda t: t("La en du stoler på, hjelpe deg, og avslutt det når du vil."),
            "PersonGroup",
        ),
        Card(
            "meg",
            "/for",
            lambda t: t("Handle for en annen"),
            lambda t: t("Barn du har foreldreansvar for, og de som har gitt deg fullmakt."),
            "Person",
        ),
        Card(
            "p",
            "/p/{id}/fullmakter",
            lambda t: t("Hvem handler for pasienten"),
            lambda t: t("Foreldre, fullmakter og verger; steng en forelder ute."),
            "PersonGroup",
            "hold",
        ),
    ),
    acts={
        "page:acting": lambda t: t("Så hvem som kan handle for deg"),
        "page:proxies": lambda t: t("Så hvem som kan handle for deg"),
        "page:doing": lambda t: t("Ville gjøre noe for deg"),
        "page:request": lambda t: t("Ba om å få vite mer"),
    },
    fields={
        "/meg/fullmakter/ny": sources("nummer", "etternavn", "read", "book", "write", "speak", "renew", "til"),
        "/p/{id}/fullmakter": sources("hvem", "grunn"),
        "/for/{id}/e/{type}/{eid}/feil": sources("hva", "tekst"),
        "/for/{id}/gjor": sources("hva", "tekst"),
        "/for/{id}/be": sources("hva"),
    },
)
