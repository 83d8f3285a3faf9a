"""To which machine a name leads: asked once, and never into a private network."""

from __future__ import annotations

import ipaddress
import socket

from kg.linking.remote.failures import Stopped


def resolved(host: str, port: int, also_private: bool = False) -> list[str]:
    """The IP addresses of a host. Stopped if there are none, or one is of a private network and that is not wanted.

    A name that leads inside would let whoever holds it reach what only this machine can.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Stopped(
            f"the address of {host} is not known ({error}); there may be no way to the internet", host
        ) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        if not also_private and not _is_public(address):
            raise Stopped(
                f"{host} leads to {address}, which is no public address; give a mirror of your own with --address", host
            )
    return addresses


def _is_public(address: str) -> bool:
    known = ipaddress.ip_address(address.partition("%")[0])
    return known.is_global and not known.is_multicast
