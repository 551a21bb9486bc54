"""Why, and why not, on the pages: the fact behind each decision, and both gone when the fact is."""

import re
from datetime import timedelta
from html import unescape

import msgspec
import pytest
from browsing import own, same, words

from felles import access, fhir
from felles.care.doors.explain import rules
from felles.demo.places import STAFF
from felles.record.changes import Change
from felles.record.clock import FOREVER
from felles.record.kinds import Kind
from felles.ui.dates import local

ABSENT = "Hvorfor ser jeg den ikke?"


async def person(site, family):
    """(id of the Patient, key)."""
    rows = await site.store.pool.fetch("select id, bucket, person from face where sort_key like $1", f"{family} %")
    return rows[0]["id"], (rows[0]["bucket"], rows[0]["person"])


async def change(site, kind, name, **elements):
    """Change an entry as the register does; gives the elements as they were."""
    grant = access.maintenance("a test", until=FOREVER, organization="Organization/o")
    row = await site.store.read(grant, kind, name)
    was = msgspec.json.decode(row.body)
    resource = fhir.decode(msgspec.json.encode({k: v for k, v in (was | elements).items() if v is not None}))
    await site.store.commit(grant, [Change(op="update", type=kind, id=name, resource=resource)])
    return {name: was.get(name) for name in elements}


async def sources(site, key, basis):
    rows = await site.store.pool.fetch(
        "select distinct source from relation where bucket = $1 and person = $2 and basis = $3 order by 1", *key, basis
    )
    return [row["source"].partition("/") for row in rows]


async def one(site, key, kind, of):
    """The id of some entry of type and kind."""
    found = await site.store.pool.fetch(
        """select e.id from entry e join type_name n using (type)
            where e.bucket = $1 and e.person = $2 and n.name = $3 and e.kind = $4 and e.state = 0 and e.form = 0
            order by e.low limit 1""",
        *key, kind, int(of),
    )  # fmt: skip
    return found[0]["id"]


async def page(visitor, path, status=200):
    answer = await visitor.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return words(answer.text)


async def test_staff_read_the_ground_its_source_and_what_the_role_gives(site):
    patient, _ = await person(site, "saeterbo")
    async with site.visitor("fastlege") as doctor, site.visitor("farmasoyt") as pharmacist:
        html = unescape((await doctor.get(f"/p/{patient}/tilgang")).text)
        told = words(html)
        assert "Pasienten står på fastlegelisten hos dere." in told
        assert re.search(r"Gjelder for .*Fjordgløtt legekontor", told)
        assert "Ingenting er sperret for deg, og rollen din når alt" in told
        assert "forskrive legemidler" in told
        source = re.search(rf'href="(/p/{patient}/e/EpisodeOfCare/[^"]+)"', html)
        assert source
        assert (await doctor.get(source[1])).status_code == 200
        told = await page(pharmacist, f"/p/{patient}/tilgang")
        assert "Rollen din (Farmasøyt) når ikke alt." in told
        missing, able = told.split("når ikke alt.")[1], told.split("Hva kan jeg gjøre her?")[1]
        assert "Notater" in missing.split("Hva kan jeg gjøre her?")[0]
        assert "forskrive legemidler" in able.split("Hva rollen ikke gir")[1]
        assert "foreslå legemidler" in able.split("Hva rollen ikke gir")[0]


async def test_a_record_that_is_closed_and_one_that_is_not_here_are_refused_alike(site):
    patient, key = await person(site, "saeterbo")
    async with site.visitor("jordmor") as midwife, site.visitor("eldre") as citizen:
        closed = await midwife.get(f"/p/{patient}/tilgang")
        nowhere = await midwife.get("/p/nowhere/tilgang")
        assert closed.status_code == nowhere.status_code == 404
        assert same(closed.text).replace(patient, "nowhere") == same(nowhere.text)
        told = words(closed.text)
        assert ABSENT in told
        assert "Rolle Jordmor" in told
        assert "Oppgi tjenstlig behov" in told
        assert "Fra den begynner og i 30 dager" in told
        assert "Fastlegelisten hos dere" not in told
        refused = unescape((await midwife.get(f"/p/{patient}")).text)
        assert f'href="/p/{patient}/tilgang"' in refused
        assert (await citizen.get(f"/p/{patient}/tilgang")).status_code == 403
    rows = await site.store.pool.fetch(
        "select text from leaf where bucket = $1 and person = $2 order by number desc limit 12", *key
    )
    assert any('"outcome":"refused"' in row["text"] and STAFF["synne"].practitioner in row["text"] for row in rows)


async def test_without_the_deciding_fact_access_and_explanation_are_gone_together(site):
    """One ground after the other is ended, as a register would; each page names the next, and then nothing opens."""
    patient, _ = await person(site, "nordmarken")
    ended, named, opened, answer = [], [], 0, None
    async with site.visitor("fastlege") as doctor:
        for _ in range(20):
            answer = await doctor.get(f"/p/{patient}/tilgang")
            opened = (await doctor.get(f"/p/{patient}")).status_code
            assert opened == answer.status_code
            if opened == 404:
                break
            first = words(answer.text).split("Hvorfor kan jeg se dette?")[-1].split("Se grunnlaget")[0]
            found = re.search(rf'href="/p/{patient}/e/(\w+)/([^"]+)">Se grunnlaget', unescape(answer.text))
            assert found
            kind, name = found.groups()
            assert first.strip() not in named or kind != "EpisodeOfCare"
            named.append(first.strip())
            over = {"EpisodeOfCare": "cancelled", "Encounter": "cancelled", "Appointment": "cancelled",
                    "ServiceRequest": "revoked", "Task": "cancelled"}[kind]  # fmt: skip
            ended.append((kind, name, await change(site, kind, name, status=over)))
        assert (opened, answer and answer.status_code) == (404, 404)
        assert "fastlegelisten" in named[0]
        assert len(named) > 1
        assert answer
        assert ABSENT in words(answer.text)
        for kind, name, was in reversed(ended):
            await change(site, kind, name, **was)
        assert named[0] in await page(doctor, f"/p/{patient}/tilgang")


async def test_an_entry_tells_what_decided_and_one_that_is_not_seen_tells_nothing(site):
    patient, key = await person(site, "saeterbo")
    async with site.visitor("fastlege") as doctor, site.visitor("farmasoyt") as pharmacist:
        name = await one(site, key, "Composition", Kind.NOTE)
        note = f"/p/{patient}/e/Composition/{name}"
        entry = unescape((await doctor.get(note)).text)
        assert f'href="{note}/hvorfor"' in entry
        told = await page(doctor, f"{note}/hvorfor")
        assert "Pasienten står på fastlegelisten hos dere." in told
        assert "Rolle Fastlege Slag Notater" in told
        assert "Ingen sperring fra pasienten gjelder denne oppføringen" in told
        hidden, nowhere = await pharmacist.get(f"{note}/hvorfor"), await pharmacist.get(f"{note[:-4]}zzzz/hvorfor")
        assert hidden.status_code == nowhere.status_code == 404
        assert unescape(same(hidden.text)).replace(note, "") == unescape(same(nowhere.text)).replace(
            f"{note[:-4]}zzzz", ""
        )
        for odd in ('Composition/a"b', "Nothing/x", "Composition/æ"):
            assert (await doctor.get(f"/p/{patient}/e/{odd}/hvorfor")).status_code == 404


async def test_what_is_closed_is_announced_until_the_opening_that_is_named_lifts_it(site):
    patient, key = await person(site, "saeterbo")
    async with site.visitor("eldre") as citizen, site.visitor("sykepleier") as nurse:
        fields = {"hva": "slag", "slag-note": "1", "mot": "alle", "ja": "1"}
        assert (await citizen.post("/meg/sperringer/ny", data=fields, headers=own())).status_code == 303
        assert "Noe er sperret." in await page(nurse, f"/p/{patient}/tilgang")
        opening = {"vei": "nodrett", "grunn": "danger", "ord": "Bevisstløs i akuttmottaket", "del": "notater"}
        await nurse.post(f"/p/{patient}/apne", data=opening, headers=own())
        told = await page(nurse, f"/p/{patient}/tilgang")
        assert "Noe er sperret." not in told
        assert "Du har åpnet journalen med nødrett." in told
        assert "Andre grunnlag som også gjelder" in told
        name = await one(site, key, "Composition", Kind.NOTE)
        why = await page(nurse, f"/p/{patient}/e/Composition/{name}/hvorfor")
        assert "Du har en åpning som gjelder slike oppføringer" in why
        listed = unescape((await citizen.get("/meg/sperringer")).text)
        for end in re.findall(r'action="(/meg/sperringer/[^"]+)"', listed):
            await citizen.post(end, headers=own())


async def test_that_an_entry_is_held_back_is_told_to_staff_and_why_to_those_who_may_decide_it(site):
    patient, key = await person(site, "saeterbo")
    name = await one(site, key, "Observation", Kind.RESULT)
    path = f"/p/{patient}/e/Observation/{name}"
    today = local(site.store.clock.clinical()) + timedelta(days=30)
    form = {"slag": "fare", "grunn": "Kan skade seg selv etter svaret", "dag": f"{today:%d.%m.%Y}"}
    async with (
        site.visitor("fastlege") as doctor,
        site.visitor("sykepleier") as nurse,
        site.visitor("eldre") as citizen,
    ):
        assert (await citizen.get(f"/meg/e/Observation/{name}")).status_code == 200
        answer = await doctor.post(f"{path}/skjerm", data=form, headers=own())
        assert answer.status_code == 303, words(answer.text)
        told = await page(doctor, f"{path}/hvorfor")
        assert "Pasienten ser ikke dette." in told
        assert "Fare for liv" in told
        told = await page(nurse, f"{path}/hvorfor")
        assert "Pasienten ser ikke dette." in told
        assert "Fare for liv" not in told
        assert "skade seg selv" not in told
        assert (await citizen.get(f"/meg/e/Observation/{name}")).status_code == 404
        end = re.findall(r'name="slutt" value="([^"]+)"', unescape((await doctor.get(f"{path}/skjerm")).text))
        await doctor.post(f"{path}/skjerm", data={"slutt": end[0]}, headers=own())


async def test_a_citizen_reads_who_could_open_her_record_now_and_no_longer_when_it_is_over(site):
    patient, key = await person(site, "nordmarken")
    async with site.visitor("gravid") as citizen, site.visitor("jordmor") as midwife:
        assert (await midwife.get(f"/p/{patient}")).status_code == 200
        told = await page(citizen, "/meg/tilgang")
        assert "Fjordgløtt legekontor Du står på fastlegelisten deres. Hvem Fastlege" in told
        assert "De følger opp svangerskapet ditt." in told
        assert "Jordmor" in told.split("Hva de ulike rollene ser")[1]
        ended = [(kind, name, await change(site, kind, name, status="cancelled"))
                 for kind, _, name in await sources(site, key, 22)]  # fmt: skip
        assert ended
        told = await page(citizen, "/meg/tilgang")
        assert "De følger opp svangerskapet ditt." not in told
        for kind, name, was in ended:
            await change(site, kind, name, **was)
        assert (await midwife.get("/meg/tilgang")).status_code == 403


async def test_a_line_of_the_log_says_why_they_could_and_whether_they_still_can(site):
    patient, key = await person(site, "nordmarken")
    async with site.visitor("gravid") as citizen, site.visitor("jordmor") as midwife, site.visitor("eldre") as other:
        await midwife.get(f"/p/{patient}")
        log = unescape((await citizen.get("/meg/innsyn")).text)
        look = next(part for part in log.split('<li class="look"') if "Synne" in part and "åpnet journalen" in part)
        (path,) = re.findall(r'href="(/meg/innsyn/hvorfor\?linje=[^"]+)"', look)
        told = await page(citizen, path)
        assert "Synne" in told
        assert "Jordmor" in told
        assert "Grunnlaget gjelder fortsatt" in told
        assert "Notater" in told.split("Hva rollen ser")[1]
        assert (await other.get(path)).status_code == 400
        ended = [(kind, name, await change(site, kind, name, status="cancelled"))
                 for basis in (22, 30, 34, 40, 44, 50, 60) for kind, _, name in await sources(site, key, basis)
                 if kind in ("EpisodeOfCare", "Encounter", "Appointment")]  # fmt: skip
        assert "Dette grunnlaget er over." in await page(citizen, path)
        for kind, name, was in ended:
            await change(site, kind, name, **was)


async def test_who_acts_for_another_reads_the_right_its_reach_and_the_age_rules(site):
    async with site.visitor("forelder") as mother, site.visitor("eldre") as other:
        listed = unescape((await mother.get("/for")).text)
        child = re.findall(r'href="/for/([^"/]+)"', listed)[0]
        told = await page(mother, f"/for/{child}/tilgang")
        assert "Du har foreldreansvar." in told
        assert "Til barnet er 12 år" in told
        assert "Når barnet fyller 16" in told
        assert f'href="/for/{child}/tilgang"' in unescape((await mother.get(f"/for/{child}")).text)
        refused, nowhere = await other.get(f"/for/{child}/tilgang"), await other.get("/for/nowhere/tilgang")
        assert refused.status_code == nowhere.status_code == 404
        assert same(refused.text).replace(child, "nowhere") == same(nowhere.text)
        assert "Du har foreldreansvar." not in words(refused.text)


async def test_who_keeps_the_roles_reads_how_many_records_each_opens_and_nobody_elses_roles(site):
    async with site.visitor("administrator") as nils, site.visitor("fastlege") as doctor:
        listed = unescape((await nils.get("/admin/tilganger")).text)
        found = re.findall(r'href="(/admin/tilganger/[^"]+)"', listed)
        assert found
        told = await page(nils, found[0])
        assert "Hvor mange journaler rollen åpner nå" in told
        assert (await doctor.get(found[0])).status_code == 403
        elsewhere = STAFF["lise"].reference.partition("/")[2]
        assert (await nils.get(f"/admin/tilganger/{elsewhere}")).status_code == 404, "of another organisation"
    rows = await site.store.pool.fetch("select text from leaf where person = 0 and text like '%role-reach%'")
    assert rows


async def test_each_explanation_leaves_a_line_that_its_person_reads(site):
    patient, key = await person(site, "saeterbo")
    name = await one(site, key, "Composition", Kind.NOTE)
    asked = f"/p/{patient}/e/Composition/{name}/hvorfor"
    async with site.visitor("sekretar") as secretary, site.visitor("eldre") as citizen:
        last = (await site.store.pool.fetch("select coalesce(max(number), 0) as n from leaf"))[0]["n"]
        assert (await secretary.get(f"/p/{patient}/tilgang")).status_code == 200
        assert (await secretary.get(asked)).status_code == 404
        assert (await citizen.get("/meg/tilgang")).status_code == 200
        rows = await site.store.pool.fetch(
            "select text from leaf where bucket = $1 and person = $2 and number > $3 order by number", *key, last
        )
        lines = [msgspec.json.decode(row["text"]) for row in rows]
        assert [line["act"] for line in lines] == ["page:access", "page:why", "page:why", "page:reach"]
        assert [line["what"] for line in lines[1:]] == [f"Patient/{patient}", f"Composition/{name}", "Patient"]
        assert "Så hvorfor journalen er åpen for dem" in await page(citizen, "/meg/innsyn")


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("pjl § 19, hpl §§ 25, 45: those who", ["pasientjournalloven § 19", "helsepersonelloven §§ 25, 45"]),
        ("hpl § 21 a, pjl § 19: those", ["helsepersonelloven § 21 a", "pasientjournalloven § 19"]),
        ("practice; to be checked", []),
    ],
)
def test_the_laws_of_a_rule_are_named(source, named):
    assert rules.laws(source) == named


async def test_a_message_shows_what_it_points_to_and_says_that_the_rest_is_closed(site):
    """Sent to a midwife who has nothing to do with him; the page of a place he was not followed from."""
    patient, key = await person(site, "saeterbo")
    grant = access.maintenance("a test", until=FOREVER, organization="Organization/o")
    result, other = await one(site, key, "Observation", Kind.RESULT), await one(site, key, "Condition", Kind.PROBLEM)
    async with site.visitor("jordmor") as midwife:
        assert (await midwife.get(f"/p/{patient}")).status_code == 404
        assert "bare det den peker på, til den er besvart" in await page(midwife, f"/p/{patient}/tilgang", 404)
        sent = {
            "resourceType": "Communication",
            "status": "completed",
            "subject": {"reference": f"Patient/{patient}"},
            "recipient": [{"reference": STAFF["synne"].practitioner}],
            "about": [{"reference": f"Observation/{result}"}],
        }
        made = await site.store.commit(
            grant, [Change(op="create", type="Communication", resource=fhir.decode(msgspec.json.encode(sent)))]
        )
        message = f"Communication/{made[0].id}"
        html = unescape((await midwife.get(f"/p/{patient}")).text)
        told = words(html)
        assert "Resten av journalen er ikke åpnet for deg." in told
        assert "Dere har fått en melding om pasienten." in told
        assert set(re.findall(rf'href="/p/{patient}/e/([^"]+)"', html)) == {f"Observation/{result}", message}
        told = await page(midwife, f"/p/{patient}/e/Observation/{result}")
        assert "Ikke åpnet for deg: du ser bare enkelte oppføringer." in told
        assert "En melding til deg peker på den" in await page(midwife, f"/p/{patient}/e/Observation/{result}/hvorfor")
        told = await page(midwife, f"/p/{patient}/tilgang")
        assert "svare på meldingen" in told
        assert "forskrive legemidler" not in told.split("Hva kan jeg gjøre her?")[1].split("Hva rollen ikke gir")[0]
        for closed in (f"e/Condition/{other}", f"e/Condition/{other}/hvorfor", "sok", "fullmakter", "onsker"):
            await page(midwife, f"/p/{patient}/{closed}", 404)
        gone = [Change(op="delete", type="Communication", id=made[0].id)]
        await site.store.commit(grant, gone)
        assert (await midwife.get(f"/p/{patient}")).status_code == 404


async def test_an_order_shows_its_answer_and_says_that_the_rest_is_closed(site):
    """Ordered by a midwife who has nothing to do with him any more: she sees the answer, says so, and sees no more."""
    patient, key = await person(site, "saeterbo")
    grant = access.maintenance("a test", until=FOREVER, organization="Organization/o")
    other = await one(site, key, "Condition", Kind.PROBLEM)
    hers = {"reference": STAFF["synne"].practitioner}
    lab = {"subject": {"reference": f"Patient/{patient}"}, "code": {"text": "CRP"}}

    async def wrote(entry):
        change = Change(op="create", type=entry["resourceType"], resource=fhir.decode(msgspec.json.encode(entry | lab)))
        return f"{entry['resourceType']}/{(await site.store.commit(grant, [change]))[0].id}"

    order = await wrote({"resourceType": "ServiceRequest", "status": "active", "intent": "order", "requester": hers,
                         "category": [{"coding": [{"code": "108252007"}]}]})  # fmt: skip
    async with site.visitor("jordmor") as midwife:
        assert (await midwife.get(f"/p/{patient}/prover")).status_code == 404
        value = await wrote({"resourceType": "Observation", "status": "final", "basedOn": [{"reference": order}]})
        html = unescape((await midwife.get(f"/arbeid/{order}")).text)
        (way,) = re.findall(r'href="([^"]+)">Åpne svaret', html)
        assert way == f"/p/{patient}/e/{value}"
        assert "Ikke åpnet for deg: du ser bare enkelte oppføringer." in await page(midwife, way)
        assert "Du svarer for bestillingen den hører til" in await page(midwife, f"{way}/hvorfor")
        html = unescape((await midwife.get(f"/p/{patient}")).text)
        assert "Dere svarer for en prøve som er bestilt." in words(html)
        assert set(re.findall(rf'href="/p/{patient}/e/([^"]+)"', html)) == {value, order}
        told = await page(midwife, f"/p/{patient}/tilgang")
        assert "si hva som gjøres med svaret" in told
        for closed in (f"e/Condition/{other}", f"e/Condition/{other}/hvorfor", "sok", "prover"):
            await page(midwife, f"/p/{patient}/{closed}", 404)
        seen = await midwife.post(f"/arbeid/{order}/sett", headers=own())
        assert seen.status_code == 303
        for closed in (way, f"/p/{patient}"):
            await page(midwife, closed, 404)
        after = unescape((await midwife.get(seen.headers["location"].partition("?")[0])).text)
        assert "Sett" in words(after)
        assert not re.findall(rf'href="/p/{patient}[/"]', after), "no way leads to what is closed to her"
