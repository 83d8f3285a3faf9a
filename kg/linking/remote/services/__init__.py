"""The services that can be asked.

ORCID and Wikidata are not among them: no source adapter reads their records. OpenAlex knows authors by ORCID.
"""

from __future__ import annotations

from kg.errors import UsageError
from kg.linking.remote.contract import Service
from kg.linking.remote.services.arxiv import Arxiv
from kg.linking.remote.services.crossref import Crossref
from kg.linking.remote.services.dblp import Dblp
from kg.linking.remote.services.openalex import OpenAlex
from kg.linking.remote.services.ror import Ror
from kg.linking.remote.services.semanticscholar import SemanticScholar

_ALL: tuple[Service, ...] = (OpenAlex(), Crossref(), SemanticScholar(), Ror(), Dblp(), Arxiv())
SERVICES: dict[str, Service] = {service.name: service for service in _ALL}


def find_service(name: str) -> Service:
    """The service of that name; UsageError with the list if there is none."""
    try:
        return SERVICES[name]
    except KeyError:
        known = ", ".join(sorted(SERVICES))
        raise UsageError(f"{name!r} cannot be asked over the network; there are: {known}", name) from None
