"""The registration of the pages of results and measurements."""

from felles.care.courses import citizen, staff
from felles.ui.domain import Domain, Tab

DOMAIN = Domain(
    "courses",
    "felles.care.courses",
    (
        ("GET", "/p/{id}/prover", staff.show),
        ("GET", "/p/{id}/prover/{kode}", staff.course),
        ("GET", "/meg/prover", citizen.show),
        ("GET", "/meg/prover/{kode}", citizen.course),
        ("GET", "/for/{id}/prover", citizen.show_for),
        ("GET", "/for/{id}/prover/{kode}", citizen.course_for),
    ),
    tabs=(
        Tab("p", "/prover", lambda t: t("Prøver"), "TestFlask", 20),
        Tab("meg", "/prover", lambda t: t("Prøvesvar"), "TestFlask", 20),
        Tab("for", "/prover", lambda t: t("Prøvesvar"), "TestFlask", 20),
    ),
    acts={"page:courses": lambda t: t("Så prøvesvar og målinger")},
)
