"""The one error tree. Every error keeps the offending value and says what to do next.

KGError
├── UsageError                the call is at fault (exit code 2)
│   ├── SettingError          a setting has a value that cannot be used
│   └── ParameterError        a query parameter is missing, unknown or wrong
├── DataError                 the data is at fault (exit code 1)
│   ├── SourceError           an input file as a whole cannot be taken
│   └── TermError             a value that is no IRI, literal or language tag
├── StoreError                the store cannot do what was asked (exit code 1)
│   ├── StoreBusy             another process is writing
│   └── NoSnapshot            nothing has been published yet
│       └── NotReadYet        the graph of another store has not been read yet
├── RemoteError               another service did not answer as it should (exit code 1)
│   ├── EndpointDown          the store that holds the graph cannot be reached
│   ├── EndpointSlow          it takes too long to answer
│   └── EndpointFault         it answers what it should not, or nothing that can be understood
└── QueryError                a client's query did not give a result (exit code 1)
    ├── QuerySyntaxError      it is not SPARQL, or a canned query's file is damaged
    ├── QueryRefused          it asks for what the policy forbids
    ├── QueryTimeout          it outlived its deadline
    ├── QueryMemory           it outgrew its memory
    ├── ResultTooLarge        its result is past the cap in rows or bytes
    ├── QueryCancelled        whoever asked does not want it any more
    ├── QueueFull             too many queries are waiting
    └── GraphChanged          a write was meant for a state that the graph is not in
"""

from __future__ import annotations


class KGError(Exception):
    """Base of all errors that paperkg raises on purpose; `str()` is one sentence for a person."""

    exit_code = 1

    def __init__(self, message: str, value: object = None) -> None:
        super().__init__(message)
        self.message = message
        self.value = value


class UsageError(KGError):
    exit_code = 2


class SettingError(UsageError):
    pass


class ParameterError(UsageError):
    """A query parameter is missing, unknown or wrong; `name` is the parameter."""

    def __init__(self, name: str, message: str, value: object = None) -> None:
        super().__init__(f"parameter '{name}': {message}", value)
        self.name = name


class DataError(KGError):
    pass


class SourceError(DataError):
    """An input file as a whole cannot be taken; `path` says which, `line` where (from 1) if known."""

    def __init__(self, path: object, message: str, line: int | None = None) -> None:
        where = f"{path}, line {line}" if line else str(path)
        super().__init__(f"{where}: {message}", path)
        self.path = path
        self.line = line


class TermError(DataError):
    pass


class StoreError(KGError):
    pass


class DecisionsError(StoreError):
    """The file of decisions, which people write too, says something else."""


class StoreBusy(StoreError):
    pass


class NoSnapshot(StoreError):
    pass


class NotReadYet(NoSnapshot):
    pass


class RemoteError(KGError):
    pass


class EndpointDown(RemoteError):
    pass


class EndpointSlow(RemoteError):
    pass


class EndpointFault(RemoteError):
    pass


class QueryError(KGError):
    pass


class QuerySyntaxError(QueryError):
    """The text is not SPARQL; `line` and `column` count from 1 where the parser knows them."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class QueryRefused(QueryError):
    """The policy forbids it; `value` is the address or the operation that was refused."""


class QueryTimeout(QueryError):
    pass


class QueryMemory(QueryError):
    pass


class ResultTooLarge(QueryError):
    pass


class QueryCancelled(QueryError):
    pass


class QueueFull(QueryError):
    pass


class GraphChanged(QueryError):
    pass
