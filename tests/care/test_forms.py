"""Forms as such: what is no form of ours is refused before it can tell anything."""

import re

from browsing import own, patient_named
from routes import routes


async def test_a_form_that_cannot_be_read_tells_of_nobody(site):
    """Every form about a person answers it alike, whoever it is about: looking for her first would tell of her."""
    patient, _ = await patient_named(site, "saeterbo")
    stranger_to = [path for method, path in routes() if method == "POST" and path.startswith(("/p/{id}", "/for/{id}"))]
    assert len(stranger_to) > 10
    for persona, area in (("jordmor", "/p/"), ("gravid", "/for/")):
        async with site.visitor(persona) as browser:
            for path in (each for each in stranger_to if each.startswith(area)):
                filled = re.sub(r"\{(?!id)\w+\}", "x", path).replace("/e/x/x", "/e/Observation/x")
                sent = {"content": b"\xff=1", "headers": own() | {"content-type": "text/plain"}}
                here = await browser.post(filled.replace("{id}", patient), **sent)
                nobody = await browser.post(filled.replace("{id}", "x00000000000000000000000000"), **sent)
                assert here.status_code == nobody.status_code, path
