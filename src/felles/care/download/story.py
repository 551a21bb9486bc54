"""What happened, as it was written, in order of time; and who has looked. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.care.doors import present as doors
from felles.care.doors import rules as log_rules
from felles.care.download.blocks import Section, entry, line, para
from felles.care.journal import present, rules, texts

if TYPE_CHECKING:
    from felles.care.doors.rules import Line
    from felles.care.download.gather import Whole
    from felles.care.journal.rules import Item
    from felles.care.overview.present import View

LETTERS: Final = 2_000_000
"""Letters of the journal that are printed at most (one costs the press 400 bytes): the newest entries."""


def journal(view: View, whole: Whole) -> Section:
    """Notes, letters, visits, reports, referrals, messages: newest first, each with its whole text."""
    t = view.t
    section = Section(t("Alt som er skrevet i journalen"))
    rows = sorted((row for row in whole.written if row.at <= view.now), key=lambda row: -row.at)
    listed = rules.items(rows)
    shown = rules.lines(listed, listed, rules.Choice())
    if shown:
        section.add(para(t("Det nyeste står først.")))
    left = LETTERS
    for number, each in enumerate(shown):
        made = _written(view, each)
        left -= len(made["title"]) + sum(len(text) for _, text in made.get("texts", ()))
        if left < 0:
            older = t(
                "Eldre enn {day} er ikke skrevet ut her: {count} oppføringer. De står i filen for andre systemer."
            )
            section.add(para(older.format(day=t.brief(each.row.at), count=len(shown) - number)))
            break
        section.add(made)
    return section


def _written(view: View, item: Item) -> dict[str, Any]:
    t = view.t
    title, kind = present.title(view, item), present.sort_text(view, item)
    facts = [
        present.when(view, item), "" if kind.casefold() == title.casefold() else kind,
        present.author(view, item), present.place(view, item), present.tag(t, item),
    ]  # fmt: skip
    said = [
        (block.heading, part) for block in texts.blocks(item.entry) for part in block.words.split("\n") if part.strip()
    ]
    said += [
        (False, t("Vedlegg som ikke er skrevet ut her: {name}").format(name=each.title or each.media))
        for each in texts.unread(item.entry)
    ]
    return entry(title, facts, said) if said else line(title, facts)


def looks(view: View, log: list[tuple[int, Line]], own: str, acts: dict[str, str], *, cut: bool) -> Section:
    """Who has looked in the last year, organisation by organisation. Only she herself gets it."""
    t = view.t
    section = Section(t("Hvem har sett journalen det siste året"))
    if not own:
        section.add(para(t("Dette er bare for den journalen er om.")))
        return section
    found = log_rules.contacts(log_rules.looks(log, own))
    said = {act: (lambda _, words=words: words) for act, words in acts.items()}
    if cut:
        section.add(para(t("Her står de nyeste linjene. Resten står under «Hvem har sett» i Felles.")))
    for group in doors.groups(t, found, said, lambda _: ""):
        section.part(
            ", ".join(filter(None, (group["title"], group["period"]))),
            [line(look["title"], [look["role"], look["when"], look["why"] or group["why"], look["reason"],
                                  "; ".join(look["what"])]) for look in group["looks"]],
        )  # fmt: skip
    return section
