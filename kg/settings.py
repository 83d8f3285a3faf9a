"""The one settings table: every setting is an environment variable and, where it makes sense, a command-line option."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kg.dumps.formats import Choice
from kg.endpoint.dialects import DIALECTS
from kg.errors import SettingError, UsageError
from kg.ntriples import is_iri

_UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}


def _size(text: str) -> int:
    """Bytes from '512M', '2G', '2GiB' or a plain number.

    >>> _size("2G"), _size("64 MiB"), _size("1000")
    (2147483648, 67108864, 1000)
    """
    plain = text.strip().lower().removesuffix("ib").removesuffix("b")
    unit = plain[-1:] if plain[-1:] in ("k", "m", "g") else ""
    return int(float(plain.removesuffix(unit)) * _UNITS[unit])


def _folder(text: str) -> Path:
    """An absolute path: other processes work elsewhere."""
    if not text.strip():
        raise ValueError("give a folder")
    return Path(text).expanduser().absolute()


def _flag(text: str) -> bool:
    lowered = text.strip().lower()
    if lowered in ("1", "true", "yes", "on"):
        return True
    if lowered in ("0", "false", "no", "off", ""):
        return False
    raise ValueError("use 1 or 0")


def _base_iri(text: str) -> str:
    parts = urlsplit(text)
    # Also not an empty one, as in "…/kg#": no server would ever be asked for what follows it.
    has_more = "?" in text or "#" in text
    if parts.scheme not in ("http", "https") or not parts.netloc or has_more or not is_iri(text):
        raise ValueError("use an absolute http or https IRI without query or fragment")
    return text if text.endswith("/") else text + "/"


def _origins(text: str) -> frozenset[str]:
    origins = text.split()
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or origin != f"{parts.scheme}://{parts.netloc}":
            raise ValueError(f"{origin!r} is no origin, as https://example.org is one")
    return frozenset(origins)


def _addresses(text: str) -> frozenset[str]:
    addresses = text.split()
    for address in addresses:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            raise ValueError(f"{address!r} is no http or https address")
    return frozenset(addresses)


def _address(text: str) -> str:
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0 or parts.fragment:
        raise ValueError("use an http or https address")
    if "@" in parts.netloc:
        raise ValueError("say who asks in KG_ENDPOINT_USER and KG_ENDPOINT_PASSWORD, not in the address")
    return text


def _outside(text: str) -> str:
    """With a slash behind it, as all that stands below it has one before it."""
    found = re.fullmatch(r"(?i:https?)://(?!:)[\w.:\[\]-]+((?:/[\w.~-]+)*)/?", text, re.ASCII)
    if text and (not found or urlsplit(text).port == 0 or {".", ".."} & set(found[1].split("/"))):
        raise ValueError("use an http or https address without a query, as https://example.org/kg/")
    return text.rstrip("/") + "/" if text else ""


def _dialect(text: str) -> str:
    if text not in DIALECTS:
        raise ValueError(f"use one of {', '.join(DIALECTS)}")
    return text


def _positive(convert: Callable[[str], Any]) -> Callable[[str], Any]:
    def parse(text: str) -> Any:
        value = convert(text)
        if not value > 0:
            raise ValueError("use a number above zero")
        return value

    return parse


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 65535:
        raise ValueError("use a number from 0 (any free port) to 65535")
    return value


def _share(text: str) -> float:
    value = float(text)
    if not 0.5 <= value <= 1:
        raise ValueError("use a number from 0.5 to 1")
    return value


def _path(text: str) -> Path | None:
    return Path(text).expanduser() if text else None


def _exports(text: str) -> str:
    """Looked at here, so that a mistake is told at once."""
    try:
        Choice.parse(text)
    except UsageError as error:
        raise ValueError(error.message) from error
    return text


def _iri(text: str) -> str:
    if text and not is_iri(text):
        raise ValueError("use an IRI, as https://creativecommons.org/publicdomain/zero/1.0/")
    return text


def _mail(text: str) -> str:
    """It is sent in a header of every request to another service."""
    if text and not re.fullmatch(r"[!-~]+@[!-~]+\.[!-~]+", text):
        raise ValueError("use an address like ada@example.org")
    return text


@dataclass(frozen=True)
class Setting:
    """One row of the table: the environment variable, its default as a person would type it, how it is read."""

    name: str
    default: str
    parse: Callable[[str], Any]
    help: str

    @property
    def variable(self) -> str:
        return "KG_" + self.name.upper()


TABLE = (
    Setting("store", "./store", _folder, "folder of the store"),
    Setting("base_iri", "https://w3id.org/paperkg/", _base_iri, "under which things are named"),
    Setting("host", "127.0.0.1", str, "address that kg serve listens on"),
    Setting("port", "8000", _port, "port that kg serve listens on; 0 takes a free one"),
    Setting(
        "address", "", _outside, "address of the service where a proxy stands before it, as https://example.org/kg/"
    ),
    Setting("workers", "1", _positive(int), "HTTP processes"),
    Setting(
        "threads", "8", _positive(int), "threads of each HTTP process, beside those that queries and writes wait in"
    ),
    Setting("link", "1", _flag, "1: what is loaded is linked; 0: links stay as they were"),
    Setting("link_threshold", "0.9", _share, "confidence from which a link is accepted, from 0.5 to 1"),
    Setting("decisions", "", _path, "file of decisions about links (default: decisions.tsv in the store)"),
    Setting("queries", "", _path, "folder of further canned queries, as subject/name.rq"),
    Setting("mail", "", _mail, "address that services which are asked over the network may write to"),
    Setting("seeds", "1", _flag, "1: kg serve fills an empty store with the seed pages"),
    Setting("query_timeout", "30", _positive(float), "seconds that a query may take, a client's or a canned one"),
    Setting("query_memory", "2G", _positive(_size), "address space of one query worker"),
    Setting("query_workers", str(os.cpu_count() or 2), _positive(int), "query worker processes (default: cores)"),
    Setting("query_queue", "16", _positive(int), "queries that may wait for a worker, and as many canned ones"),
    Setting("canned_workers", "2", _positive(int), "worker processes that canned queries have for themselves"),
    Setting("query_text", "1M", _positive(_size), "bytes of a query, and of any request body without the token"),
    Setting("result_rows", "1000000", _positive(int), "rows or triples of one result"),
    Setting("result_bytes", "1G", _positive(_size), "bytes of one result"),
    Setting("service_allow", "", _addresses, "addresses that SERVICE and LOAD may reach, with spaces between"),
    Setting("cache_bytes", "64M", _size, "bytes of query results kept, and of canned answers; 0 keeps none"),
    Setting("write_token", "", str, "bearer token that writes need; none: writes are refused"),
    Setting("write_queue", "64", _positive(int), "writes that may be under way at once"),
    Setting("write_wait", "10", _positive(float), "seconds that a write waits while a dataset is being loaded"),
    Setting(
        "mcp_origins", "", _origins, "origins whose pages may ask /mcp, with spaces between; those of this machine may"
    ),
    Setting("access_log", "1", _flag, "1: one line of JSON a request on standard error"),
    Setting(
        "exports",
        "all",
        _exports,
        "files of the dump of each graph, as nt.gz ttl.zst parquet; all, which is all but jelly; or nothing",
    ),
    Setting("export_licence", "", _iri, "licence of the dumps, as an IRI"),
    Setting("endpoint", "", _address, "address where another store, which holds the graph, answers SPARQL queries"),
    Setting("endpoint_update", "", _address, "address where that store takes updates"),
    Setting("endpoint_store", "", _address, "address of its graphs (Graph Store Protocol)"),
    Setting("endpoint_graph", "", _iri, "named graph of it that holds the graph, where that is not its default graph"),
    Setting("endpoint_dialect", "standard", _dialect, "what kind of store it is: standard or virtuoso"),
    Setting("endpoint_user", "", str, "who asks it, where it wants to know"),
    Setting("endpoint_password", "", str, "the password of who asks it"),
    Setting("endpoint_token", "", str, "bearer token for it, in place of user and password"),
    Setting("endpoint_timeout", "10", _positive(float), "seconds that a page waits for it in all"),
    Setting("endpoint_check", "30", _positive(float), "seconds between looks at whether its graph has changed"),
    Setting("max_body", "16M", _positive(_size), "bytes of one request body"),
)


@dataclass(frozen=True)
class Settings:
    """The settings in force. Sizes are bytes, times are seconds."""

    store: Path
    base_iri: str
    host: str
    port: int
    address: str
    workers: int
    threads: int
    link: bool
    link_threshold: float
    decisions: Path | None
    queries: Path | None
    mail: str
    seeds: bool
    query_timeout: float
    query_memory: int
    query_workers: int
    query_queue: int
    canned_workers: int
    query_text: int
    result_rows: int
    result_bytes: int
    service_allow: frozenset[str]
    cache_bytes: int
    write_token: str
    write_queue: int
    write_wait: float
    mcp_origins: frozenset[str]
    access_log: bool
    exports: str
    export_licence: str
    endpoint: str
    endpoint_update: str
    endpoint_store: str
    endpoint_graph: str
    endpoint_dialect: str
    endpoint_user: str
    endpoint_password: str
    endpoint_token: str
    endpoint_timeout: float
    endpoint_check: float
    max_body: int


def read_settings(environ: Mapping[str, str] | None = None, **overrides: object) -> Settings:
    """Settings from the environment, then from `overrides` (None means not given).

    Raises SettingError for a value that cannot be used, and for a KG_ variable that is no setting.
    """
    environ = os.environ if environ is None else environ
    known = {setting.variable for setting in TABLE}
    for variable in environ:
        if variable.startswith("KG_") and variable not in known:
            raise SettingError(f"{variable} is no setting; see 'kg --help' for the table", variable)
    values: dict[str, Any] = {}
    for setting in TABLE:
        override = overrides.get(setting.name)
        text = str(override) if override is not None else environ.get(setting.variable, setting.default)
        try:
            values[setting.name] = setting.parse(text)
        except (ValueError, OverflowError) as error:
            raise SettingError(f"{setting.variable}={text!r} cannot be used: {error}", text) from error
    assert set(values) == {field.name for field in fields(Settings)}  # noqa: S101 - the table is the class
    return Settings(**values)
