"""What goes wrong while a service is asked."""

from __future__ import annotations

from kg.errors import RemoteError


class Failed(RemoteError):
    """This request was not answered as it should be; others may be. The message is a few words, to be counted."""


class TooMuch(Failed):
    """Less at once may be answered."""


class Stopped(RemoteError):
    """There is no point in asking on now."""


class Passing(RemoteError):
    """It may go well the next time; `wait` is in how many seconds, where the service says so."""

    def __init__(self, message: str, wait: float | None = None, is_overload: bool = False) -> None:
        super().__init__(message)
        self.wait = wait
        self.is_overload = is_overload
