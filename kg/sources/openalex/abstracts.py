"""Abstracts, which OpenAlex gives as an index of the places that every word stands at."""

from __future__ import annotations

import msgspec

from kg.sources.decoding import BROKEN, decoded
from kg.sources.faults import Faults
from kg.sources.values import clean

# The longest abstracts of OpenAlex have some ten thousand words.
_LAST_PLACE = 200_000
_FIELD = "abstract_inverted_index"
_EMPTY = (b"", b"null", b"{}")

_INDEX = msgspec.json.Decoder(dict[str, list[int]])
_OBJECT = msgspec.json.Decoder(dict[str, object])


def abstract(raw: msgspec.Raw, faults: Faults) -> str | None:
    """The words in order. Places that are missing leave no trace; a place that cannot be is left out."""
    data = bytes(raw)
    if data in _EMPTY:
        return None
    try:
        index = _INDEX.decode(data)
    except BROKEN:
        index = _sound(data, faults)
    places = {place: word for word, found in index.items() for place in found}
    order = sorted(places)
    if order and (order[0] < 0 or order[-1] > _LAST_PLACE):
        faults.part(_FIELD, "a word at an impossible place", order[0] if order[0] < 0 else order[-1])
        order = [place for place in order if 0 <= place <= _LAST_PLACE]
    return clean(" ".join([places[place] for place in order]))


def _sound(data: bytes, faults: Faults) -> dict[str, list[int]]:
    """What of an index is one."""
    try:
        index, _ = decoded(_OBJECT, data)
    except BROKEN:
        index = {}
    faults.part(_FIELD, "not an index of words in every part", data[:80].decode(errors="ignore"))
    return {word: [place for place in found if type(place) is int] for word, found in _lists(index)}


def _lists(index: dict[str, object]) -> list[tuple[str, list[object]]]:
    return [(word, found) for word, found in index.items() if isinstance(found, list)]
