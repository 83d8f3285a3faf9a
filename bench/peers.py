"""Programs that paperkg is measured against, at fixed versions, in an environment of their own in .cache/peers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_FOLDER = Path(__file__).parents[1] / ".cache" / "peers"
_VERSIONS = {"oxigraph": "oxigraph==0.5.13", "morph-kgc": "morph-kgc==2.10.0"}


def program(name: str, peer: str) -> Path:
    """The program `name` of a peer, installed when it is asked for first."""
    folder = _FOLDER / peer
    path = folder / "bin" / name
    if not path.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", _VERSIONS[peer]], check=True)
    return path
