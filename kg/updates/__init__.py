"""SPARQL 1.1 Update and Graph Store writes as sets of changes: what a write adds and removes, statement by statement.

    operations   an update's text as a list of operations, each complete with its prologue
    templates    the quads of a template or of DATA, with places for variables
    effects      changes made to a database and remembered
    management   CLEAR, DROP, CREATE, ADD, COPY, MOVE and LOAD
    evaluation   operations evaluated against a database, one after the other, with their effect

A write has to be known as changes and not as text, because it is made twice and more: now, and again by every rebuild,
when other data stands around it. Everything here runs in a process that may be killed.

https://www.w3.org/TR/sparql11-update/
"""

from kg.updates.evaluation import GraphWrite, UpdateWrite, Write, evaluate

__all__ = ["GraphWrite", "UpdateWrite", "Write", "evaluate"]
