"""Any search, by any reader, gives just what the oracle works out entry by entry."""

from __future__ import annotations

import asyncio
import importlib.util
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from felles.record.kinds import Kind

_spec = importlib.util.spec_from_file_location("find_oracle", Path(__file__).with_name("oracle.py"))
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
Oracle = _module.Oracle

pytestmark = [pytest.mark.store, pytest.mark.slow]

FAMILIES = ["Nordmann", "Nordby", "Østby", "Ås", "de Wit"]
GIVEN = ["Kari", "Ola", "Åse", "Kåre Ola"]
CODES = ["A", "B", "C"]
STATUS = ["final", "preliminary", "amended"]


def _coding(dice):
    codes = dice.sample(CODES, dice.choice([1, 1, 1, 2]))
    return {"coding": [{"system": dice.choice(["urn:s", "urn:t"]), "code": code} for code in codes]}


def _when(dice, name):
    day = f"2024-{dice.randint(1, 4):02}-{dice.randint(1, 28):02}"
    return dice.choice(
        [
            {f"{name}DateTime": f"{day}T{dice.randint(0, 23):02}:30:00Z"},
            {f"{name}DateTime": day},
            {f"{name}DateTime": day[:7]},
            {f"{name}Period": {"start": day}},
            {f"{name}Period": {"end": day}},
            {},
        ]
    )


async def _person(world, dice, number, doctors):
    patient = {
        "name": [{"family": dice.choice(FAMILIES), "given": [dice.choice(GIVEN)]} for _ in range(dice.randint(1, 2))],
        "identifier": [{"system": "urn:mrn", "value": str(number % 7)}],
        "birthDate": dice.choice(["1980", "1980-02", "1980-02-03", "1990-05-17"]),
        "gender": dice.choice(["male", "female"]),
        "id": dice.choice([None, f"outside-{number}"]),
    }
    reference, key = await world.person(**{k: v for k, v in patient.items() if v})
    visit = await world.put(
        {
            "resourceType": "Encounter",
            "status": dice.choice(["finished", "planned"]),
            "class": {"code": dice.choice(["AMB", "IMP"])},
            "subject": {"reference": reference},
            "participant": [{"individual": {"reference": dice.choice(doctors)}}],
            "period": {"start": f"2024-0{dice.randint(1, 4)}-01"},
        },
        key,
    )
    for _ in range(dice.randint(0, 6)):
        more = {"encounter": {"reference": visit}} if dice.random() < 0.5 else {}
        if dice.random() < 0.6:
            value = {
                "value": dice.choice([1, 2.5, 100]),
                "unit": "mg",
                "system": "urn:u",
                "code": dice.choice(["mg", "g"]),
            }
            more["valueQuantity"] = value if dice.random() < 0.7 else {"value": value["value"]}
        await world.put(
            {
                "resourceType": "Observation",
                "status": dice.choice(STATUS),
                "subject": {"reference": reference},
                "code": _coding(dice),
                "performer": [
                    {"reference": dice.choice([*doctors, *(r for r in world.live if r.startswith("Patient"))])}
                ],
                **_when(dice, "effective"),
                **more,
            },
            key,
            dice.choice(["Organization/hospital", "Organization/other"]),
        )
    for _ in range(dice.randint(0, 2)):
        condition = {"resourceType": "Condition", "subject": {"reference": reference}, "code": _coding(dice)}
        await world.put(condition | {"onsetString": dice.choice(["as a child", "late"])}, key)
    return key


async def _region(world, dice):
    doctors = [
        await world.put({"resourceType": "Practitioner", "id": f"d{i}", "name": [{"family": FAMILIES[i]}]}, (-1, 0))
        for i in range(3)
    ]
    keys = [await _person(world, dice, number, doctors) for number in range(14)]
    for key in keys:
        for org in ("Organization/hospital", "Organization/other"):
            if dice.random() < 0.5:
                await world.relate(key, org)
    await world.block(keys[0], kind=int(Kind.RESULT))
    await world.block(keys[1], against="Organization/hospital")
    await world.block(keys[2])
    lone = {"resourceType": "Observation", "status": "final", "code": _coding(dice)}
    await world.put(lone, (9, 0), "Organization/hospital")
    # Some entries have been changed, and some are gone.
    for reference in dice.sample(sorted(r for r in world.live if r.startswith("Observation")), 6):
        key, facts, _ = world.live[reference]
        changed = lone | {"id": facts["id"], "status": "amended"}
        if key[1]:
            patient = next(r for r, (k, _, _) in world.live.items() if k == key and r.startswith("Patient"))
            changed["subject"] = {"reference": patient}
        await world.put(changed, key)
    await world.delete(dice.choice(sorted(r for r in world.live if r.startswith("Observation"))))
    return keys


def _dates(name):
    prefix = st.sampled_from(["", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"])
    day = st.sampled_from(["2024", "2024-02", "2024-03-15", "2024-02-10T10:30:00Z", "1980-02-03", "1980"])
    return st.tuples(st.just(name), st.builds(str.__add__, prefix, day))


def _tokens(name, codes, systems=("urn:s", "urn:t", "")):
    code, system = st.sampled_from(codes), st.sampled_from(systems)
    one = code | st.builds("{}|{}".format, system, code) | st.sampled_from([f"{s}|" for s in systems if s])
    many = st.lists(one, min_size=1, max_size=2).map(",".join)
    return st.tuples(st.sampled_from([name, name, f"{name}:not"]), many)


def _strings(name, words):
    modifier = st.sampled_from(["", "", ":contains", ":exact"])
    return st.tuples(modifier.map(lambda m: name + m), st.sampled_from(words))


_WORDS = ["nord", "Nordmann", "øst", "OSTBY", "kari", "Kåre Ola", "a", "wit", "x", "nord,ås"]
_NUMBERS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]),
    st.sampled_from(["1", "2.5", "2", "100", "1e2"]),
    st.sampled_from(["", "|urn:u|mg", "||mg", "||g", "|urn:x|mg"]),
)
_MISSING = st.sampled_from(["true", "false"])


def _queries(patients, visits):
    person = st.sampled_from([*patients, "Patient/nobody"])
    ids = st.sampled_from([p.partition("/")[2] for p in patients])
    named = st.tuples(st.sampled_from(["patient", "subject"]), person) | st.tuples(st.just("patient"), ids)
    observation = st.one_of(
        named,
        _tokens("code", CODES),
        _tokens("status", STATUS, ("http://hl7.org/fhir/observation-status",)),
        _dates("date"),
        _dates("_lastUpdated"),
        st.tuples(st.just("value-quantity"), _NUMBERS),
        st.tuples(st.sampled_from(["date:missing", "value-quantity:missing", "encounter:missing"]), _MISSING),
        st.tuples(st.just("performer"), st.sampled_from(["Practitioner/d0", "Practitioner/d1", *patients])),
        st.tuples(st.sampled_from(["encounter", "encounter:Encounter"]), st.sampled_from(visits)),
        _strings("patient.family", _WORDS),
        _strings("performer:Practitioner.name", _WORDS),
        _tokens("encounter.class", ["AMB", "IMP"], ("urn:s",)),
        st.tuples(st.just("subject:Patient.identifier"), st.sampled_from(["urn:mrn|1", "2"])),
    )
    patient = st.one_of(
        _strings("name", _WORDS),
        _strings("family", _WORDS),
        _strings("given", _WORDS),
        _dates("birthdate"),
        _tokens("gender", ["male", "female"], ("urn:s",)),
        st.tuples(
            st.just("identifier"),
            st.sampled_from(["urn:mrn|1", "2", "urn:x|1", "urn:mrn|", "|1", "urn:mrn|1,urn:mrn|3"]),
        ),
        st.tuples(st.just("_id"), st.lists(ids, min_size=1, max_size=3).map(",".join)),
        _tokens("_has:Observation:patient:code", CODES),
        _dates("_has:Encounter:subject:date"),
        st.tuples(st.just("_has:Observation:performer:status"), st.sampled_from(STATUS)),
    )
    condition = st.one_of(named, _tokens("code", CODES), _strings("onset-info", ["as", "late", "child"]))
    practitioner = st.one_of(
        _strings("name", _WORDS),
        _strings("family", _WORDS),
        _tokens("_has:Encounter:practitioner:class", ["AMB", "IMP"]),
    )
    sorts = {
        "Observation": ["date", "-date", "_lastUpdated", "-_id", "-value-quantity", "patient", "value-quantity"],
        "Patient": ["family", "-given", "birthdate", "_id", "-_lastUpdated"],
        "Condition": ["-_lastUpdated", "onset-info"],
        "Practitioner": ["name", "-family"],
    }
    pools = {"Observation": observation, "Patient": patient, "Condition": condition, "Practitioner": practitioner}
    return st.sampled_from(sorted(pools)).flatmap(
        lambda kind: st.tuples(
            st.just(kind),
            st.lists(pools[kind], max_size=3),
            st.lists(st.sampled_from(sorts[kind]), max_size=2, unique=True),
        )
    )


def _readers(world, grants, keys):
    return [
        (grants.all(), Oracle(world, "all")),
        (grants.staff(), Oracle(world, "staff", "Organization/hospital")),
        (grants.system(), Oracle(world, "system", "Organization/hospital")),
        (grants.system("Organization/other"), Oracle(world, "system", "Organization/other")),
        (grants.person(keys[3]), Oracle(world, "staff", "Organization/hospital", (keys[3],))),
        (grants.own("Patient/x", keys[0]), Oracle(world, "own", None, (keys[0],))),
    ]


def _each(patients, visits):
    """Every parameter with every prefix, modifier and form of value that the random searches draw from."""
    prefixes = ["", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"]
    days = ["2024", "2024-02", "2024-03-15", "2024-02-10T10:30:00Z", "1980-02-03", "1980"]
    dates = [prefix + day for prefix in prefixes for day in days]
    tokens = ["A", "urn:s|B", "|C", "urn:t|", "A,urn:s|C"]
    numbers = [p + n + u for p in [*prefixes, "ap"] for n in ("1", "2.5", "99") for u in ("", "|urn:u|mg", "||g")]
    modified = ["", ":contains", ":exact"]
    lists = {
        "Observation": [
            *(("date", d) for d in dates),
            *(("value-quantity", n) for n in numbers),
            *((f"code{m}", t) for m in ("", ":not") for t in tokens),
            *((f"{name}:missing", v) for name in ("date", "encounter", "value-quantity") for v in ("true", "false")),
            *((name, p) for name in ("patient", "subject", "performer") for p in patients),
            *(("patient", p[8:]) for p in patients[:4]),
            *(("performer", f"Practitioner/d{i}") for i in range(3)),
            *(("encounter", v) for v in visits),
            *((f"patient.family{m}", w) for m in modified for w in _WORDS),
            *((f"performer:Patient.name{m}", w) for m in modified for w in _WORDS),
            *(("performer:Practitioner.name", w) for w in _WORDS),
            ("encounter.class", "AMB"),
            ("encounter.status:not", "planned"),
            ("patient.identifier", "urn:mrn|1,urn:mrn|2"),
        ],
        "Patient": [
            *((f"{name}{m}", w) for name in ("name", "family", "given") for m in modified for w in _WORDS),
            *(("birthdate", d) for d in dates),
            *(("identifier", i) for i in ("urn:mrn|1", "2", "urn:x|1", "urn:mrn|", "|1", "urn:mrn|1,urn:mrn|3")),
            *((f"_has:Observation:patient:code{m}", t) for m in ("", ":not") for t in tokens),
            *(("_has:Observation:performer:status", t) for t in STATUS),
            *(("_has:Encounter:subject:date", d) for d in dates[::5]),
        ],
        "Condition": [("code", t) for t in tokens] + [("patient", p) for p in patients],
        "Encounter": [("practitioner", f"Practitioner/d{i}") for i in range(3)] + [("date", d) for d in dates],
        "Practitioner": [("name", w) for w in _WORDS] + [("_has:Encounter:practitioner:class", "AMB")],
    }
    return [(kind, pair) for kind, pairs in lists.items() for pair in pairs]


@pytest.mark.parametrize("seed", [3])
async def test_every_parameter_in_every_form(world, grants, seed):
    keys = await _region(world, random.Random(seed))
    patients = sorted(r for r in world.live if r.startswith("Patient"))
    visits = sorted(r for r in world.live if r.startswith("Encounter"))
    hits: dict[str, int] = {}
    for grant, oracle in _readers(world, grants, keys)[:3]:
        for kind, pair in _each(patients, visits):
            expected = sorted(oracle.answer(kind, [pair], []))
            assert sorted(await world.refs(grant, kind, pair)) == expected, (kind, pair)
            hits[pair[0]] = hits.get(pair[0], 0) + len(expected)
    # A parameter that never hits would be compared with nothing.
    assert {name for name, many in hits.items() if not many} <= {"given:exact", "performer:Patient.name:exact"}


@pytest.mark.parametrize("seed", [1, 2])
async def test_every_answer_is_the_oracles(world, grants, seed):
    keys = await _region(world, random.Random(seed))
    patients = sorted(r for r in world.live if r.startswith("Patient"))
    visits = sorted(r for r in world.live if r.startswith("Encounter"))[:5]
    readers = _readers(world, grants, keys)

    loop = asyncio.get_running_loop()

    async def check(reader, query, size):
        grant, oracle = reader
        kind, pairs, sort = query
        asked = [*pairs, ("_count", str(size)), *([("_sort", ",".join(sort))] if sort else [])]
        found = await world.refs(grant, kind, *asked)
        expected = oracle.answer(kind, pairs, sort)
        assert (found if sort else sorted(found)) == (expected if sort else sorted(expected))
        page = await world.find(grant, kind, *pairs, ("_summary", "count"))
        assert page.total == len(expected)

    @settings(max_examples=250, deadline=None, derandomize=True, database=None)
    @given(st.sampled_from(readers), _queries(patients, visits), st.integers(1, 7))
    def holds(reader, query, size):
        asyncio.run_coroutine_threadsafe(check(reader, query, size), loop).result(60)

    await asyncio.to_thread(holds)
