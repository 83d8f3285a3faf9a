"""Versions of the graph: which snapshots there were, and what each changed."""
