"""HTTP Digest: a proof that one knows a password. https://www.rfc-editor.org/rfc/rfc7616"""

from __future__ import annotations

import hashlib
import secrets
from threading import Lock
from urllib.request import parse_http_list, parse_keqv_list

_ALGORITHMS = {"": hashlib.md5, "MD5": hashlib.md5, "SHA-256": hashlib.sha256}


class Digest:
    """Answers the challenges of one server. Safe to share between threads."""

    def __init__(self, user: str, password: str) -> None:
        self._user = user
        self._password = password
        self._lock = Lock()
        self._challenge: dict[str, str] = {}
        self._count = 0

    def challenged(self, header: str) -> bool:
        """Take the `WWW-Authenticate` of a 401; whether it can be answered."""
        scheme, _, parameters = header.partition(" ")
        if scheme.lower() != "digest":
            return False
        challenge = {name.lower(): value for name, value in parse_keqv_list(parse_http_list(parameters)).items()}
        offered = {each.strip() for each in challenge.get("qop", "auth").split(",")}
        if (
            challenge.get("algorithm", "").upper() not in _ALGORITHMS
            or "auth" not in offered
            or "nonce" not in challenge
        ):
            return False
        with self._lock:
            self._challenge, self._count = challenge, 0
        return True

    def authorization(self, method: str, target: str) -> str | None:
        """The `Authorization` of a request for `target`, the path with the query string; None before a challenge."""
        with self._lock:
            if not self._challenge:
                return None
            self._count += 1
            challenge, count = self._challenge, f"{self._count:08x}"
        new = _ALGORITHMS[challenge.get("algorithm", "").upper()]

        def hashed(*parts: str) -> str:
            return new(":".join(parts).encode()).hexdigest()

        ours = secrets.token_hex(8)
        realm, nonce = challenge.get("realm", ""), challenge["nonce"]
        response = hashed(hashed(self._user, realm, self._password), nonce, count, ours, "auth", hashed(method, target))
        quoted = {"username": self._user, "realm": realm, "nonce": nonce, "uri": target, "response": response}
        quoted |= {"cnonce": ours, **({"opaque": challenge["opaque"]} if "opaque" in challenge else {})}
        plain = {"qop": "auth", "nc": count}
        plain |= {"algorithm": challenge["algorithm"]} if "algorithm" in challenge else {}
        escaped = (f'{name}="{_escaped(value)}"' for name, value in quoted.items())
        return "Digest " + ", ".join([*escaped, *(f"{name}={value}" for name, value in plain.items())])


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
