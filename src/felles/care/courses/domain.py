"""The registration of the pages of results and measurements."""

from felles.care.courses import staff
from felles.ui.domain import Domain, Tab

DOMAIN = Domain(
    "courses",
    "felles.care.courses",
    (
        ("GET", "/p/{id}/prover", staff.show),
        ("GET", "/p/{id}/prover/{kode}", staff.course),
    ),
    tabs=(Tab("p", "/prover", lambda t: t("Prøver"), "TestFlask", 20),),
    acts={"page:courses": lambda t: t("Så prøvesvar og målinger")},
)
