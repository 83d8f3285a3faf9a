"""What a token is."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final, NamedTuple


class Kind(Enum):
    """The kinds of token. NAME is a keyword, a function's name, `a`, `true` or `false`."""

    IRIREF = auto()
    PNAME = auto()
    VAR = auto()
    BLANK_NODE = auto()
    NAME = auto()
    STRING = auto()
    NUMBER = auto()
    LANGTAG = auto()
    PUNCT = auto()
    SPACE = auto()
    COMMENT = auto()


SILENT: Final = frozenset({Kind.SPACE, Kind.COMMENT})
OPERANDS: Final = frozenset(
    {Kind.IRIREF, Kind.PNAME, Kind.VAR, Kind.BLANK_NODE, Kind.STRING, Kind.NUMBER, Kind.LANGTAG}
)


class Token(NamedTuple):
    """`text` is the token as it is written at `start` (characters from the beginning of the request).

    `value` is the same without codepoint escapes where they stand for letters, digits and the like: `\\u0053ELECT` is
    SELECT. Other escapes stay in strings and IRIs, so that `value` is SPARQL as well.
    """

    kind: Kind
    text: str
    value: str
    start: int

    def __repr__(self) -> str:
        return f"{self.kind.name} {self.text!r}"
