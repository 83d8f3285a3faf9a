"""Catalogues that are asked over the network, and only when a person says so.

questions   which things of the graph lack an identifier, and by what they can be asked about
contract    what a service is: how it is asked, how its answers become what the source adapter of its name reads
services    those that there are, one module each
client      one request after another: politely, within bounds, to nobody else
answers     every answer on disk, so that nothing is asked twice
asking      what there is to ask, all of it in one go, and what came of it
"""

from kg.linking.remote.answers import Answers
from kg.linking.remote.asking import Plan, Report, ask, plan
from kg.linking.remote.client import Bounds, Client
from kg.linking.remote.contract import Request, Service
from kg.linking.remote.questions import Thing, things_of
from kg.linking.remote.services import SERVICES, find_service

__all__ = [
    "SERVICES",
    "Answers",
    "Bounds",
    "Client",
    "Plan",
    "Report",
    "Request",
    "Service",
    "Thing",
    "ask",
    "find_service",
    "plan",
    "things_of",
]
