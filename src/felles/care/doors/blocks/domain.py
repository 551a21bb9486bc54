"""The registration of the pages of blocks."""

from felles.care.doors.blocks import pages
from felles.ui.domain import Card, Domain
from felles.ui.sources import sources

DOMAIN = Domain(
    "blocks",
    "felles.care.doors.blocks",
    (
        ("GET", "/meg/sperringer", pages.show),
        ("GET", "/meg/sperringer/ny", pages.new),
        ("POST", "/meg/sperringer/ny", pages.close),
        ("POST", "/meg/sperringer/{cid}", pages.end),
    ),
    cards=(
        Card(
            "meg",
            "/meg/sperringer",
            lambda t: t("Sperringer"),
            lambda t: t("Bestem hva helsepersonell ikke skal se, og hvem det gjelder."),
            "Shield",
            "block",
        ),
        Card(
            "own",
            "/meg/sperringer/ny?oppforing={type}/{entry}",
            lambda t: t("Sperr denne oppføringen"),
            lambda t: t("Skjul den for helsepersonell du velger."),
            "Shield",
            "block",
        ),
    ),
    acts={
        "page:blocks": lambda t: t("Så sperringene"),
        "page:block-preview": lambda t: t("Så hva en sperring ville skjule"),
        "block": lambda t: t("Sperret noe i journalen"),
        "unblock": lambda t: t("Opphevet en sperring"),
    },
    fields={
        "/meg/sperringer/ny": sources(
            "hva", "slag-*", "sted", "fra", "til", "oppforing", "mot", "motsted", "motrolle", "motperson"
        ),
    },
)
