"""Text files whose encoding nobody states: UTF-8, and where that fails the byte as Windows and Latin-1 have it."""

from __future__ import annotations

import codecs

from kg.sources.files import SourceFile

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_AS_LATIN = "windows-1252"


def text_of(data: bytes) -> str:
    """The text, without a byte order mark, with '\\n' at the ends of lines. Never fails.

    >>> text_of(b"M\\xc3\\xbcller, M\\xfcller")
    'Müller, Müller'
    """
    text = data.decode("utf-8", errors=_AS_LATIN).removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def refuse_wide_characters(file: SourceFile, start: bytes) -> None:
    """SourceError if the file is in UTF-16, in which nothing would be found."""
    if start.startswith(_WIDE):
        raise file.error("is in UTF-16; save it as UTF-8")


def _latin(error: UnicodeError) -> tuple[str, int]:
    """So that one damaged byte does not cost the others, and files in Latin-1 are read as they are meant."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return bad.decode("cp1252", errors="replace"), error.end


codecs.register_error(_AS_LATIN, _latin)
