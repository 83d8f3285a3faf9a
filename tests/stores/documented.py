"""The commands of docs/dumps.md that load the graph into other stores, so that what is tested is what people read."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from pathlib import Path

_PAGE = Path(__file__).parents[2] / "docs" / "dumps.md"


def blocks(heading: str) -> list[str]:
    """The blocks of code under a heading."""
    after = re.split(rf"^#+ {heading}$", _PAGE.read_text("utf-8"), maxsplit=1, flags=re.M)[1]
    section = re.split(r"^##", after, maxsplit=1, flags=re.M)[0]
    return re.findall(r"^```\w+\n(.*?)^```$", section, re.M | re.S)


def lines(block: str) -> list[str]:
    """Its commands, without the remarks behind them."""
    return [re.sub(r"\s+# .*$", "", line) for line in block.splitlines() if line and not line.startswith("#")]


def replaced(text: str, other: Mapping[str, str]) -> str:
    """The text with other addresses and names; each has to be there."""
    for old, new in other.items():
        assert old in text, f"docs/dumps.md says {old} no more"
        text = text.replace(old, new)
    return text


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port
