"""The rejects file: what an import did not take, and why. One JSON object a line."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import IO, Self

import msgspec


class Rejects:
    """Writes lines of {file, entry, type, path, code, reason}; the file appears with the first line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, *, file: Path, entry: int, type_name: str, path: str, code: str, reason: str) -> None:
        """Note one reason; a resource with several has several lines."""
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("wb")
        line = {"file": str(file), "entry": entry, "type": type_name, "path": path, "code": code, "reason": reason}
        self._file.write(msgspec.json.encode(line) + b"\n")
        self._file.flush()
        self.count += 1
