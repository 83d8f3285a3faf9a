"""Where a work can be had."""

from __future__ import annotations

from collections.abc import Iterator

from kg.records import Location
from kg.sources.faults import Faults
from kg.sources.openalex import shapes, things
from kg.sources.values import address, clean

_VERSIONS = {
    "submittedVersion": "submitted",
    "acceptedVersion": "accepted",
    "publishedVersion": "published",
}


def locations(found: shapes.Work, faults: Faults) -> tuple[Location, ...]:
    """The places that have an address, each once; last the open one, where no other has its address."""
    made: dict[str, Location] = {}
    for each in _locations(found):
        location = _location(each, faults)
        if key := location.full_text or location.page:
            made.setdefault(key, location)
    if found.open_access and (free := address(found.open_access.oa_url, "open_access.oa_url", faults)):
        known = {place for location in made.values() for place in (location.page, location.full_text)}
        if free not in known:
            is_file = free.lower().endswith(".pdf")
            made[free] = Location(None if is_file else free, free if is_file else None, is_open=True)
    return tuple(made.values())


def _locations(found: shapes.Work) -> Iterator[shapes.Location]:
    """The locations; where there are none, what older shapes have instead."""
    if found.locations:
        yield from filter(None, found.locations)
        return
    if found.primary_location:
        yield found.primary_location
    for venue in (found.host_venue, *(found.alternate_host_venues or ())):
        if venue and venue.url:
            yield shapes.Location(
                is_oa=venue.is_oa,
                landing_page_url=venue.url,
                source=shapes.plain_source(venue),
                license=venue.license,
                version=venue.version,
            )


def _location(found: shapes.Location, faults: Faults) -> Location:
    return Location(
        page=address(found.landing_page_url, "locations.landing_page_url", faults),
        full_text=address(found.pdf_url, "locations.pdf_url", faults),
        version=_VERSIONS.get(found.version or ""),
        license=clean(found.license),
        is_open=found.is_oa,
        venue=faults.of(things.venue(found.source)) if found.source else None,
    )
