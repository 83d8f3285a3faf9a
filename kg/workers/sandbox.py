"""What a worker may not do. Everything is taken from the process for good and inherited by its threads.

- outgrow its address space, dump core: resource limits, on every POSIX system;
- outlive the process that started it: `kg.processes.end_with_parent`, on Linux;
- open a socket, start a program, reach into another process: a seccomp filter that refuses it with EACCES, on Linux on
  x86-64 and ARM64;
- where it may open sockets, reach by TCP other ports than those of the addresses that the operator allows: Landlock
  refuses it with EACCES, on Linux from 6.7;
- be spared before the server when the machine's memory runs out: /proc/self/oom_score_adj, on Linux.

Where the system lacks one of these only the check of the query text keeps queries from the network; the pool warns of
that. The engine follows no redirections, so that an allowed address cannot send it to another one.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import struct
import sys
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

# Thousandths of the machine's memory added to what a worker uses when the kernel looks for a process to end: before the
# server, which is small, but not an idle worker before whoever took the memory.
_SACRIFICED_AS_IF_USING = "100"
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | errno.EACCES
_LOAD_WORD = 0x20
_JUMP_IF_EQUAL = 0x15
_JUMP_IF_AT_LEAST = 0x35
_RETURN = 0x06
# struct seccomp_data begins with the number of the system call and the architecture, a word each.
_CALL_NUMBER, _ARCHITECTURE = 0, 4
# x86-64 kernels take the calls of the x32 ABI too, numbered from here on.
_X32_CALLS = 0x40000000

# Architecture (AUDIT_ARCH_…), then socket, execve, execveat, ptrace, io_uring_setup (opens sockets without the call
# named so), pidfd_getfd (takes them from another process).
_REFUSED_CALLS = {
    "x86_64": (0xC000003E, (41, 59, 322, 101, 425, 438)),
    "aarch64": (0xC00000B7, (198, 221, 281, 117, 425, 438)),
}

# Landlock's system calls have the same numbers on every architecture; here from ABI 4 on, the first with a network.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_RULESET_VERSION = 1
_NETWORK_ABI = 4
_RULE_NET_PORT = 2
_CONNECT_TCP = 2
_SCHEME_PORTS = {"http": 80, "https": 443}
_NAME_SERVICE = 53  # names are asked for by TCP where an answer is long


def limit_memory(address_space: int) -> None:
    """Bound the address space, in bytes; past it an allocation fails, which ends the process."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_SACRIFICED_AS_IF_USING)


def tcp_ports(addresses: Iterable[str]) -> set[int]:
    """The ports that HTTP addresses are at.

    >>> sorted(tcp_ports(["https://example.org/sparql", "http://127.0.0.1:8000/sparql"]))
    [443, 8000]
    """
    parts = map(urlsplit, addresses)
    return {part.port or _SCHEME_PORTS[part.scheme] for part in parts}


def confine(ports: Collection[int] = ()) -> bool:
    """Have the system refuse new programs and new sockets from now on; whether it does.

    With `ports` sockets are not refused, but TCP connections to any other port.
    """
    if sys.platform != "linux" or platform.machine() not in _REFUSED_CALLS:
        return False
    architecture, refused = _REFUSED_CALLS[platform.machine()]
    program = _filter_program(architecture, refused[1:] if ports else refused)
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: the number of instructions, then, aligned, a pointer to them
    description = struct.pack("HP", len(program) // 8, ctypes.addressof(buffer))
    zero = ctypes.c_ulong(0)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), zero, zero, zero):
        return False
    kept_to_ports = not ports or _confine_to_ports(libc, ports)
    filtered = not libc.prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_SECCOMP_MODE_FILTER), description, zero, zero)
    return kept_to_ports and filtered


def _confine_to_ports(libc: ctypes.CDLL, ports: Collection[int]) -> bool:
    """Landlock: connect by TCP to these ports only; whether the system can do that."""
    if libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _RULESET_VERSION) < _NETWORK_ABI:
        return False
    # struct landlock_ruleset_attr: what is handled of the file system, nothing, and of the network
    handled = struct.pack("QQ", 0, _CONNECT_TCP)
    ruleset = libc.syscall(_CREATE_RULESET, handled, ctypes.c_size_t(len(handled)), 0)
    if ruleset < 0:
        return False
    try:
        for port in (*ports, _NAME_SERVICE):
            # struct landlock_net_port_attr
            if libc.syscall(_ADD_RULE, ruleset, _RULE_NET_PORT, struct.pack("QQ", _CONNECT_TCP, port), 0):
                return False
        return not libc.syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _filter_program(architecture: int, refused: tuple[int, ...]) -> bytes:
    """A BPF program: refuse these calls, and all calls made by another architecture's numbers; allow the rest."""

    def instruction(code: int, operand: int, if_true: int = 0, if_false: int = 0) -> bytes:
        return struct.pack("HBBI", code, if_true, if_false, operand)

    checks = [instruction(_JUMP_IF_AT_LEAST, _X32_CALLS, if_true=len(refused) + 1)]
    checks += [instruction(_JUMP_IF_EQUAL, call, if_true=len(refused) - i) for i, call in enumerate(refused)]
    return b"".join(
        [
            instruction(_LOAD_WORD, _ARCHITECTURE),
            instruction(_JUMP_IF_EQUAL, architecture, if_false=len(checks) + 2),
            instruction(_LOAD_WORD, _CALL_NUMBER),
            *checks,
            instruction(_RETURN, _ALLOW),
            instruction(_RETURN, _REFUSE),
        ]
    )
