"""Who has signed in on a page with the token: a signed cookie, and with every form a token against forged requests.

The key is a random one kept in the store folder, mixed with the write token: another token ends all sessions.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import Response, request, url_for
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.exceptions import Forbidden, Unauthorized

from kg.errors import QueryRefused
from kg.settings import Settings
from server.state import current_state

FIELD: Final = "csrf"
"""The hidden field of forms."""
_COOKIE = "paperkg-operator"
_HOURS = 12
_KEY_BYTES = 32
_LONGEST_NAME = 100


@dataclass(frozen=True)
class Session:
    """`by` is who signed in; empty before. `csrf` is what a form of this session has to carry."""

    by: str
    csrf: str

    @property
    def is_open(self) -> bool:
        return bool(self.by)


def current_session() -> Session:
    """That of the request's cookie; a new one, not signed in, where there is none that holds. QueryRefused without a
    token: nobody can sign in."""
    token = current_state().settings.write_token
    if not token:
        raise QueryRefused("this service takes no decisions; its operator enables them by setting KG_WRITE_TOKEN")
    with suppress(BadData, KeyError, TypeError):
        said = _serializer().loads(request.cookies.get(_COOKIE, ""), max_age=_HOURS * 3600)
        return Session(str(said["by"]), str(said["csrf"]))
    return Session("", secrets.token_urlsafe(16))


def operator() -> Session:
    """The session of who may decide. Raises Unauthorized for anybody else."""
    session = current_session()
    if not session.is_open:
        raise Unauthorized("Sign in with the service's token first.")
    return session


def check_form(session: Session) -> None:
    """Raises Forbidden for a form that no page of this session has sent."""
    if not hmac.compare_digest(request.form.get(FIELD, "").encode(), session.csrf.encode()):
        raise Forbidden("The form is older than the session, or of another site; load the page again.")


def sign_in() -> Session | None:
    """The session of who gives the token and a name; None where the token is wrong. Compared in constant time."""
    check_form(current_session())
    given, name = request.form.get("token", ""), " ".join(request.form.get("by", "").split())[:_LONGEST_NAME]
    if not hmac.compare_digest(given.encode(), current_state().settings.write_token.encode()):
        return None
    return Session(name or "operator", secrets.token_urlsafe(16))


def remember(response: Response, session: Session) -> Response:
    """The response with the session's cookie, which only pages of curation get, and no script."""
    response.set_cookie(
        _COOKIE,
        _serializer().dumps({"by": session.by, "csrf": session.csrf}),
        max_age=_HOURS * 3600,
        path=url_for("curation.page"),
        secure=request.is_secure,
        httponly=True,
        samesite="Strict",
    )
    return response


def forget(response: Response) -> Response:
    response.delete_cookie(_COOKIE, path=url_for("curation.page"), httponly=True, samesite="Strict")
    return response


def _serializer() -> URLSafeTimedSerializer:
    settings = current_state().settings
    key = hmac.new(_key(settings), settings.write_token.encode(), hashlib.sha256).digest()
    return URLSafeTimedSerializer(key, salt="curation", signer_kwargs={"digest_method": hashlib.sha256})


def _key(settings: Settings) -> bytes:
    """That of the store; made once, whoever of several processes is the first."""
    path = settings.store / "curation.key"
    with suppress(FileNotFoundError):
        return path.read_bytes()
    _make_key(path)
    return path.read_bytes()


def _make_key(path: Path) -> None:
    """Whole or not at all, and never in the place of another one."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(secrets.token_bytes(_KEY_BYTES))
    with suppress(FileExistsError):
        os.link(unfinished, path)
    unfinished.unlink()
