"""Next of kin (pårørende): somebody close, as an entry of the person's own record; never of the relative's.

Who has parental responsibility or a mandate is a register's to say: such entries are not changed here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from felles.care.writing.form import Field, Form, From, Made, Mistake
from felles.record.codes import MANDATE_SYSTEM, PARENTAL_RESPONSIBILITY
from felles.record.kinds import Kind
from felles.record.wants import Want
from felles.ui.sources import NEW

if TYPE_CHECKING:
    from felles.care.writing.form import Known, Resource, Values
    from felles.ui.i18n import Language

_ROLE: Final = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
_CONTACT: Final = "http://terminology.hl7.org/CodeSystem/v2-0131"
_PHONE: Final = re.compile(r"\+?[\d ]{5,20}")
WORDS: Final = {
    "SPS": "Ektefelle", "DOMPART": "Samboer", "DAUC": "Datter", "SONC": "Sønn", "MTH": "Mor", "FTH": "Far",
    "SIS": "Søster", "BRO": "Bror", "GRPRN": "Besteforelder", "FRND": "Venn", "NBOR": "Nabo", "FAMMEMB": "Slektning",
}  # fmt: skip
"""v3-RoleCode in the words the record has them in (what stands in the record is not translated)."""


def _relations(t: Language, _known: Known) -> list[tuple[str, str]]:
    said = {
        "SPS": t("Ektefelle"), "DOMPART": t("Samboer"), "DAUC": t("Datter"), "SONC": t("Sønn"), "MTH": t("Mor"),
        "FTH": t("Far"), "SIS": t("Søster"), "BRO": t("Bror"), "GRPRN": t("Besteforelder"), "FRND": t("Venn"),
        "NBOR": t("Nabo"), "FAMMEMB": t("Slektning"),
    }  # fmt: skip
    return list(said.items())


def _ranks(t: Language, _known: Known) -> list[tuple[str, str]]:
    return [("1", t("Først: nærmeste pårørende")), *((str(n), t("Nummer {n}").format(n=n)) for n in range(2, 7))]


def _parts(values: Values) -> Resource:
    given, _, family = values["navn"].rpartition(" ")
    relation: list[Resource] = [
        {"coding": [{"system": _ROLE, "code": values["forhold"]}], "text": WORDS[values["forhold"]]}
    ]
    if values["rang"] == "1":
        relation.append({"coding": [{"system": _CONTACT, "code": "N"}], "text": "Nærmeste pårørende"})
    made: Resource = {"relationship": relation}
    made["name"] = [{"family": family, "given": given.split()}] if given else [{"text": values["navn"]}]
    phone: Resource = {"system": "phone", "value": values["telefon"]}
    if values["rang"]:
        phone["rank"] = int(values["rang"])
    if values["telefon"]:
        made["telecom"] = [phone]
    return made


def _new(values: Values, known: Known) -> list[Made]:
    made: Resource = {"resourceType": "RelatedPerson", "active": True, "patient": known.subject}
    return [Made("create", made | _parts(values))]


def _changed(values: Values, known: Known) -> list[Made]:
    assert known.one is not None  # noqa: S101 - the page opens this form with its entry alone
    old = known.one.resource
    parts = _parts(values)
    if _name(known) == values["navn"]:
        parts["name"] = old.get("name", parts["name"])
    parts["relationship"] += [each for each in old.get("relationship", ()) if not _said_here(each)]
    others = [each for each in old.get("telecom", ()) if each.get("system") not in ("phone", "sms")]
    kept = {name: each for name, each in old.items() if name != "telecom"}
    telecom = [*parts.pop("telecom", []), *others]
    made = kept | parts | ({"telecom": telecom} if telecom else {}) | {"active": values["gjelder"] != "nei"}
    return [Made("update", made, old["id"], known.version)]


def _said_here(relationship: Resource) -> bool:
    """Whether the form says this relationship: who she is, and that she is the nearest."""
    codings = relationship.get("coding", ())
    return any(c.get("system") == _ROLE or (c.get("system") == _CONTACT and c.get("code") == "N") for c in codings)


def _wrong(t: Language, values: Values, _known: Known) -> list[Mistake]:
    if values["telefon"] and not _PHONE.fullmatch(values["telefon"]):
        return [Mistake("telefon", t("Skriv telefonnummeret med sifre, som 900 00 000."))]
    return []


def _name(known: Known) -> str:
    names = known.one.resource.get("name", ()) if known.one else ()
    name: dict[str, Any] = names[0] if names else {}
    return " ".join(filter(None, [*name.get("given", ()), name.get("family", "")])) or name.get("text", "")


def _relation(known: Known) -> str:
    relationships = known.one.resource.get("relationship", ()) if known.one else ()
    codings = (c for concept in relationships for c in concept.get("coding", ()))
    return next((c["code"] for c in codings if c.get("system") == _ROLE and c.get("code") in WORDS), "")


def _phone(known: Known) -> dict[str, Any]:
    telecom = known.one.resource.get("telecom", ()) if known.one else ()
    phones = [each for each in telecom if each.get("system") in ("phone", "sms") and each.get("value")]
    return min(phones, key=lambda each: each.get("rank") or 99, default={})


def _number(known: Known) -> str:
    return _phone(known).get("value", "")


def _rank(known: Known) -> str:
    rank = _phone(known).get("rank", "")
    return str(rank) if 1 <= (rank or 0) < 7 else ""


def _next_rank(known: Known) -> str:
    return str(min(6, 1 + sum(bool(each.get("active", True)) for each in known.of("RelatedPerson"))))


def _plain_kin(known: Known) -> bool:
    relationships = known.one.resource.get("relationship", ()) if known.one else ()
    systems = {c.get("system") for concept in relationships for c in concept.get("coding", ())}
    return not systems & {PARENTAL_RESPONSIBILITY, MANDATE_SYSTEM}


def _still(t: Language, _known: Known) -> list[tuple[str, str]]:
    return [("ja", t("Ja")), ("nei", t("Nei, ikke lenger pårørende"))]


def _is_still(known: Known) -> str:
    return "ja" if known.one is not None and known.one.resource.get("active", True) else "nei"


KIN: Final = Form(
    name="parorende",
    title=lambda t: t("Pårørende"),
    icon="PersonGroup",
    verb="write",
    kind=Kind.PERSON,
    wants=(Want("RelatedPerson", 40),),
    fields=(
        Field(name="navn", label=lambda t: t("Navn"), source=NEW, required=True, longest=120),
        Field(
            name="forhold", label=lambda t: t("Forhold"), source=NEW, kind="choice", choices=_relations, required=True
        ),
        Field(name="telefon", label=lambda t: t("Telefon"), source=NEW, longest=20),
        Field(
            name="rang",
            label=lambda t: t("Ringes som"),
            source=From("RelatedPerson.telecom.rank", _next_rank),
            kind="choice",
            choices=_ranks,
        ),
    ),
    make=_new,
    wrong=_wrong,
)
KIN_CHANGED: Final = Form(
    name="parorende-endre",
    title=lambda t: t("Endre pårørende"),
    icon="PersonGroup",
    verb="write",
    kind=Kind.PERSON,
    about=("RelatedPerson",),
    fits=_plain_kin,
    fields=(
        Field(
            name="navn",
            label=lambda t: t("Navn"),
            source=From("RelatedPerson.name", _name),
            required=True,
            longest=120,
        ),
        Field(
            name="forhold",
            label=lambda t: t("Forhold"),
            source=From("RelatedPerson.relationship", _relation),
            kind="choice",
            choices=_relations,
            required=True,
        ),
        Field(name="telefon", label=lambda t: t("Telefon"), source=From("RelatedPerson.telecom", _number), longest=20),
        Field(
            name="rang",
            label=lambda t: t("Ringes som"),
            source=From("RelatedPerson.telecom.rank", _rank),
            kind="choice",
            choices=_ranks,
        ),
        Field(
            name="gjelder",
            label=lambda t: t("Fortsatt pårørende"),
            source=From("RelatedPerson.active", _is_still),
            kind="choice",
            choices=_still,
            required=True,
        ),
    ),
    make=_changed,
    wrong=_wrong,
)
