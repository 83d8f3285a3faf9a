"""Programs that paperkg is measured against, at the versions of requirements.txt, in an environment of their own.

It is made in .venv-bench when something of it is asked for first. What cannot be installed is named, never left out.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parents[1] / ".venv-bench"
_REQUIREMENTS = Path(__file__).with_name("requirements.txt")


class Missing(Exception):
    """A peer that is not on this machine, and why."""


@cache
def program(name: str) -> Path:
    """A program of that environment: `oxigraph`, `rdflib-endpoint`, or its `python`. Raises Missing."""
    installed = _FOLDER / "installed.txt"
    if not installed.exists() or installed.read_bytes() != _REQUIREMENTS.read_bytes():
        _install()
        shutil.copy(_REQUIREMENTS, installed)
    return _FOLDER / "bin" / name


def _install() -> None:
    print(f"installing the peers into {_FOLDER.name} (once)", file=sys.stderr)
    pip = [_FOLDER / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    try:
        subprocess.run([sys.executable, "-m", "venv", _FOLDER], check=True, stdout=sys.stderr)
        subprocess.run([*pip, "--requirement", _REQUIREMENTS], check=True, stdout=sys.stderr)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Missing(f"{_REQUIREMENTS.name} could not be installed: {error}") from error


def version(package: str) -> str:
    """The version of a package that requirements.txt names."""
    lines = _REQUIREMENTS.read_text("utf-8").splitlines()
    pinned = dict(line.lower().replace("_", "-").split("==") for line in lines if "==" in line)
    return pinned[package]


def debian_program(name: str, package: str) -> Path:
    """A program that Debian's package management brought. Raises Missing."""
    found = shutil.which(name)
    if not found:
        raise Missing(f"Debian's {package} is not installed")
    return Path(found)
