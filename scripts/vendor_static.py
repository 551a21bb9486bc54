"""Fetch the pages' style sheets, fonts and icons into `src/felles/ui/static/vendor/`.

Run when a version below changes (needs Node with npm; nothing of it is needed to run Felles):

    python scripts/vendor_static.py

The theme is built from `THEME` by Designsystemet's own command, so the colours are set in one place.
Each package's licence is copied beside its files; docs/dependencies.md lists them.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "src/felles/ui/static/vendor"
TESTS = ROOT / "tests/browser/vendor"
PACKAGES = {
    "css": "@digdir/designsystemet-css@1.22.0",
    "icons": "@navikt/aksel-icons@8.16.2",
    "inter": "@fontsource-variable/inter@5.3.0",
    "axe": "axe-core@4.14.1",
}
THEME_COMMAND = "@digdir/designsystemet@1.15.0"
THEME = {
    "outDir": "./design-tokens",
    "themes": {
        "felles": {
            "colors": {"main": {"accent": "#0B5C6B"}, "neutral": "#1E2B3C", "support": {}},
            "borderRadius": 4,
        }
    },
}
# Only what our pages use: a component more is a name more here.
BASE = ("base", "data-size-workaround")
COMPONENTS = [
    "alert",
    "badge",
    "button",
    "card",
    "details",
    "divider",
    "error-summary",
    "field",
    "fieldset",
    "heading",
    "input",
    "label",
    "link",
    "list",
    "pagination",
    "paragraph",
    "search",
    "skip-link",
    "table",
    "tag",
    "toggle-group",
    "validation-message",
]
ICONS = [
    "ArrowLeft",
    "ArrowRight",
    "ArrowUp",
    "ArrowDown",
    "Bandage",
    "Buildings3",
    "Calendar",
    "CheckmarkCircle",
    "ChevronRight",
    "ClockDashed",
    "ExclamationmarkTriangle",
    "Eye",
    "FileText",
    "House",
    "Hospital",
    "InformationSquare",
    "Leave",
    "LinkBroken",
    "MagnifyingGlass",
    "MedicineBottle",
    "PadlockLocked",
    "Person",
    "PersonGroup",
    "PersonSuit",
    "PillCircleRectangle",
    "PrinterSmall",
    "Shield",
    "Stethoscope",
    "TestFlask",
    "XMarkOctagon",
    "HeartFill",
    "ExclamationmarkTriangleFill",
    "Globe",
    "BabyWrapped",
    "Bell",
    "Bug",
    "ChevronDown",
    "ChevronLeft",
    "ClipboardCheckmark",
    "Cog",
    "Download",
    "FirstAidKit",
    "HandShakeHeart",
    "HouseHeart",
    "LightBulb",
    "LineGraph",
    "NotePencil",
    "PersonPregnant",
    "Phone",
    "SealCheckmark",
    "Tasklist",
    "Timeline",
    "Vitals",
    "Weight",
]


def main() -> None:
    """Fetch all packages and write the vendor folder anew."""
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        roots = {name: unpack(package, work / name) for name, package in PACKAGES.items()}
        shutil.rmtree(VENDOR, ignore_errors=True)
        VENDOR.mkdir(parents=True)
        write_designsystemet(roots["css"])
        write_theme(work)
        write_icons(roots["icons"])
        write_font(roots["inter"])
        write_axe(roots["axe"])
    print(f"written: {VENDOR}")


def unpack(package: str, where: Path) -> Path:
    """Fetch an npm package and unpack it; gives its root folder."""
    where.mkdir()
    subprocess.run(["npm", "pack", "--silent", package], cwd=where, check=True)
    with tarfile.open(next(where.glob("*.tgz"))) as archive:
        archive.extractall(where, filter="data")
    return where / "package"


def write_designsystemet(root: Path) -> None:
    """Join the chosen components, each in its cascade layer, so that ours (`app`) stands above them."""
    source = root / "dist/src"
    parts = ["@layer ds.theme, ds.base, ds.components, app;\n"]
    for layer, names in (("ds.base", BASE), ("ds.components", COMPONENTS)):
        css = "\n".join((source / f"{name}.css").read_text() for name in names)
        parts.append(f"@layer {layer}{{\n{css}\n}}\n")
    (VENDOR / "designsystemet.css").write_text("".join(parts))
    shutil.copy(root / "LICENSE", VENDOR / "LICENSE.designsystemet.txt")


def write_theme(work: Path) -> None:
    """Build the theme's custom properties from `THEME`."""
    folder = work / "theme"
    folder.mkdir()
    (folder / "designsystemet.config.json").write_text(json.dumps(THEME))
    command = ["npx", "--yes", THEME_COMMAND, "tokens"]
    subprocess.run([*command, "create", "--clean"], cwd=folder, check=True)
    subprocess.run([*command, "build", "-t", "design-tokens", "-o", "build", "--clean"], cwd=folder, check=True)
    css = (folder / "build/felles.css").read_text().replace('@charset "UTF-8";', "")
    (VENDOR / "theme.css").write_text(re.sub(r"\n[ \n]+", "\n", css).lstrip())


def write_icons(root: Path) -> None:
    """One sprite: the page says `<use href="…#Eye">`, the browser fetches the file once."""
    symbols: list[str] = []
    for name in sorted(set(ICONS)):
        svg = (root / f"dist/svg/{name}.svg").read_text()
        body = re.sub(r"</?svg[^>]*>", "", svg).strip()
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24" fill="none">{body}</symbol>')
    sprite = '<svg xmlns="http://www.w3.org/2000/svg">' + "\n".join(symbols) + "</svg>\n"
    (VENDOR / "icons.svg").write_text(sprite)
    about = json.loads((root / "package.json").read_text())  # the package states its licence here alone
    lines = (f"{key}: {about[key]}" for key in ("name", "version", "author", "license", "homepage"))
    (VENDOR / "LICENSE.aksel-icons.txt").write_text("\n".join(lines) + "\n")


def write_font(root: Path) -> None:
    """Inter for Latin letters and for the rest of the Latin alphabets (North Sámi among them)."""
    for part in ("latin", "latin-ext"):
        shutil.copy(root / f"files/inter-{part}-wght-normal.woff2", VENDOR / f"inter-{part}.woff2")
    shutil.copy(root / "LICENSE", VENDOR / "LICENSE.inter.txt")


def write_axe(root: Path) -> None:
    """The accessibility checker that the browser tests inject; it is never served."""
    TESTS.mkdir(parents=True, exist_ok=True)
    shutil.copy(root / "axe.min.js", TESTS / "axe.min.js")
    shutil.copy(root / "LICENSE", TESTS / "LICENSE.axe.txt")


if __name__ == "__main__":
    main()
