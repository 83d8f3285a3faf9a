"""Killable query workers: what a client wrote is parsed and evaluated in a process that can be ended.

WorkerPool, in the HTTP process, holds worker processes and one deadline a query:

    messages   what goes over the socket between the two
    pool       who may run and who waits; replaces what was ended
    handle     one worker process as the pool sees it
    failures   what it reports, as an error for whoever asked
    process    the program of a worker
    results    serialises a result under its caps
    sandbox    what a worker may not do: grow, dump core, open a socket, start a program

A short result comes with the reply. For a long one a worker has a file, which it gets as an open descriptor. The file
has no name, so nothing is left behind whoever dies. A worker ends by itself when the process that started it does.
"""

from kg.workers.pool import QueryRequest, QueryResult, Turn, WorkerPool

__all__ = ["QueryRequest", "QueryResult", "Turn", "WorkerPool"]
