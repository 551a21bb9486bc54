"""What was acknowledged, written down before anything else is done: it outlives the process that is killed.

A line is `word what…`, in one write to a file opened for appending; the kernel has it when the call returns.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path


class Journal:
    """The file of one process."""

    def __init__(self, folder: Path, name: str) -> None:
        self._file = os.open(folder / f"{name}.journal", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, *words: str) -> None:
        """One line."""
        os.write(self._file, (" ".join(words) + "\n").encode())


@dataclass
class Told:
    """All that was written down.

    `sent`: kind → references; `verbs`: (reference, version, of a bare order with its answer) → verbs acknowledged over
    it, `became` the Task that came of it; `signed`: drafts; `answers`: results that came, each with its order.
    """

    sent: dict[str, list[str]] = field(default_factory=dict)
    verbs: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    became: dict[tuple[str, str], str] = field(default_factory=dict)
    after: set[str] = field(default_factory=set)
    signed: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    said: Counter[str] = field(default_factory=Counter)

    @property
    def sources(self) -> set[str]:
        """All that was acknowledged as sent or done."""
        return {each for found in self.sent.values() for each in found} | self.after


def read(folder: Path) -> Told:
    """The journals of all processes."""
    told = Told()
    for path in sorted(folder.glob("*.journal")):
        for line in path.read_text().splitlines():
            word, *rest = line.split(" ")
            if word == "sent":
                told.sent.setdefault(rest[0], []).append(rest[1])
                told.said["sent"] += 1
            elif word == "done":
                verb, source, version, after = rest
                told.verbs.setdefault((source, version), []).append(verb)
                told.after.add(after)
                told.became[source, version] = after
                told.said[verb] += 1
            elif word == "signed":
                told.signed.append(rest[0])
            elif word == "answer":
                told.answers[rest[0]] = rest[1]
                told.said["result"] += 1
            else:
                told.said[" ".join(rest)] += 1
    return told
