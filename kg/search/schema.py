"""The fields of the index."""

from __future__ import annotations

import tantivy

from kg.search.words import ANALYSER

VERSION = 5
"""Changes with the fields and with what stands in them, so that an index of an older version is built anew."""

LINKS = ("venue", "concept", "author", "institution", "dataset")
"""The fields that hold IRIs of what a paper has."""


def schema() -> tantivy.Schema:
    """`name` is every name as a whole, by its words; of papers only short ones. `weight` is how many papers a thing
    has, and of a paper how many cite it. `fast`: counted or sorted by."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("iri", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("kind", stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("label", stored=True, tokenizer_name=ANALYSER)
    builder.add_text_field("name", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", tokenizer_name=ANALYSER)
    builder.add_text_field("detail", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("sort_key", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("weight", fast=True)
    builder.add_integer_field("date", fast=True)
    builder.add_boolean_field("code", fast=True, indexed=True)
    for name in LINKS:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    return builder.build()
