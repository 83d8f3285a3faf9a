"""The program of a worker: `python -m kg.workers.process SOCKET MEMORY NICENESS PORTS`. It ends with its pool."""

from __future__ import annotations

import errno
import os
import re
import socket
import sys
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

import msgspec
from pyoxigraph import NamedNode, QueryBoolean, QuerySolutions, QueryTriples, Store, Triple

from kg.endpoint.address import Endpoint
from kg.endpoint.opening import open_store
from kg.errors import (
    EndpointDown,
    EndpointFault,
    EndpointSlow,
    QueryError,
    QuerySyntaxError,
    RemoteError,
    ResultTooLarge,
)
from kg.processes import end_with_parent
from kg.sparql import inspect, without_escapes
from kg.updates import UpdateWrite, Write, evaluate
from kg.workers.messages import (
    AnyTask,
    CloseScratch,
    Done,
    Failed,
    InspectTask,
    Ready,
    Reply,
    Task,
    WriteTask,
    receive_task,
    send_reply,
)
from kg.workers.results import CapReached, Caps, WrongFormat, write_result
from kg.workers.sandbox import confine, limit_memory

Answer = QuerySolutions | QueryBoolean | QueryTriples | Iterator[Triple]

_STORES_KEPT = 2  # the snapshot in force, and the one before it that requests under way still read
_REMOTE: Final[Mapping[type[RemoteError], Literal["down", "slow", "fault"]]] = {
    EndpointDown: "down",
    EndpointSlow: "slow",
    EndpointFault: "fault",
}
_DAMAGED = "Corruption: "  # as the database says that a checksum is not that of what it read
_CODE_POINTS = re.compile(r"\['[^\]]*'\]")
_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)


def main(descriptor: int, address_space: int, niceness: int, ports: list[int]) -> None:
    end_with_parent()
    limit_memory(address_space)
    sandboxed = confine(ports)
    os.setpriority(os.PRIO_PROCESS, 0, max(niceness, os.getpriority(os.PRIO_PROCESS, 0)))
    stores = _Stores()
    with socket.socket(fileno=descriptor) as connection:
        send_reply(connection, Ready(sandboxed))
        output: int | None = None
        while received := receive_task(connection):
            task, given = received
            output = output if given is None else given
            assert output is not None  # noqa: S101 - the pool knows whether there is one
            reply = _reply(stores, task, output)
            if not isinstance(reply, Done) or reply.body is None:
                os.close(output)
                output = None
            send_reply(connection, reply)


def _reply(stores: _Stores, task: AnyTask, output: int) -> Reply:
    match task:
        case Task():
            return _answer(stores, task, output)
        case InspectTask():
            return _inspect(task)
        case WriteTask():
            return _change(stores, task, output)
        case CloseScratch():
            stores.close_scratch()
            return Done(0, False)


class _Stores:
    """The snapshots opened last; opening one takes longer than most queries."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Any] = OrderedDict()
        self._scratch: tuple[str, Store] | None = None

    def get(self, path: str, endpoint: Endpoint | None = None) -> Any:
        path = endpoint.name if endpoint else path
        store = self._open.get(path) or open_store(path, endpoint)
        self._open[path] = store
        self._open.move_to_end(path)
        if len(self._open) > _STORES_KEPT:
            self._open.popitem(last=False)
        return store

    def scratch(self, path: str) -> Store:
        """A scratch copy, open for writing as long as it is the one that is worked on."""
        if self._scratch is None or self._scratch[0] != path:
            self.close_scratch()
            self._scratch = path, Store(path)
        return self._scratch[1]

    def close_scratch(self) -> None:
        self._scratch = None


def _answer(stores: _Stores, task: Task, output: int) -> Reply:
    try:
        store = stores.get(task.store_path, task.endpoint)
    except OSError as error:
        return Failed("store", str(error))
    try:
        written = write_result(
            _evaluate(store, task), task.format, output, Caps(task.max_rows, task.max_bytes, task.truncate)
        )
    except SyntaxError as error:
        return _syntax_failure(str(error))
    except QuerySyntaxError as error:
        return _lexical_failure(error)
    except CapReached as reached:
        return Failed(reached.cap)
    except RemoteError as error:
        return Failed(_REMOTE[type(error)], error.message)
    except ResultTooLarge as error:
        return Failed("refused", error.message)
    except QueryError as error:  # a remote store's word
        return Failed("evaluation", error.message)
    except MemoryError:
        return Failed("memory")
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        return Failed("disk" if full else "evaluation", str(error))
    except (WrongFormat, ValueError, RuntimeError) as error:
        return Failed("store" if str(error).startswith(_DAMAGED) else "evaluation", str(error))
    return Done(written.rows, written.truncated, written.body)


def _inspect(task: InspectTask) -> Reply:
    try:
        found = inspect(task.text, task.base_iri)
    except QuerySyntaxError as error:
        return _lexical_failure(error)
    except MemoryError:
        return Failed("memory")
    return Done(0, False, msgspec.msgpack.encode(found))


def _change(stores: _Stores, task: WriteTask, output: int) -> Reply:
    """Make a write in its scratch copy, and tell what it changed."""
    try:
        changes = evaluate(stores.scratch(task.store_path), _plain(task.write), task.max_changes)
    except SyntaxError as error:
        return _syntax_failure(str(error))
    except QuerySyntaxError as error:
        return Failed("syntax", error.message, error.line, error.column)
    except ResultTooLarge as error:
        return Failed("changes", error.message)
    except QueryError as error:
        return Failed("evaluation", error.message)
    except MemoryError:
        return Failed("memory")
    except (OSError, ValueError, RuntimeError) as error:
        return Failed("evaluation", str(error))
    with os.fdopen(os.dup(output), "wb") as stream:
        stream.write(msgspec.msgpack.encode(changes))
    return Done(len(changes), False)


def _plain(write: Write) -> Write:
    if isinstance(write, UpdateWrite):
        return msgspec.structs.replace(write, text=without_escapes(write.text))
    return write


def _evaluate(store: Any, task: Task) -> Answer:
    """A dataset given by the protocol replaces the query's own: what it does not name is empty."""
    text = without_escapes(task.text)
    if task.endpoint and not _is_for_the_store_alone(text):
        # Ours says where a text is no SPARQL, and in the same words whatever store there is.
        Store().query(text, base_iri=task.base_iri)
    options: dict[str, Any] = {"in_pages": False} if task.endpoint else {}
    if task.default_graphs is not None or task.named_graphs is not None:
        options["default_graph"] = [NamedNode(iri) for iri in task.default_graphs or ()]
        options["named_graphs"] = [NamedNode(iri) for iri in task.named_graphs or ()]
    answer: Answer = store.query(text, base_iri=task.base_iri, **options)
    return answer


def _is_for_the_store_alone(text: str) -> bool:
    """Whether a query may not even be begun here: it would be evaluated at once, or reach out."""
    found = inspect(text)
    return found.kind == "ask" or bool(found.remote_addresses)


def _lexical_failure(error: QuerySyntaxError) -> Failed:
    """The place goes apart from the message, which begins with it."""
    return Failed("syntax", error.message.partition(": ")[2], error.line, error.column)


def _syntax_failure(message: str) -> Failed:
    place = _PLACE.fullmatch(message)
    if not place:
        return Failed("syntax", message)
    return Failed("syntax", _readable(place[3]), int(place[1]), int(place[2]))


def _readable(expected: str) -> str:
    r"""What the parser expected, once each, without its lists of code points; one line.

    >>> _readable("expected one of '}', ['0' ..= '9'], ['A' ..= 'Z'\n| 'a' ..= 'z'], [_]")
    "expected one of '}', a letter or a digit, white space"
    """
    text = _CODE_POINTS.sub("a letter or a digit", expected).replace("[_]", "white space")
    return ", ".join(dict.fromkeys(" ".join(text.split()).split(", ")))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), [int(port) for port in sys.argv[4].split(",") if port])
