"""The registration of what a citizen takes with her."""

from felles.care.download import pages
from felles.ui.domain import Domain

DOMAIN = Domain(
    "download",
    "felles.care.download",
    (("POST", "/meg/last-ned", pages.own), ("POST", "/for/{id}/last-ned", pages.acting)),
    acts={
        "page:download-fhir": lambda t: t("Lastet ned journalen som fil (FHIR)"),
        "page:download-pdf": lambda t: t("Lastet ned journalen til å lese (PDF)"),
        "page:download-more": lambda t: t("Nedlastingen gikk videre"),
    },
)
