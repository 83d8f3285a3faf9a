"""What the pool and a worker say to each other: msgpack in frames that begin with their length in four bytes."""

from __future__ import annotations

import socket
import struct
from typing import Literal

import msgspec

from kg.endpoint.address import Endpoint
from kg.updates import Write

_LENGTH = struct.Struct(">I")
_AT_ONCE = 64 * 1024  # bytes; nearly every frame comes whole with the first look
INLINE = 32 * 1024
"""Bytes of a result that goes along with the reply; a longer one goes to the file."""


class Task(msgspec.Struct, frozen=True, tag=True):
    """One query. The descriptor of the file for its result goes along with the frame, unless the worker has one.

    With an `endpoint` that store is asked, and `store_path` only says which snapshot of it is meant.
    """

    store_path: str
    text: str
    base_iri: str | None
    default_graphs: tuple[str, ...] | None
    named_graphs: tuple[str, ...] | None
    format: str
    truncate: bool
    max_rows: int
    max_bytes: int
    endpoint: Endpoint | None = None


class WriteTask(msgspec.Struct, frozen=True, tag=True):
    """A write to be made in the scratch copy of the store at `store_path`; its changes go to the file, as msgpack."""

    store_path: str
    write: Write
    max_changes: int


class InspectTask(msgspec.Struct, frozen=True, tag=True):
    """A request that is only to be looked at; what is found is the result, as msgpack."""

    text: str
    base_iri: str | None


class CloseScratch(msgspec.Struct, frozen=True, tag=True):
    """Let go of the scratch copy, so that it can be removed."""


AnyTask = Task | InspectTask | WriteTask | CloseScratch


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The first word of a worker; `sandboxed` says whether the system keeps it from the network."""

    sandboxed: bool


class Done(msgspec.Struct, frozen=True, tag=True):
    """The result is `body` and the file is as it was, to be used again; or it is in the file, which is given up."""

    rows: int
    truncated: bool
    body: bytes | None = None


class Failed(msgspec.Struct, frozen=True, tag=True):
    """There is no result; line and column count from 1."""

    reason: Literal[
        "syntax",
        "evaluation",
        "memory",
        "disk",
        "rows",
        "bytes",
        "changes",
        "store",
        "refused",
        "down",
        "slow",
        "fault",
    ]
    message: str = ""
    line: int | None = None
    column: int | None = None


Reply = Ready | Done | Failed

_task_decoder: msgspec.msgpack.Decoder[AnyTask] = msgspec.msgpack.Decoder(AnyTask)
_reply_decoder: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


def send_task(connection: socket.socket, task: AnyTask, descriptor: int | None) -> None:
    """Without a descriptor the worker uses the file that it still has."""
    frame = _framed(task)
    if descriptor is None:
        connection.sendall(frame)
        return
    sent = socket.send_fds(connection, [frame], [descriptor])
    if sent < len(frame):
        connection.sendall(frame[sent:])


def receive_task(connection: socket.socket) -> tuple[AnyTask, int | None] | None:
    """The next task and the descriptor that came along, now ours to close; None when the pool is gone."""
    data, descriptors, _, _ = socket.recv_fds(connection, _AT_ONCE, 1)
    if not data:
        return None
    return _task_decoder.decode(_frame(connection, data)), descriptors[0] if descriptors else None


def send_reply(connection: socket.socket, reply: Reply) -> None:
    connection.sendall(_framed(reply))


def receive_reply(connection: socket.socket) -> Reply:
    """The next reply. Raises EOFError if the worker is gone, TimeoutError as the socket's timeout says."""
    data = connection.recv(_AT_ONCE)
    if not data:
        raise EOFError
    return _reply_decoder.decode(_frame(connection, data))


def _framed(message: AnyTask | Reply) -> bytes:
    frame = msgspec.msgpack.encode(message)
    return _LENGTH.pack(len(frame)) + frame


def _frame(connection: socket.socket, data: bytes) -> memoryview:
    """The message that `data` begins. Neither side says more before the other has replied."""
    while len(data) < _LENGTH.size:
        data += _some(connection, _LENGTH.size)
    end = _LENGTH.size + _LENGTH.unpack_from(data)[0]
    if len(data) < end:
        whole = bytearray(data)
        while len(whole) < end:
            whole += _some(connection, end - len(whole))
        return memoryview(whole)[_LENGTH.size :]
    return memoryview(data)[_LENGTH.size :]


def _some(connection: socket.socket, most: int) -> bytes:
    data = connection.recv(most)
    if not data:
        raise EOFError
    return data
