"""Any FHIR resource as a tree of labelled lines. Pure: JSON in, nodes out; the template only lays them out.

Data types are recognised by their elements, so that a type nobody thought of still reads well: a coded
text as its words, a quantity with its unit, a period as from and to, a reference as a way on.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from felles.care import words
from felles.care.entries import labels
from felles.care.entries.narrative import clean
from felles.record.homes import SHARED_TYPES

if TYPE_CHECKING:
    from felles.ui.i18n import Language

DEPTH: Final = 12
"""Levels shown; FHIR allows no cycles, only very deep questionnaires reach this."""
_HIDDEN: Final = frozenset({"resourceType", "id", "meta", "text", "implicitRules", "subject", "patient"})
"""Not content; and the person herself, whose strip stands above."""
_DATE: Final = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d.*)?)?)?")
_REFERENCE: Final = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})")
_CODE: Final = re.compile(r"[a-z][a-z\-]*")


@dataclass(slots=True)
class Node:
    """One line. `english`: the label is FHIR's own; `more`: codes and the like, in small print."""

    label: str = ""
    english: bool = False
    text: str = ""
    more: str = ""
    href: str = ""
    long: bool = False
    markup: str = ""
    children: list[Node] = field(default_factory=list)


class Reader:
    """Reads resources in one language; `base` leads to the person's pages, `names` says what is referred to."""

    def __init__(self, t: Language, base: str, names: dict[str | int, str]) -> None:
        self.t = t
        self.base = base
        self.names = names
        self._labels = labels.elements(t)
        self._codes = labels.codes(t)

    def tree(
        self, resource: dict[str, Any], only: tuple[str, ...] = (), *, without: tuple[str, ...] = ()
    ) -> list[Node]:
        """The resource's elements; `only` these, in this order (choice elements by their base name)."""
        if not only:
            return self._children({k: v for k, v in resource.items() if labels.choice(k) not in without}, 0)
        found: list[Node] = []
        for name in only:
            found += self._children({k: v for k, v in resource.items() if name in (k, labels.choice(k))}, 0)
        return found

    def _children(self, value: dict[str, Any], depth: int) -> list[Node]:
        nodes: list[Node] = []
        for element, content in value.items():
            if element == "text" and depth and isinstance(content, dict):
                nodes.append(Node(self.t("Tekst"), markup=clean(str(content.get("div", "")))))
                continue
            if element in _HIDDEN and not (element == "text" and isinstance(content, str)):
                continue
            if element.startswith("_"):
                if element[1:] not in value:
                    nodes += self._nodes(element[1:], content, depth)
            elif element == "extension":
                nodes += [self._extension(one, depth) for one in content if isinstance(one, dict)]
            else:
                nodes += self._nodes(element, content, depth)
        return nodes

    def _nodes(self, element: str, content: Any, depth: int) -> list[Node]:
        values = content if isinstance(content, list) else [content]
        nodes = [self._node(element, one, depth) for one in values if one is not None]
        first = nodes[0].label if nodes else ""
        for repeated in nodes[1:]:  # a part of a measurement has a label of its own
            if not repeated.children and repeated.label == first:
                repeated.label = ""
        return nodes

    def _label(self, element: str) -> tuple[str, bool]:
        base = labels.choice(element)
        known = self._labels.get(element) or self._labels.get(base)
        return (known, False) if known else (labels.plain(base), True)

    def _extension(self, extension: dict[str, Any], depth: int) -> Node:
        url = str(extension.get("url", ""))
        inner = {k: v for k, v in extension.items() if k not in ("url", "id")}
        name = url.rstrip("/").rpartition("/")[2]
        value = next((k for k in inner if k.startswith("value")), None)
        if value is not None and len(inner) == 1:
            node = self._node(value, inner[value], depth)
        else:
            node = Node(children=self._children(inner, depth + 1))
        node.label, node.english = labels.plain(name.replace("-", " ")), True
        return node

    def _node(self, element: str, value: Any, depth: int) -> Node:
        label, english = self._label(element)
        node = self.value(value)
        if node is None and element in ("component", "section"):
            return self._component(value, depth) if element == "component" else self._section(value, depth)
        if node is None:
            inner = self._children(value, depth + 1) if depth < DEPTH else []
            node = _alone(inner) or Node(children=inner)
            kind = value.get("resourceType")
            if kind:
                node.text = labels.types(self.t).get(kind, labels.plain(kind))
        node.label, node.english = label, english
        return node

    def _component(self, value: dict[str, Any], depth: int) -> Node:
        """A part of an observation: what it is as the label, its value beside it."""
        code = self._concept(value.get("code", {}))
        inner = self._children({k: v for k, v in value.items() if k != "code"}, depth + 1)
        if len(inner) == 1 and not inner[0].children:
            return Node(code.text, text=inner[0].text, more=code.more)
        return Node(code.text, more=code.more, children=inner)

    def _section(self, value: dict[str, Any], depth: int) -> Node:
        """A part of a document: its title as the label, its text, and what belongs to it."""
        text = value.get("text", {})
        inner = {k: v for k, v in value.items() if k not in ("title", "text")}
        title = value.get("title") or self._concept(value.get("code", {})).text or self.t("Avsnitt")
        return Node(title, markup=clean(str(text.get("div", ""))), children=self._children(inner, depth + 1))

    def value(self, value: Any) -> Node | None:
        """A primitive or a known data type as one line; None for what has parts of its own."""
        if not isinstance(value, dict):
            return self._primitive(value)
        if isinstance(value.get("text"), str) and value.keys() & _SAID:
            return self._dosage(value)
        # What is said of an element beside it (`_district`) does not make another type of what holds it.
        keys = {key for key in value if not (key.startswith("_") and key[1:] in value)}
        for needed, read, allowed in _TYPES:
            if needed & keys and keys <= allowed:
                return getattr(self, f"_{read}")(value)
        return None

    def _dosage(self, value: dict[str, Any]) -> Node:
        """A dosage that was written in words says it with them; of its parts, what words seldom say stands below."""
        rest = {k: v for k, v in value.items() if k not in _SAID and k not in ("text", "sequence")}
        return Node(text=str(value["text"]), children=self._children(rest, 1))

    def _valued(self, value: dict[str, Any]) -> Node:
        if not isinstance(value["value"], str):
            return self._quantity(value)
        return self._contact(value) if value.get("system") in _CHANNELS else self._identifier(value)

    def _primitive(self, value: Any) -> Node:
        if value is True or value is False:
            return Node(text=self.t("Ja") if value else self.t("Nei"))
        text = str(value)
        if not isinstance(value, str):
            return Node(text=self.t.number(text))
        if _DATE.fullmatch(text):
            return Node(text=self.t.fhir_moment(text))
        if _CODE.fullmatch(text):
            return Node(text=self._codes.get(text, text))
        return Node(text=text, long="\n" in text or len(text) > 200)

    def _concept(self, value: dict[str, Any]) -> Node:
        codings = value.get("coding", [])
        text = value.get("text") or next((c["display"] for c in codings if c.get("display")), "")
        own = next((self._codes[c["code"]] for c in codings if c.get("code") in self._codes), "")
        fhirs = any("terminology.hl7.org" in c.get("system", "") for c in codings)
        shown = text or (own if fhirs else "") or next((c["code"] for c in codings if c.get("code")), "")
        return Node(text=shown, more=", ".join(filter(None, map(_coded, codings))))

    def _coding(self, value: dict[str, Any]) -> Node:
        code = str(value.get("code", ""))
        return Node(text=value.get("display") or self._codes.get(code) or code, more=_coded(value))

    def _quantity(self, value: dict[str, Any]) -> Node:
        number = self.t.number(str(value["value"])) if "value" in value else ""
        sign = f"{value['comparator']} " if value.get("comparator") else ""
        return Node(text=f"{sign}{number} {words.unit(value.get('unit') or value.get('code') or '')}".strip())

    def _reference(self, value: dict[str, Any]) -> Node:
        target = str(value.get("reference", ""))
        found = _REFERENCE.fullmatch(target)
        name = value.get("display") or self.names.get(target, "")
        if not found:
            return Node(text=name or self.t("Ukjent"), more="" if name else target)
        kind = labels.types(self.t).get(found[1], labels.plain(found[1]))
        if found[1] in SHARED_TYPES:
            return Node(text=name or kind, more="" if name else self.t("navn ikke registrert"))
        if found[1] == "Patient":
            return Node(text=name or self.t("pasienten selv"))
        return Node(text=name or kind, href=f"{self.base}/e/{found[1]}/{found[2]}")

    def _period(self, value: dict[str, Any]) -> Node:
        t = self.t
        start, end = (t.fhir_moment(value[k]) if value.get(k) else "" for k in ("start", "end"))
        if start and end:
            return Node(text=start if start == end else f"{start} – {end}")
        return Node(text=t("fra {day}").format(day=start) if start else t("til {day}").format(day=end))

    def _range(self, value: dict[str, Any]) -> Node:
        low, high = (self._quantity(value[k]).text if k in value else "" for k in ("low", "high"))
        text = f"{low} – {high}" if low and high else (f"≥ {low}" if low else f"≤ {high}")
        return Node(text=text)

    def _ratio(self, value: dict[str, Any]) -> Node:
        parts = [self._quantity(value[k]).text for k in ("numerator", "denominator") if k in value]
        return Node(text=" / ".join(parts))

    def _name(self, value: dict[str, Any]) -> Node:
        parts = [*value.get("prefix", ()), *value.get("given", ()), value.get("family", ""), *value.get("suffix", ())]
        use = value.get("use", "")
        return Node(text=" ".join(filter(None, parts)) or value.get("text", ""), more=str(self._codes.get(use, use)))

    def _address(self, value: dict[str, Any]) -> Node:
        place = " ".join(filter(None, (value.get("postalCode"), value.get("city"))))
        parts = [*value.get("line", ()), place, value.get("district"), value.get("state"), value.get("country")]
        return Node(text=", ".join(filter(None, parts)) or value.get("text", ""))

    def _contact(self, value: dict[str, Any]) -> Node:
        kinds = [str(value[k]) for k in ("system", "use") if value.get(k)]
        return Node(text=value.get("value", ""), more=", ".join(self._codes.get(kind, kind) for kind in kinds))

    def _identifier(self, value: dict[str, Any]) -> Node:
        kind = self._concept(value["type"]).text if "type" in value else value.get("system", "")
        return Node(text=str(value.get("value", "")), more=kind)

    def _annotation(self, value: dict[str, Any]) -> Node:
        who = value.get("authorString") or (
            self._reference(value["authorReference"]).text if "authorReference" in value else ""
        )
        when = self.t.fhir_moment(value["time"]) if "time" in value else ""
        return Node(text=value.get("text", ""), more=", ".join(filter(None, (who, when))), long=True)

    def _attachment(self, value: dict[str, Any]) -> Node:
        kind = str(value.get("contentType", ""))
        title = value.get("title", "")
        data = value.get("data")
        if data and kind.startswith("text/"):
            try:
                text = base64.b64decode(data, validate=True).decode("utf-8", "replace")
            except (ValueError, binascii.Error):
                return Node(text=title or self.t("Vedlegg som ikke kan leses"), more=kind)
            if kind.startswith("text/html"):
                return Node(text=title, markup=clean(text), more=kind)
            return Node(text=text, more=", ".join(filter(None, (title, kind))), long=True)
        url = str(value.get("url", ""))
        return Node(text=title or self.t("Vedlegg"), more=", ".join(filter(None, (kind, url))))


def _alone(nodes: list[Node]) -> Node | None:
    """The only part of something, when it is one line that has a known name: it is then understood without it."""
    only = nodes[0] if len(nodes) == 1 else None
    return only if only and not (only.children or only.markup or only.english) else None


def _coded(coding: dict[str, Any]) -> str:
    code, system = coding.get("code", ""), str(coding.get("system", ""))
    if "terminology.hl7.org" in system:
        return ""  # FHIR's own codes say nothing to a reader beyond their words
    name = _SYSTEMS.get(system) or system.rstrip("/").rpartition("/")[2].rpartition(":")[2]
    return f"{name} {code}".strip()


_SYSTEMS: Final = {
    "http://loinc.org": "LOINC",
    "http://snomed.info/sct": "SNOMED CT",
    "http://unitsofmeasure.org": "UCUM",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
    "http://www.whocc.no/atc": "ATC",
    "http://hl7.org/fhir/sid/cvx": "CVX",
    "urn:oid:2.16.578.1.12.4.1.1.7110": "ICD-10",
    "urn:oid:2.16.578.1.12.4.1.1.7170": "ICPC-2",
    "urn:oid:2.16.578.1.12.4.1.1.7280": "NLK",
    "urn:oid:2.16.578.1.12.4.1.1.7180": "ATC",
}
_SAID: Final = frozenset({"timing", "doseAndRate"})
"""The parts of a dosage that its text says."""
_METERED: Final = "value comparator unit system code currency"
_REFERRED: Final = "reference display type identifier"
# (elements one of which tells the type, what reads it, all elements it may have): the first that fits.
_TYPES: Final = tuple(
    (frozenset(needed.split()), read, frozenset(f"{allowed} id extension".split()))
    for needed, read, allowed in (
        ("coding", "concept", "coding text"),
        ("reference", "reference", _REFERRED),
        ("family given", "name", "use text family given prefix suffix period"),
        ("line city postalCode district", "address",
         "use type text line city district state postalCode country period"),
        ("contentType data", "attachment", "contentType language data url size hash title creation"),
        ("numerator", "ratio", "numerator denominator"),
        ("low high", "range", "low high"),
        ("start end", "period", "start end"),
        ("authorString authorReference time", "annotation", "authorString authorReference time text"),
        ("unit comparator", "quantity", _METERED),
        ("value", "valued", f"use type period assigner rank {_METERED}"),
        ("code", "coding", "system version code display userSelected"),
        ("display", "reference", _REFERRED),
        ("text", "concept", "coding text"),
    )
)  # fmt: skip
_CHANNELS: Final = frozenset({"phone", "fax", "email", "pager", "url", "sms", "other"})
"""ContactPoint.system: what tells it from an Identifier."""
