"""A SPARQL 1.1 store of somebody else's in place of the embedded one, behind the part of its contract that readers use.

    address    where the store is, and how it is asked
    client     requests to it: bounded in time and size, again where that helps, and none while it is known to be down
    digest     HTTP Digest, which some stores want where others take a password as it is
    dialects   what stores do otherwise, by name: nothing else here knows one store from another
    results    answers as the embedded store would give them
    store      patterns and queries: what readers of a snapshot ask
    following  local snapshots of what the store has: counts, search index, dumps, without the statements themselves
    sending    a graph brought into the store
    writing    clients' writes, passed on

Protocols: https://www.w3.org/TR/sparql11-protocol/ and https://www.w3.org/TR/sparql11-http-rdf-update/
"""
