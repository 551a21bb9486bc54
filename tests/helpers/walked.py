"""At which pages the walks of the browser tests stand (`WALKS` in tests/browser), and which pages need no walk.

`tests/browser/test_walks.py` compares the two with the routes of the app; each walk that is gone says where it stood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from felles.care.domains import DOMAINS

WALKED: Final = {
    "test_pages.pages_of_staff": """/ /bytt /finn /meld-feil /p/{id} /p/{id}/adresse /p/{id}/apne /p/{id}/e/{type}/{eid}
        /p/{id}/e/{type}/{eid}/flytt /p/{id}/e/{type}/{eid}/hvorfor /p/{id}/e/{type}/{eid}/skjerm /p/{id}/familie
        /p/{id}/journal /p/{id}/journal/{type}/{eid} /p/{id}/legemidler /p/{id}/plan /p/{id}/prover
        /p/{id}/prover/{kode} /p/{id}/sok /p/{id}/tilgang /p/{id}/vaksiner""",
    "test_pages.pages_of_a_citizen": """/finn /for/{id}/tilgang /meg /meg/apninger /meg/e/{type}/{eid}
        /meg/e/{type}/{eid}/feil /meg/fullmakter /meg/fullmakter/ny /meg/innsyn /meg/innsyn/hvorfor /meg/innsyn/spor
        /meg/journal /meg/journal/{type}/{eid} /meg/medisiner /meg/meg /meg/plan /meg/prover /meg/prover/{kode}
        /meg/saker /meg/sok /meg/sperringer /meg/sperringer/ny /meg/svar /meg/tilbakeholdt /meg/tilgang /meg/timer
        /meg/vaksiner""",
    "test_more_pages.pages_of_staff": """/arbeid /arbeid/{type}/{hid} /ferdige-svar /ferdige-svar/{rid} /fravaer /p/{id}
        /p/{id}/e/{type}/{eid}/flytt /p/{id}/ring /p/{id}/siden /p/{id}/skriv /p/{id}/skriv/time
        /p/{id}/skriv/{hva}""",
    "test_more_pages.pages_for_another": """/for /for/{id} /for/{id}/e/{type}/{eid}
        /for/{id}/e/{type}/{eid}/feil /for/{id}/journal /for/{id}/journal/{type}/{eid} /for/{id}/medisiner
        /for/{id}/meldinger /for/{id}/plan /for/{id}/prover /for/{id}/prover/{kode} /for/{id}/sok /for/{id}/tilgang
        /for/{id}/timer /for/{id}/timer/{aid} /for/{id}/vaksiner""",
    "test_more_pages.of_whoever_runs_it": "/admin /tavle",
    "test_more_pages.pages_of_the_book": "/timebok /timebok/ny /timebok/{aid}/{act}",
    "test_more_pages.pages_of_messages": """/meg/maling /meg/meldinger /meg/meldinger/ny /meg/meldinger/svar/{tid}
        /meg/timer/{aid}""",
    "test_more_pages.pages_on_the_way": "/rute",
    "test_more_pages.states": "/finn /tilstander",
    "test_requests.of_a_citizen": "/for/{id} /for/{id}/gjor /meg/apninger /meg/avdod /meg/etter-meg",
    "test_requests.of_the_reviewer": "/admin/saker/{cid} /admin/saker/{cid}/flytt /arbeid",
    "test_requests.of_the_gp": """/p/{id}/fullmakter /p/{id}/onsker /p/{id}/onsker/{cid} /p/{id}/parorende
        /p/{id}/verge /p/{id}/verge/{cid}""",
    "test_administration.pages_of_an_applicant": "/bli-med",
    "test_administration.pages_of_the_operator": """/admin/feil /admin/feil/{fid} /admin/soknader /admin/soknader/{aid}
        /meld-feil""",
    "test_administration.pages_of_the_desk": "/admin/ansatte /admin/enheter /admin/tilganger /admin/tilganger/{rid}",
    "test_operator.pages_of_whoever_runs_it": "/drift /drift/logg /drift/virksomheter /drift/{del}",
    "test_join.pages_that_join": "/admin/koblinger",
}
"""Module and name of a walk → the routes at which it stands."""

UNWALKED: Final = {
    "/arbeid/live": "a stream",
    "/rute/live": "a stream",
    "/p/{id}/live": "a stream",
    "/meg/live": "a stream",
    "/for/{id}/live": "a stream",
    "/admin/saker": "leads to /arbeid",
    "/meg/personvern": "leads to /meg/meg",
    "/omvisning": "walked by test_tour.py, pictures in docs/tour",
    "/for/{id}/be": "only where something is kept from a parent, as from nobody in the small region: test_acting.py",
    "/for/{id}/meldinger/svar/{tid}": "the page of /meg/meldinger/svar/{tid} under the banner of acting",
}
"""Routes of pages that need no walk, with the reason."""


@lru_cache(maxsize=1)
def gets() -> dict[str, re.Pattern[str]]:
    """Each route of a page that is read, with what an address of it looks like; the more it spells out, the earlier."""
    found = {path for each in DOMAINS for method, path, _ in each.pages if method == "GET"}
    ordered = sorted(found, key=lambda path: (path.count("{"), path))
    return {path: re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))) for path in ordered}


def route_of(url: str) -> str | None:
    """The route of the page at an address, None where no page is read there (what a form answered)."""
    path = urlsplit(url).path
    return next((route for route, like in gets().items() if like.fullmatch(path)), None)


def steps(walk: Any, page: Any) -> Iterator[str]:
    """The steps of a walk (a generator); afterwards it must have stood where `WALKED` says, and nowhere else."""
    seen: set[str | None] = set()
    for name in walk:
        yield name
        seen.add(route_of(page.url))
    code = walk.gi_code
    name = f"{Path(code.co_filename).stem}.{code.co_name}"
    assert seen - {None} == set(WALKED[name].split()), name
