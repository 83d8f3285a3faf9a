"""XML records cut out of their file: parsed on their own, without a DTD, without entities of the file's own."""

from __future__ import annotations

import html
import re
from xml.etree import ElementTree

from kg.sources.files import SourceFile

_START = 4096
_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_XML_ENTITIES = ("amp", "lt", "gt", "quot", "apos")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class BadXml(ValueError):
    """The record is no well-formed XML; `str()` says what is wrong."""


def is_xml(file: SourceFile) -> bool:
    """Whether the file begins as XML does."""
    with file.open() as stream:
        return stream.read(_START).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def check_prolog(file: SourceFile) -> None:
    """SourceError if the file brings a document type of its own: nothing that is read here needs one."""
    with file.open() as stream:
        if _DOCTYPE.search(stream.read(_START)):
            raise file.error("declares a document type; remove the declaration if the file is from where you think")


def element(data: bytes, encoding: str = "utf-8") -> ElementTree.Element:
    """One element and what is in it. HTML's names for characters are known; entities cannot be declared."""
    text = _ENTITY.sub(_character, data.decode(encoding, errors="replace"))
    if "<!" in text.replace("<![CDATA[", "").replace("<!--", ""):
        raise BadXml("a declaration stands inside a record")
    try:
        return ElementTree.fromstring(_CONTROLS.sub("", text))  # noqa: S314 - no declarations are left in it
    except ElementTree.ParseError as error:
        raise BadXml(str(error)) from error


def local_name(found: ElementTree.Element) -> str:
    """An element's name without its namespace."""
    return str(found.tag).rpartition("}")[2]


def child(parent: ElementTree.Element | None, name: str) -> ElementTree.Element | None:
    """The first child of that local name."""
    return next((each for each in parent if local_name(each) == name), None) if parent is not None else None


def text_of(parent: ElementTree.Element | None, name: str) -> str | None:
    """All text in the first child of that local name; None if there is none."""
    found = child(parent, name)
    return ("".join(found.itertext()).strip() or None) if found is not None else None


def _character(match: re.Match[str]) -> str:
    name = match[1]
    if name in _XML_ENTITIES:
        return match[0]
    known = html.unescape(match[0])
    return known if known != match[0] else f"&amp;{name};"
