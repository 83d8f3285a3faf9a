"""One page of every kind, over the seeds: what tests of all pages go through."""

from __future__ import annotations

from urllib.parse import urlencode

_QUERY = "SELECT ?paper ?title WHERE { ?paper <http://purl.org/dc/terms/title> ?title } ORDER BY ?title LIMIT 5"

KINDS = {
    "front": "/",
    "search": "/search?q=learned+optimization",
    "search-empty": "/search",
    "author": "/page/author/evan-hubinger",
    "paper": "/page/paper/natural-emergent-misalignment-from-reward-hacking-in-12268dddd5",
    "queries": "/queries",
    "query": "/queries/author/author-coauthors",
    "sparql": "/sparql",
    "sparql-answered": f"/editor?{urlencode({'query': _QUERY})}",
    "ontology": "/ontology",
    "dataset": "/dataset",
    "downloads": "/export",
    "changes": "/changes",
    "validation": "/validation",
    "docs": "/docs",
}
