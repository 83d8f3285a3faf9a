"""One page of every kind, over the seeds: what tests of all pages go through."""

from __future__ import annotations

from urllib.parse import urlencode

_QUERY = "SELECT ?paper ?title WHERE { ?paper <http://purl.org/dc/terms/title> ?title } ORDER BY ?title LIMIT 5"

KINDS = {
    "front": "/",
    "search": "/search?q=learned+optimization",
    "search-empty": "/search",
    "author": "/page/author/evan-hubinger",
    "author-narrowed": "/page/author/evan-hubinger?q=deceptive&author=author/ethan-perez",
    "institution": "/page/institution/openai",
    "concept": "/page/concept/arxiv:cs.LG",
    "thing": "/page/dataset/evan-hubinger",
    "network": "/network/author/evan-hubinger",
    "compare": "/compare?a=author/evan-hubinger&b=author/ethan-perez",
    "compare-by-name": "/compare?a=ben&b=author/ethan-perez",
    "path": "/path?from=author/evan-hubinger&to=author/ethan-perez",
    "paper": "/page/paper/natural-emergent-misalignment-from-reward-hacking-in-12268dddd5",
    "queries": "/queries",
    "query": "/queries/author/author-coauthors",
    "query-in-a-frame": "/queries/author/author-coauthors/embed",
    "sparql": "/sparql",
    "sparql-answered": f"/editor?{urlencode({'query': _QUERY})}",
    "incoming": "/incoming/author/evan-hubinger",
    "schema": "/schema",
    "ontology": "/ontology",
    "shapes": "/shapes",
    "dataset": "/dataset",
    "downloads": "/export",
    "changes": "/changes",
    "validation": "/validation",
    "docs": "/docs",
}
