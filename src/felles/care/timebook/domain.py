"""The registration of the book."""

from felles.care.timebook import acting, citizen, pages, writing
from felles.record.kinds import Kind
from felles.ui.domain import Domain, Write
from felles.ui.sources import sources

DOMAIN = Domain(
    "timebook",
    "felles.care.timebook",
    (
        ("GET", "/timebok", pages.show),
        ("GET", "/timebok/ny", pages.new),
        ("POST", "/timebok/ny", pages.book),
        ("POST", "/timebok/tilby", pages.offer),
        ("GET", "/timebok/{aid}/{act}", pages.ask),
        ("POST", "/timebok/{aid}/{act}", pages.act),
        ("GET", "/p/{id}/skriv/time", writing.show),
        ("POST", "/p/{id}/skriv/time", writing.send),
        ("GET", "/meg/timer/{aid}", citizen.show),
        ("POST", "/meg/timer/{aid}", citizen.answer),
        ("GET", "/for/{id}/timer/{aid}", acting.show),
        ("POST", "/for/{id}/timer/{aid}", acting.answer),
    ),
    writes=(Write("/skriv/time", lambda t: t("Time"), "Calendar", "book", Kind.APPOINTMENT, "t", first=True),),
    acts={
        "page:booking": lambda t: t("Åpnet et skjema for å sette opp en time til deg"),
        "page:appointment": lambda t: t("Så en av timene dine"),
    },
    fields={
        "/timebok/ny": sources("hvem", "tekst"),
        "/timebok/{aid}/{act}": sources("grunn"),
        "/p/{id}/skriv/time": sources("tid", "hos", tekst="ServiceRequest.code"),
        "/meg/timer/{aid}": sources("grunn"),
        "/for/{id}/timer/{aid}": sources("grunn"),
    },
)
