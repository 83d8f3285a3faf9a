"""What the pool and a worker say to each other: msgpack in frames that begin with their length in four bytes."""

from __future__ import annotations

import socket
import struct
from typing import Literal

import msgspec

from kg.updates import Write

_LENGTH = struct.Struct(">I")


class Task(msgspec.Struct, frozen=True, tag=True):
    """One query; the descriptor of the file that takes the result goes along with the frame."""

    store_path: str
    text: str
    base_iri: str | None
    default_graphs: tuple[str, ...] | None
    named_graphs: tuple[str, ...] | None
    format: str
    truncate: bool
    max_rows: int
    max_bytes: int


class WriteTask(msgspec.Struct, frozen=True, tag=True):
    """A write to be made in the scratch copy of the store at `store_path`; its changes go to the file, as msgpack."""

    store_path: str
    write: Write
    max_changes: int


class InspectTask(msgspec.Struct, frozen=True, tag=True):
    """A request that is only to be looked at; what is found goes to the file, as msgpack."""

    text: str
    base_iri: str | None


class CloseScratch(msgspec.Struct, frozen=True, tag=True):
    """Let go of the scratch copy, so that it can be removed."""


AnyTask = Task | InspectTask | WriteTask | CloseScratch


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The first word of a worker; `sandboxed` says whether the system keeps it from the network."""

    sandboxed: bool


class Done(msgspec.Struct, frozen=True, tag=True):
    """The result is in the file."""

    rows: int
    truncated: bool


class Failed(msgspec.Struct, frozen=True, tag=True):
    """There is no result; line and column count from 1."""

    reason: Literal["syntax", "evaluation", "memory", "disk", "rows", "bytes", "changes", "store"]
    message: str = ""
    line: int | None = None
    column: int | None = None


Reply = Ready | Done | Failed

_task_decoder: msgspec.msgpack.Decoder[AnyTask] = msgspec.msgpack.Decoder(AnyTask)
_reply_decoder: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


def send_task(connection: socket.socket, task: AnyTask, descriptor: int) -> None:
    frame = msgspec.msgpack.encode(task)
    socket.send_fds(connection, [_LENGTH.pack(len(frame))], [descriptor])
    connection.sendall(frame)


def receive_task(connection: socket.socket) -> tuple[AnyTask, int] | None:
    """The next task and the descriptor, now ours to close; None when the pool is gone."""
    length, descriptors, _, _ = socket.recv_fds(connection, _LENGTH.size, 1)
    if not length:
        return None
    return _task_decoder.decode(_receive(connection, _LENGTH.unpack(length)[0])), descriptors[0]


def send_reply(connection: socket.socket, reply: Reply) -> None:
    frame = msgspec.msgpack.encode(reply)
    connection.sendall(_LENGTH.pack(len(frame)) + frame)


def receive_reply(connection: socket.socket) -> Reply:
    """The next reply. Raises EOFError if the worker is gone, TimeoutError as the socket's timeout says."""
    return _reply_decoder.decode(_receive(connection, _LENGTH.unpack(_receive(connection, _LENGTH.size))[0]))


def _receive(connection: socket.socket, size: int) -> bytearray:
    data = bytearray(size)
    view = memoryview(data)
    while view:
        count = connection.recv_into(view)
        if not count:
            raise EOFError
        view = view[count:]
    return data
