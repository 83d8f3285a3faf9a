"""Profile pages of a paper index, as plain text: entries of a date, a title, authors and an abstract.

Two layouts. Spaced: blank lines around the authors, as a rule below a header that says whose page it is. Glued: no
blank lines, and the title runs into the first author's name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from kg import paths
from kg.categories import arxiv_category
from kg.naming import Naming, name_slug, normal_name
from kg.records import (
    Author,
    Authorship,
    Concept,
    Institution,
    Paper,
    PartialDate,
    Profile,
    Reading,
    Reject,
    SourceRecord,
)
from kg.sources.contract import Chunk, Source
from kg.sources.files import SourceFile
from kg.sources.glued_titles import split_title
from kg.sources.plain_text import plain_text, repository_urls
from kg.sources.profile_page_header import Header, parse_header
from kg.sources.profile_page_lines import (
    Block,
    Credits,
    Entry,
    entries,
    parse_credits,
    parse_date_line,
    printed_names,
)
from kg.sources.text_lines import read_lines

VERSION = "1"
SCHEME = "profile-page"
_SENTENCE_ENDS = (".", "!", "?", "…", '"', "”", "'", "’", ")", "]", "}", ":", ";", "$", "/")


@dataclass(frozen=True)
class _Parts:
    """An entry taken apart; `title` and `people` as printed."""

    entry: Entry
    title: str
    people: Credits
    names: tuple[str, ...]
    abstract: tuple[str, ...]


def chunks(file: SourceFile) -> Iterator[Chunk]:
    """The page as one chunk: it is read and checked as a whole.

    Raises SourceError if it cannot be taken, has no entries, or was cut off at its end.
    """
    lines = [line.strip() for line in read_lines(file)]
    before, found = entries(lines)
    if not found:
        raise file.error("has no entries: no line is a category code and a date, such as 'LGAug 7, 2023'")
    _check_complete(file, parse_header(file.name, before), found, _is_spaced(found))
    yield Chunk(file.name, 1, "\n".join(lines).encode())


def readings(chunk: Chunk) -> Iterator[Reading]:
    """The profile, if the page has a header, then its entries in the order of the page."""
    before, found = entries(chunk.data.decode().split("\n"))
    header = parse_header(chunk.file, before)
    is_spaced = _is_spaced(found)
    subject = Author(plain_text(header.name)) if header.name else None
    about = _profile(chunk.file, header, subject, len(found))
    if about.records or about.rejects:
        yield about
    for entry in found:
        parts = _parts(chunk.file, entry, is_spaced)
        yield Reading((), (parts,)) if isinstance(parts, Reject) else _paper(chunk.file, parts, subject)


SOURCE = Source(
    name="profile-page",
    version=VERSION,
    description="profile pages of a paper index, as plain text",
    chunks=chunks,
    readings=readings,
    endings=(".txt",),
)


def _is_spaced(found: list[Entry]) -> bool:
    followers = [entry.lines[1] == "" for entry in found if len(entry.lines) > 1]
    return 2 * sum(followers) > len(followers)


def _check_complete(file: SourceFile, header: Header, found: list[Entry], is_spaced: bool) -> None:
    """SourceError where the page shows that its end is missing: the rest would pass for the whole."""
    expected = header.expected()
    if expected is not None and len(found) < expected:
        raise file.error(f"announces {expected} papers and has {len(found)}: it was cut off; get it whole")
    needed = 2 if is_spaced else 1
    *others, last = ([block.text for block in _blocks(entry, is_spaced)] for entry in found)
    abstracts = [blocks[needed:] for blocks in others]
    if len(last) < needed:
        end = "inside an entry, before its authors"
    elif others and all(abstracts) and not last[needed:]:
        end = "before the abstract of its last entry"
    elif others and all(map(_is_ended, abstracts)) and not _is_ended(last[needed:]):
        end = "in the middle of a sentence"
    else:
        return
    raise file.error(f"ends {end}: it was cut off; get it whole", found[-1].line)


def _is_ended(abstract: list[str]) -> bool:
    return bool(abstract) and (abstract[-1].endswith(_SENTENCE_ENDS) or "://" in abstract[-1].split()[-1])


def _blocks(entry: Entry, is_spaced: bool) -> list[Block]:
    return entry.paragraphs() if is_spaced else entry.single_lines()


def _parts(file: str, entry: Entry, is_spaced: bool) -> _Parts | Reject:
    blocks = _blocks(entry, is_spaced)
    if not blocks:
        return Reject(
            file=file, number=entry.line, field="title", reason="the entry has no title", excerpt=entry.start[:80]
        )
    if is_spaced:
        title, *rest = blocks
        credited = rest.pop(0) if rest else Block(title.line, "")
        people = parse_credits(credited.text)
    else:
        credited, *rest = blocks
        glued = parse_credits(credited.text)
        found = split_title(glued.people)
        if found is None:
            reason = "no author's name can be told from the title"
            return Reject(file=file, number=credited.line, field="authors", reason=reason, excerpt=credited.text[:80])
        title, people = Block(credited.line, found[0]), Credits(found[1], glued.shortened, glued.affiliations)
    names = printed_names(people.people)
    if names is None or not all(map(plain_text, names)):
        return _without_authors(file, title, credited)
    if not plain_text(title.text):
        return Reject(
            file=file, number=title.line, field="title", reason="the entry has no title", excerpt=title.text[:80]
        )
    return _Parts(entry, title.text, people, names, tuple(block.text for block in rest))


def _without_authors(file: str, title: Block, credited: Block) -> Reject:
    if parse_credits(title.text).shortened:
        return Reject(
            file=file,
            number=title.line,
            field="title",
            reason="authors stand where the title should",
            excerpt=title.text[:80],
        )
    return Reject(
        file=file,
        number=credited.line,
        field="authors",
        reason="the entry has no line of author names",
        excerpt=credited.text[:80],
    )


def _profile(file: str, header: Header, subject: Author | None, listed: int) -> Reading:
    """What the header says, and what of it does not fit."""
    rejects = list(header.rejects)
    expected = header.expected()
    if expected is not None and listed > expected:
        reason = f"the header announces {expected} papers and the page lists {listed}"
        rejects.append(Reject(file=file, number=header.line, field="paperCount", reason=reason, is_partial=True))
    if subject is None:
        return Reading((), tuple(rejects))
    profile = Profile(
        thing=subject,
        source=SourceRecord(
            f"profile-{name_slug(subject.name)}", f"{file}, line {header.line}", concept=header.field_code
        ),
        fields=(_concept(header.field_code),) if header.field_code else (),
        metrics=tuple(header.metrics),
    )
    return Reading((profile,), tuple(rejects))


def _paper(file: str, parts: _Parts, subject: Author | None) -> Reading:
    """The paper of an entry; where only its date is damaged, that is a reject and the paper has none."""
    dated = parse_date_line(parts.entry.start)
    rejects: tuple[Reject, ...] = ()
    if dated is None:
        reason = "not a category code and a date, such as 'LGAug 7, 2023'"
        excerpt = parts.entry.start[:80]
        number = parts.entry.line
        rejects = (Reject(file=file, number=number, field="date", reason=reason, excerpt=excerpt, is_partial=True),)
    printed = [
        Authorship(Author(plain_text(name)), position, name) for position, name in enumerate(parts.names, start=1)
    ]
    unprinted = _unprinted(subject, printed)
    paper = Paper(
        title=plain_text(parts.title),
        source=_source(file, parts, dated.code if dated else None, dated.date if dated else None),
        authorships=(*printed, *unprinted),
        author_list_complete=not (parts.people.shortened or unprinted),
        abstract="\n\n".join(filter(None, map(plain_text, parts.abstract))) or None,
        date=dated.date if dated else None,
        primary_concept=_concept(dated.code) if dated else None,
        institutions=_institutions(parts.people.affiliations),
        code_available=True if dated and dated.badge else None,
        code_urls=repository_urls(" ".join(parts.abstract)),
    )
    return Reading((paper,), rejects)


def _unprinted(subject: Author | None, printed: list[Authorship]) -> list[Authorship]:
    """The page's subject as an author without a position, where the printed names do not have them."""
    names = {normal_name(authorship.author.name) for authorship in printed}
    return [Authorship(subject)] if subject and normal_name(subject.name) not in names else []


def _source(file: str, parts: _Parts, code: str | None, date: PartialDate | None) -> SourceRecord:
    keyed = Paper(
        title=plain_text(parts.title),
        source=SourceRecord(""),
        authorships=(Authorship(Author(plain_text(parts.names[0]))),),
    )
    return SourceRecord(
        record_id=Naming("").paper(keyed).removeprefix("paper/"),
        locator=f"{file}, line {parts.entry.line}",
        title=parts.title,
        date=date,
        authors=parts.people.printed_people,
        affiliations=parts.people.affiliations,
        concept=code,
    )


def _concept(code: str) -> Concept:
    category = arxiv_category(code)
    return Concept("arxiv", category) if category else Concept(SCHEME, code, code)


@cache
def _institution_names() -> dict[str, str]:
    text = (paths.ONTOLOGY / "institution-names.toml").read_text(encoding="utf-8")
    names: dict[str, str] = tomllib.loads(text)[SCHEME]
    return names


def _institutions(printed: str | None) -> tuple[Institution, ...]:
    codes = filter(None, (plain_text(code) for code in (printed or "").split(",")))
    return tuple(Institution(_institution_names().get(code, code), code=code) for code in dict.fromkeys(codes))
