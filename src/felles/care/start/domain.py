"""The registration of the first page and of signing in and out."""

from felles.care.start import demo, pages
from felles.ui.domain import Domain

DOMAIN = Domain(
    "start",
    "felles.care.start",
    (
        ("GET", "/", pages.start),
        ("POST", "/logg-inn", pages.sign_in),
        ("POST", "/logg-ut", pages.sign_out),
        ("POST", "/sprak", pages.choose_language),
        ("GET", "/bytt", demo.change),
        ("POST", "/klokke", demo.clock),
    ),
)
