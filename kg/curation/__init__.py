"""Curation: links that no rule is sure of, one after another, with what speaks for and against them, for a person."""
