"""What was wrong is corrected at a page: by adding, over what the writer was shown, by whose role may, seen by all."""

import re
from html import unescape

import pytest
from browsing import found_in, own, patient_named, words
from desks import hired
from signed import hidden, opened, over, sent, shown, signed, versions

from felles import access
from felles.access import personas
from felles.access.doorkeeper import Doorkeeper
from felles.access.signing import Signer
from felles.care.writing import actions
from felles.demo.people import CHILD
from felles.demo.places import WARD
from felles.demo.world import id_of
from felles.record.errors import Absent

pytestmark = pytest.mark.slow


@pytest.fixture
async def olav(site):
    patient, _ = await patient_named(site, "saeterbo")
    await site.store.pool.fetch("delete from writing")
    return patient


async def measured(site, patient, **said):
    """What the home nurse has just measured; `Observation/id`."""
    async with site.visitor("hjemmesykepleier") as nurse:
        form = await signed(nurse, patient, "maling", **said)
    assert await over(site) == 1
    return f"Observation/{form['id']}"


async def made(site, persona, patient, what, type_name, **said):
    """What somebody has just written; `Type/id`."""
    async with site.visitor(persona) as writer:
        form = await signed(writer, patient, what, **said)
    assert await over(site) == 1
    return f"{type_name}/{form['id']}"


async def grant_of(site, pages_home, persona, key):
    keeper = Doorkeeper(site.store, Signer.of(pages_home))
    actor = await keeper.sessions.actor(await personas.sign_in(site.store, keeper.sessions, persona))
    assert actor
    return access.person(actor, (key,))


def course_of(html):
    """The address of the course of blood pressures, from the page of results."""
    return found_in(r'href="(/p/[^"]+/prover/[0-9a-f]{16})"[^>]*>\s*Blodtrykk', unescape(html))


async def test_a_wrong_pressure_is_set_right_from_its_line_and_what_stood_is_still_read(site, pages_home, olav):
    about = await measured(site, olav, overtrykk="184", undertrykk="96")
    _, key = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as doctor:
        course = course_of((await doctor.get(f"/p/{olav}/prover")).text)
        way = f"/p/{olav}/skriv/rett-maling?om={about}"
        assert f'href="{way}"' in unescape((await doctor.get(course)).text)
        assert f'href="{way}"' in unescape((await doctor.get(f"/p/{olav}/e/{about}")).text)
        form = await opened(doctor, olav, "rett-maling", about)
        shown = words((await doctor.get(way)).text)
        assert "184 mmHg" in shown, "what stands, as its own page says it"
        assert "vital-signs" not in shown
        assert (form["overtrykk"], form["undertrykk"], form["gjelder"], form["hvorfor"]) == ("184", "96", "gjelder", "")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d", form["tid"])
        answer = await sent(doctor, olav, "rett-maling", form, overtrykk="148", hvorfor="Skrevet feil")
        assert "Signert." in words(answer.text)
        assert len(await versions(site, about)) == 1, "it can still be called back"
        assert await over(site) == 1
        listed = words((await doctor.get(course)).text)
        assert "148/96" in listed
        assert "Rettet, før 184/96 mmHg: Skrevet feil" in listed
        page = (await doctor.get(f"/p/{olav}/e/{about}")).text
        assert "Blodtrykk: 148/96 mmHg" in words(page)
        assert "Rettet, før 184/96 mmHg: Skrevet feil (Ingrid Haugan," in words(page)
        assert 'href="?versjon=1"' in page
        assert "Slik sto det" not in page
        was = words((await doctor.get(f"/p/{olav}/e/{about}?versjon=1")).text)
        assert "Slik sto det i versjon 1" in was
        assert "184 mmHg" in was.partition("Slik sto det")[2].partition("Viktigste")[0]
        for other in ("2", "3", "0", "x", "-1", "99999999999"):
            assert "Slik sto det" not in (await doctor.get(f"/p/{olav}/e/{about}?versjon={other}")).text
    first, second = await versions(site, about)
    assert [each["status"] for each in (first, second)] == ["final", "corrected"]
    assert second["performer"] == first["performer"], "who measured is who measured"
    assert second["effectiveDateTime"] == first["effectiveDateTime"]
    async with site.visitor("hjemmesykepleier") as nurse, site.visitor("eldre") as citizen:
        assert "148/96" in words((await nurse.get(f"/p/{olav}")).text)
        assert "184/96" not in words((await nurse.get(f"/p/{olav}")).text)
        assert "184 mmHg" in words((await citizen.get(f"/meg/e/{about}?versjon=1")).text), "her record, all of it"
        assert "184 mmHg" not in words((await citizen.get(f"/meg/e/{about}")).text)
    doctor_sees = await grant_of(site, pages_home, "fastlege", key)
    kept = await site.store.vread(doctor_sees, "Observation", about.partition("/")[2], 1)
    assert "184" in str(kept.body)
    assert len(await site.store.provenance(doctor_sees, [about], about)) == 2
    stranger = await grant_of(site, pages_home, "jordmor", key)
    with pytest.raises(Absent):
        await site.store.vread(stranger, "Observation", about.partition("/")[2], 1)


async def test_what_was_measured_on_another_counts_nowhere_and_is_told_to_nobody(site, olav):
    right = await measured(site, olav, overtrykk="151", undertrykk="83")
    about = await measured(site, olav, overtrykk="203", undertrykk="121")
    async with site.visitor("fastlege") as doctor:
        assert "203/121" in words((await doctor.get(f"/p/{olav}/ring")).text)
        course = course_of((await doctor.get(f"/p/{olav}/prover")).text)
        await signed(doctor, olav, "rett-maling", about, gjelder="feilfort", hvorfor="Gjelder en annen person")
        assert await over(site) == 1
        ring = words((await doctor.get(f"/p/{olav}/ring")).text)
        assert "203/121" not in ring
        assert "151/83" in ring, "the one before counts"
        for page in (f"/p/{olav}/skriv/maling", f"/p/{olav}/prover"):
            assert "203/121" not in words((await doctor.get(page)).text), page
        values, _, wrong = words((await doctor.get(course)).text).partition("Feilført")
        assert "203/121" not in values
        assert "151/83" in values
        assert "203/121" in wrong
        assert "Feilført: Gjelder en annen person" in wrong
        news = words((await doctor.get(f"/p/{olav}/siden")).text)
        assert "Feilført" in news or "203/121" not in news
        page = words((await doctor.get(f"/p/{olav}/e/{about}")).text)
        assert "Denne oppføringen er ført ved en feil og skal ikke brukes." in page
        assert "Feilført: Gjelder en annen person" in page
    assert [each["status"] for each in await versions(site, about)] == ["final", "entered-in-error"]
    async with site.visitor("hjemmesykepleier") as nurse, site.visitor("eldre") as citizen:
        assert "203/121" not in words((await nurse.get(f"/p/{olav}")).text)
        assert "203/121" not in words((await citizen.get("/meg/prover")).text)
        hers = await citizen.get(course.replace(f"/p/{olav}", "/meg"))
        values, _, wrong = words(hers.text).partition("Feilført")
        assert "203/121" not in values
        assert "203/121" in wrong
    assert (await versions(site, right))[0]["status"] == "final"


async def test_a_wrong_allergy_leaves_what_is_critical_and_another_is_set_right(site, olav):
    said = {"slag": "food", "alvor": "low", "sikkerhet": "confirmed"}
    wrong = await made(site, "fastlege", olav, "allergi", "AllergyIntolerance", navn="Peanøtter", **said)
    other = await made(site, "fastlege", olav, "allergi", "AllergyIntolerance", navn="Skalldry", **said)
    async with site.visitor("hjemmesykepleier") as nurse:
        assert "Peanøtter" in words((await nurse.get(f"/p/{olav}")).text)
        assert "/skriv/rett-allergi?om=" in unescape((await nurse.get(f"/p/{olav}/e/{wrong}")).text)
        form = await opened(nurse, olav, "rett-allergi", wrong)
        assert (form["navn"], form["slag"], form["sikkerhet"]) == ("Peanøtter", "food", "confirmed")
        await signed(nurse, olav, "rett-allergi", wrong, gjelder="feilfort", hvorfor="Gjelder naboen")
        await signed(nurse, olav, "rett-allergi", other, navn="Skalldyr", alvor="high", hvorfor="Skrevet feil")
        assert await over(site) == 2
        page = words((await nurse.get(f"/p/{olav}/e/{wrong}")).text)
        assert "Feilført: Gjelder naboen" in page
    async with site.visitor("sykehuslege") as ward, site.visitor("eldre") as citizen:
        for visitor, path in ((ward, f"/p/{olav}"), (ward, f"/p/{olav}/legemidler"), (citizen, "/meg")):
            shown = words((await visitor.get(path)).text)
            assert "Skalldyr" in shown, path
            assert "Peanøtter" not in shown, path
    before, after = await versions(site, wrong)
    assert before["clinicalStatus"]["coding"][0]["code"] == "active"
    assert "clinicalStatus" not in after
    assert after["verificationStatus"]["coding"][0]["code"] == "entered-in-error"
    assert [each["criticality"] for each in await versions(site, other)] == ["low", "high"]


async def test_a_wrong_vaccine_is_not_given_any_more_and_the_parent_sees_it(site):
    child = id_of("Patient", CHILD)
    about = await made(site, "fastlege", child, "vaksine", "Immunization", vaksine="J07BB", batch="X1")
    async with site.visitor("fastlege") as doctor, site.visitor("forelder") as parent:
        listed = (await doctor.get(f"/p/{child}/vaksiner")).text
        assert f'href="/p/{child}/skriv/rett-vaksine?om={about}"' in unescape(listed)
        assert "/skriv/" not in unescape((await parent.get(f"/for/{child}/vaksiner")).text)
        await signed(doctor, child, "rett-vaksine", about, batch="X2", hvorfor="Lest feil")
        assert await over(site) == 1
        for visitor, path in ((doctor, f"/p/{child}/vaksiner"), (parent, f"/for/{child}/vaksiner")):
            shown = words((await visitor.get(path)).text)
            assert "batch X2. Rettet: Lest feil" in shown, path
        await signed(doctor, child, "rett-vaksine", about, gjelder="feilfort", hvorfor="Gjelder søsteren")
        assert await over(site) == 1
        for visitor, path in ((doctor, f"/p/{child}/vaksiner"), (parent, f"/for/{child}/vaksiner")):
            given, _, wrong = words((await visitor.get(path)).text).rpartition("Feilført Influensa")
            assert "Influensa" not in given.partition("Gitt")[2], path
            assert "Feilført: Gjelder søsteren" in wrong, path
        assert f"om={about}" not in unescape((await doctor.get(f"/p/{child}/vaksiner")).text)
    assert [each["status"] for each in await versions(site, about)] == ["completed", "completed", "entered-in-error"]
    assert [each.get("lotNumber") for each in await versions(site, about)] == ["X1", "X2", "X2"]


async def test_who_may_not_write_it_is_not_offered_it_and_corrects_nothing(site, olav):
    about = await measured(site, olav, vekt="71,3")
    said = {"om": about, "grunnlag": "1", "verdi": "17,3", "gjelder": "gjelder", "hvorfor": "Prøver"}
    trainer = await hired(site, "Lund", WARD, "therapist")  # writes, and gives no vaccines
    for persona, status in (("sekretar", 403), ("jordmor", 404), ("eldre", 403), ("administrator", 403)):
        async with site.visitor(persona) as visitor:
            asked = await visitor.get(f"/p/{olav}/skriv/rett-maling", params={"om": about})
            assert asked.status_code == status, persona
            assert "71,3" not in asked.text, persona
            assert (await sent(visitor, olav, "rett-maling", said)).status_code == status, persona
            page = await visitor.get(f"/p/{olav}/e/{about}")
            assert "rett-maling" not in page.text, persona
    async with site.visitor(trainer) as visitor:
        assert "/skriv/rett-maling" in unescape((await visitor.get(f"/p/{olav}/e/{about}")).text)
        assert "/skriv/rett-vaksine" not in unescape((await visitor.get(f"/p/{olav}/vaksiner")).text)
        assert (await visitor.get(f"/p/{olav}/skriv/rett-vaksine", params={"om": about})).status_code == 403
    await over(site)
    assert len(await versions(site, about)) == 1


async def test_what_is_closed_another_thing_or_wrong_already_is_not_corrected(site, olav):
    about = await measured(site, olav, vekt="72,4")
    said = {"grunnlag": "1", "verdi": "27,4", "gjelder": "gjelder", "hvorfor": "Prøver"}
    async with site.visitor("eldre") as citizen, site.visitor("hjemmesykepleier") as nurse:
        assert (await nurse.get(f"/p/{olav}/skriv/rett-maling", params={"om": about})).status_code == 200
        closed = {"hva": "slag", "slag-vital": "1", "mot": "rolle", "motrolle": "home-nurse", "ja": "1"}
        assert (await citizen.post("/meg/sperringer/ny", data=closed, headers=own())).status_code == 303
        for version in ("", "1"):
            assert (await nurse.get(f"/p/{olav}/e/{about}", params={"versjon": version})).status_code == 404
        assert (await nurse.get(f"/p/{olav}/skriv/rett-maling", params={"om": about})).status_code == 404
        assert (await sent(nurse, olav, "rett-maling", said | {"om": about})).status_code == 404
        (end,) = re.findall(r'action="(/meg/sperringer/[^"]+)"', unescape((await citizen.get("/meg/sperringer")).text))
        assert (await citizen.post(end, headers=own())).status_code == 303
        assert (await nurse.get(f"/p/{olav}/skriv/rett-maling", params={"om": about})).status_code == 200
        (row,) = await site.store.pool.fetch(
            """select e.id from entry e join type_name t on t.type = e.type where t.name = 'Observation'
                and e.state = 0 and e.form = 0 and e.body like '%"laboratory"%' and e.body like $1 limit 1""",
            f"%Patient/{olav}%",
        )
        for other in (f"Observation/{row['id']}", f"Patient/{olav}", "Observation/none", ""):
            assert (await nurse.get(f"/p/{olav}/skriv/rett-maling", params={"om": other})).status_code == 404, other
            assert (await sent(nurse, olav, "rett-maling", said | {"om": other})).status_code == 404, other
        await signed(nurse, olav, "rett-maling", about, gjelder="feilfort", hvorfor="Målt feil")
        assert await over(site) == 1
        assert "/skriv/rett-maling" not in unescape((await nurse.get(f"/p/{olav}/e/{about}")).text)
        assert (await nurse.get(f"/p/{olav}/skriv/rett-maling", params={"om": about})).status_code == 404
        assert (await sent(nurse, olav, "rett-maling", said | {"om": about, "grunnlag": "2"})).status_code == 404
    assert await over(site) == 0
    assert len(await versions(site, about)) == 2


async def test_who_corrects_what_another_has_said_is_wrong_meanwhile_has_her_text_beside_what_stands(site, olav):
    about = await measured(site, olav, vekt="74,1")
    path = f"/p/{olav}/skriv/rett-maling"
    async with site.visitor("fastlege") as doctor, site.visitor("hjemmesykepleier") as nurse:
        form = await opened(doctor, olav, "rett-maling", about)
        await signed(nurse, olav, "rett-maling", about, gjelder="feilfort", hvorfor="Målt feil")
        assert await over(site) == 1
        answer = await sent(doctor, olav, "rett-maling", form, verdi="47,1", hvorfor="Tallene er byttet om")
        assert answer.status_code == 409
        for text in ("Kan ikke føres inn slik lenger.", "Feilført: Målt feil", "47,1", "Tallene er byttet om"):
            assert text in words(answer.text), text
        assert f'href="{path}?om={about}"' in unescape((await doctor.get(f"/p/{olav}/skriv")).text)
        kept = await doctor.get(path, params={"om": about})
        assert kept.status_code == 200
        assert "Tallene er byttet om" in words(kept.text)
        assert (await nurse.get(path, params={"om": about})).status_code == 404, "she has begun nothing"
        assert (await sent(nurse, olav, "rett-maling", form | {"grunnlag": "2"})).status_code == 404
        thrown = hidden(kept.text) | {"gjor": "forkast"}
        assert "Utkastet er forkastet." in words(
            (await doctor.post(path, data=thrown, headers=own(), follow_redirects=True)).text
        )
        assert (await doctor.get(path, params={"om": about})).status_code == 404
    assert await over(site) == 0
    assert len(await versions(site, about)) == 2


async def test_a_correction_that_says_nothing_is_shown_again_with_what_was_typed(site, olav):
    about = await measured(site, olav, vekt="73,5")
    async with site.visitor("fastlege") as doctor:
        form = await opened(doctor, olav, "rett-maling", about)
        same = await sent(doctor, olav, "rett-maling", form, hvorfor="Vet ikke")
        assert same.status_code == 422
        assert "Ingenting er rettet." in words(same.text)
        assert 'value="Vet ikke"' in same.text
        again = await opened(doctor, olav, "rett-maling", about)
        silent = await sent(doctor, olav, "rett-maling", again, verdi="53,7", hvorfor="")
        assert silent.status_code == 422
        assert 'value="53,7"' in silent.text
    assert await over(site) == 0
    assert len(await versions(site, about)) == 1


async def test_of_two_who_correct_the_same_neither_is_lost(site, olav):
    about = await measured(site, olav, vekt="645")
    async with site.visitor("fastlege") as doctor, site.visitor("hjemmesykepleier") as nurse:
        late = await opened(doctor, olav, "rett-maling", about)
        await signed(nurse, olav, "rett-maling", about, verdi="64,5", hvorfor="Komma glemt")
        assert await over(site) == 1
        met = await sent(doctor, olav, "rett-maling", late, verdi="65", hvorfor="Skrevet feil")
        assert met.status_code == 409
        shown = words(met.text)
        assert "Endret mens du skrev" in shown
        assert "Rettet, før 645 kg: Komma glemt" in shown, "how it stands now"
        assert 'value="65"' in met.text, "and her own"
        assert len(await versions(site, about)) == 2
        again = await opened(doctor, olav, "rett-maling", about)
        assert (again["verdi"], again["grunnlag"]) == ("65", "2")
        # a third one is there before her ten seconds are over
        assert "Signert." in words((await sent(doctor, olav, "rett-maling", again)).text)
        await site.store.pool.fetch("update writing set due = due + 60000000 where state = 1")
        await signed(nurse, olav, "rett-maling", about, verdi="64,6", hvorfor="Veid igjen")
        await site.store.pool.fetch("update writing set due = 0 where state = 1 and fields like '%Veid igjen%'")
        assert await actions.settle(site.store) == 1
        assert await over(site) == 1
        back = await doctor.get(f"/p/{olav}/skriv/rett-maling", params={"om": about})
        assert "Andre endret det samme mens du skrev." in words(back.text)
        assert 'value="65"' in back.text
    assert [str(each["valueQuantity"]["value"]) for each in await versions(site, about)] == ["645", "64.5", "64.6"]


async def test_of_two_who_correct_the_same_each_keeps_what_was_hers_and_takes_what_was_the_other_s(site, olav):
    about = await measured(site, olav, overtrykk="140", undertrykk="90")
    async with site.visitor("fastlege") as doctor, site.visitor("hjemmesykepleier") as nurse:
        late = await opened(doctor, olav, "rett-maling", about)
        await signed(nurse, olav, "rett-maling", about, undertrykk="80", hvorfor="Skrevet feil")
        assert await over(site) == 1
        met = await sent(doctor, olav, "rett-maling", late, overtrykk="130", hvorfor="Lest feil")
        assert met.status_code == 409
        again = shown(met.text, f"/p/{olav}/skriv/rett-maling") | hidden(met.text)
        assert (again["overtrykk"], again["undertrykk"], again["grunnlag"]) == ("130", "80", "2")
        assert (again["hvorfor"], again["tid"]) == ("Lest feil", late["tid"])
        assert "Signert." in words((await sent(doctor, olav, "rett-maling", again)).text)
        assert await over(site) == 1
        assert "130/80" in words((await doctor.get(f"/p/{olav}")).text)
    said = [[str(part["valueQuantity"]["value"]) for part in each["component"]] for each in await versions(site, about)]
    assert said == [["140", "90"], ["140", "80"], ["130", "80"]]


async def test_a_draft_that_lay_while_another_corrected_puts_nothing_back(site, olav):
    said = {"slag": "food", "alvor": "low", "sikkerhet": "confirmed", "reaksjon": "Utslett"}
    about = await made(site, "fastlege", olav, "allergi", "AllergyIntolerance", navn="Sennep", **said)
    path, quick = f"/p/{olav}/skriv/rett-allergi", own() | {"x-felles-part": "lagre"}
    async with site.visitor("fastlege") as doctor, site.visitor("hjemmesykepleier") as nurse:
        form = await opened(nurse, olav, "rett-allergi", about)
        typed = form | {"reaksjon": "Utslett i ansiktet", "hvorfor": "Fortalt i dag"}
        kept = await nurse.post(path, data=typed | {"gjor": "lagre", "steg": 1}, headers=quick)
        assert kept.status_code == 200
        await signed(doctor, olav, "rett-allergi", about, alvor="high", reaksjon="Hevelse", hvorfor="Pustet tungt")
        assert await over(site) == 1
        page = await nurse.get(path, params={"om": about})
        assert "Endret mens du skrev" in words(page.text)
        again = shown(page.text, path) | hidden(page.text)
        assert (again["alvor"], again["reaksjon"]) == ("high", "Utslett i ansiktet"), "what she changed stays hers"
        await nurse.post(path, data=again | {"gjor": "lagre", "steg": 1}, headers=quick)  # and she types a letter more
        again = await opened(nurse, olav, "rett-allergi", about)
        assert (again["alvor"], again["hvorfor"], again["grunnlag"]) == ("high", "Fortalt i dag", "2")
        assert "Signert." in words((await sent(nurse, olav, "rett-allergi", again)).text)
        assert await over(site) == 1
    stood = await versions(site, about)
    found = [(each["criticality"], each["reaction"][0]["manifestation"][0]["text"]) for each in stood]
    assert found == [("low", "Utslett"), ("high", "Hevelse"), ("high", "Utslett i ansiktet")]


async def test_who_changed_nothing_that_stands_corrects_nothing(site, olav):
    about = await measured(site, olav, overtrykk="141", undertrykk="91")
    async with site.visitor("fastlege") as doctor, site.visitor("hjemmesykepleier") as nurse:
        late = await opened(doctor, olav, "rett-maling", about)
        await signed(nurse, olav, "rett-maling", about, undertrykk="81", hvorfor="Skrevet feil")
        assert await over(site) == 1
        for said, status in (({"undertrykk": "81"}, 422), ({"grunnlag": "7", "undertrykk": "82"}, 409)):
            answer = await sent(doctor, olav, "rett-maling", late, hvorfor="Skrevet feil", **said)
            assert answer.status_code == status, "what stands already; and what was begun over no version there is"
            assert f'value="{said["undertrykk"]}"' in answer.text
    assert await over(site) == 0
    assert len(await versions(site, about)) == 2


async def test_a_relative_s_new_number_is_not_put_back_by_who_changed_her_rank(site, olav):
    said = {"navn": "Kari Lund", "forhold": "FRND", "telefon": "900 11 111", "rang": "2"}
    about = await made(site, "hjemmesykepleier", olav, "parorende", "RelatedPerson", **said)
    async with site.visitor("fastlege") as doctor, site.visitor("hjemmesykepleier") as nurse:
        late = await opened(doctor, olav, "parorende-endre", about)
        await signed(nurse, olav, "parorende-endre", about, telefon="900 22 222")
        assert await over(site) == 1
        met = await sent(doctor, olav, "parorende-endre", late, rang="1")
        assert met.status_code == 409
        again = shown(met.text, f"/p/{olav}/skriv/parorende-endre") | hidden(met.text)
        assert "Signert." in words((await sent(doctor, olav, "parorende-endre", again)).text)
        assert await over(site) == 1
    phones = [(each["telecom"][0]["value"], each["telecom"][0]["rank"]) for each in await versions(site, about)]
    assert phones == [("900 11 111", 2), ("900 22 222", 2), ("900 22 222", 1)]


@pytest.mark.parametrize("choice", ["begge", "older"])
async def test_the_text_of_an_older_window_puts_nothing_back_either(site, olav, choice):
    said = {"slag": "food", "alvor": "low", "sikkerhet": "confirmed"}
    about = await made(site, "fastlege", olav, "allergi", "AllergyIntolerance", navn=f"Selleri {choice}", **said)
    path = f"/p/{olav}/skriv/rett-allergi"
    async with site.visitor("fastlege") as doctor, site.visitor("hjemmesykepleier") as nurse:
        older = await opened(nurse, olav, "rett-allergi", about)
        await signed(doctor, olav, "rett-allergi", about, alvor="high", hvorfor="Pustet tungt")
        assert await over(site) == 1
        newer = await opened(nurse, olav, "rett-allergi", about)
        await nurse.post(path, data=newer | {"gjor": "lagre", "hvorfor": "Fortalt"}, headers=own())
        met = await nurse.post(path, data=older | {"gjor": "lagre", "reaksjon": "Kløe"}, headers=own())
        assert met.status_code == 409
        velg = older["vindu"] if choice == "older" else choice
        chosen = await nurse.post(path, data=hidden(met.text) | {"gjor": "flett", "velg": velg}, headers=own())
        assert chosen.status_code == 303
        form = await opened(nurse, olav, "rett-allergi", about)
        assert (form["alvor"], form["reaksjon"], form["grunnlag"]) == ("high", "Kløe", "2")
        assert "Signert." in words((await sent(nurse, olav, "rett-allergi", form, hvorfor="Fortalt")).text)
        assert await over(site) == 1
    assert [each["criticality"] for each in await versions(site, about)] == ["low", "high", "high"]
