"""Parameters take the place of variables, token by token; nothing is spliced into a string, an IRI or a comment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from kg.errors import QuerySyntaxError, TermError
from kg.sparql.lexer import Scanner, tokens
from kg.sparql.tokens import Kind, Token

_TERMS = frozenset({"IRIREF", "STRING", "STRING LANGTAG", "STRING ^ ^ IRIREF"})


def bind(text: str, terms: Mapping[str, str], numbers: Mapping[str, int] | None = None) -> str:
    """`text` with each variable that `terms` names, without its `?`, replaced by that term, as N-Triples.

    `numbers` gives the count after LIMIT or OFFSET of the outermost query, by that keyword.

    Raises QuerySyntaxError with its place where a bound variable is projected, assigned (AS, VALUES), tested by BOUND,
    or a key of GROUP BY or ORDER BY without parentheses: there SPARQL takes a variable only. Raises TermError for what
    is not one term.

    >>> bind("SELECT ?p { ?p ex:by ?who FILTER(?n<?m) }", {"who": "<http://example.org/a>", "m": '"3"'})
    'SELECT ?p { ?p ex:by  <http://example.org/a>  FILTER(?n< "3" ) }'
    """
    for value in terms.values():
        _check_term(value)
    numbers = numbers or {}
    # Apart from what stands around it: `?n<?m` or `?a-1` would otherwise run together with the term.
    put_in = {f"?{name}": f" {term} " for name, term in terms.items()}
    put_in |= {keyword: str(number) for keyword, number in numbers.items()}
    pieces = _pieces(text, frozenset(terms), frozenset(numbers))
    return "".join([before + put_in.get(slot, "") for before, slot in pieces])


@lru_cache(256)
def _pieces(text: str, names: frozenset[str], keywords: frozenset[str]) -> Sequence[tuple[str, str]]:
    """The text before each place where something is put in, and what: `?` and a name, a keyword, at the end nothing.

    Found once for a text: it takes longer than everything else about a query whose answer is known.
    """
    scanner = Scanner(text)
    pieces: list[tuple[str, str]] = []
    before: list[str] = []
    for token in scanner:
        is_bound = token.kind is Kind.VAR and token.value[1:] in names
        keyword = _counted_by(scanner, token)
        if is_bound and scanner.structure.only_a_name_may_stand():
            raise scanner.fault(f"the parameter {token.text} stands where SPARQL takes a variable only", token.start)
        if is_bound or keyword in keywords:
            pieces.append(("".join(before), f"?{token.value[1:]}" if is_bound else keyword))
            before.clear()
        else:
            before.append(token.text)
    return (*pieces, ("".join(before), ""))


def clause_number(text: str, keyword: str) -> int | None:
    """The number after LIMIT or OFFSET of the outermost query; None if it has none.

    >>> clause_number("SELECT * { { SELECT * {} LIMIT 1 } } LIMIT 20", "LIMIT")
    20
    """
    scanner = Scanner(text)
    counts = [int(token.value) for token in scanner if _counted_by(scanner, token) == keyword]
    return counts[0] if counts else None


def replace_iris(text: str, replacement: Callable[[str], str]) -> str:
    """`text` with `replacement(iri)` for each IRI that is written in angle brackets, declarations included."""
    return "".join(
        f"<{replacement(token.value[1:-1])}>" if token.kind is Kind.IRIREF else token.text for token in tokens(text)
    )


def _counted_by(scanner: Scanner, token: Token) -> str:
    """The keyword, LIMIT or OFFSET, that the number in hand belongs to, if it is that of the outermost query."""
    if token.kind is Kind.NUMBER and not scanner.structure.depth:
        for keyword in ("LIMIT", "OFFSET"):
            if scanner.structure.follows(keyword):
                return keyword
    return ""


def _check_term(term: str) -> None:
    try:
        shape = " ".join(token.text if token.kind is Kind.PUNCT else token.kind.name for token in tokens(term))
    except QuerySyntaxError as error:
        raise TermError(f"not an N-Triples term: {term[:200]!r}", term) from error
    if shape not in _TERMS:
        raise TermError(f"not an N-Triples term: {term[:200]!r}", term)
