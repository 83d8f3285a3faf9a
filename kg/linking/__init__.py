"""Identity: which things are the same, how that is known, and what follows from it when the graph is built.

Matchers (`papers`, `authors`, `institutions`) are pure functions of blocks of what records say; everything they find
is a `Link` with its evidence. What is done with links does not depend on who found them.
"""
