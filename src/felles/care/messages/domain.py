"""The registration of what citizens write."""

from felles.care.messages import acting, asked, citizen, ready
from felles.ui.domain import Card, Domain, Tab
from felles.ui.sources import sources

DOMAIN = Domain(
    "messages",
    "felles.care.messages",
    (
        ("GET", "/meg/meldinger", citizen.show),
        ("GET", "/meg/meldinger/ny", citizen.new),
        ("POST", "/meg/meldinger/ny", citizen.send),
        ("GET", "/meg/maling", citizen.measuring),
        ("POST", "/meg/maling", citizen.measure),
        ("GET", "/for/{id}/meldinger", acting.show),
        ("GET", "/ferdige-svar", ready.listed),
        ("GET", "/ferdige-svar/{rid}", ready.one),
        ("POST", "/ferdige-svar/{rid}", ready.save),
        ("GET", "/meg/meldinger/svar/{tid}", asked.own),
        ("POST", "/meg/meldinger/svar/{tid}", asked.answer_own),
        ("GET", "/for/{id}/meldinger/svar/{tid}", asked.acting),
        ("POST", "/for/{id}/meldinger/svar/{tid}", asked.answer_acting),
    ),
    cards=(
        Card(
            "admin",
            "/ferdige-svar",
            lambda t: t("Ferdige svar"),
            lambda t: t("Det som ligger klart når noen her svarer pasienter: endre, legg til, ta bort."),
            "Bell",
            "staff",
        ),
    ),
    tabs=(
        Tab("meg", "/meldinger", lambda t: t("Meldinger"), "Bell", 47),
        Tab("for", "/meldinger", lambda t: t("Meldinger"), "Bell", 47),
    ),
    acts={
        "page:messages": lambda t: t("Så meldingene"),
        "page:writing-message": lambda t: t("Skrev en melding"),
        "page:measuring": lambda t: t("Førte inn en egen måling"),
    },
    fields={
        "/meg/meldinger/ny": sources("tekst", "til"),
        "/ferdige-svar/{rid}": sources("navn", "tekst", "sort-*", "rolig"),
        "/meg/meldinger/svar/{tid}": sources("tekst"),
        "/for/{id}/meldinger/svar/{tid}": sources("tekst"),
        "/meg/maling": sources(
            "overtrykk", "undertrykk", "symptom-*", "tekst", til="EpisodeOfCare.managingOrganization"
        ),
    },
)
