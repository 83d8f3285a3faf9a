"""Where in a request a token stands: which brackets are open and what each of them holds.

The terminals of SPARQL alone do not say whether `<` compares or begins an IRI: `(?a<3#>` is a comparison and a comment
where parentheses hold an expression, while `(<a> <#b>)` in a collection or a row of VALUES holds two IRIs. Reading it
otherwise than the engine does would let a request hide a part of itself in what one takes for a comment or a string.
"""

from __future__ import annotations

from kg.sparql.tokens import OPERANDS, Kind, Token

_BRACE, _SQUARE, _PAREN, _EXPRESSION, _HEADER, _SELECT, _NAMES_ONLY = (1 << bit for bit in range(7))
OPENERS = {"{": _BRACE, "[": _SQUARE, "(": _PAREN}
_CLOSERS = {"}": _BRACE, "]": _SQUARE, ")": _PAREN}

# After these, variables that stand outside parentheses are names: projected, grouped or ordered by.
_NAMING_CLAUSES = frozenset({"SELECT", "BY"})


class Structure:
    """The open brackets before the next token, and the two tokens before it that are neither space nor comment."""

    def __init__(self) -> None:
        # One number a bracket, so that ten million of them are no burden.
        self._levels = [_SELECT]
        self.previous: Token | None = None
        self.before_previous: Token | None = None

    @property
    def depth(self) -> int:
        """How many brackets are open."""
        return len(self._levels) - 1

    def add(self, token: Token) -> None:
        """Move past a token that is neither space nor comment."""
        kind, value = token.kind, token.value
        if kind is Kind.PUNCT:
            if value in OPENERS:
                self._levels.append(self._opened(value))
            elif self._levels[-1] & _CLOSERS.get(value, 0):
                self._levels.pop()
        elif kind is Kind.NAME and not self._levels[-1] & _PAREN:
            self._enter_clause(value.upper())
        self.previous, self.before_previous = token, self.previous

    def follows(self, *keywords: str) -> bool:
        """Whether the token before is one of these keywords."""
        return _is_keyword(self.previous, keywords)

    def follows_pair(self, keywords: tuple[str, ...], then: str) -> bool:
        """Whether the two tokens before are one of `keywords` and the keyword `then`."""
        return _is_keyword(self.before_previous, keywords) and _is_keyword(self.previous, (then,))

    def less_than_compares(self) -> bool:
        """Whether a `<` that stands next is the operator: in an expression, after a value."""
        if not self._levels[-1] & _EXPRESSION or self.previous is None:
            return False
        kind, value = self.previous.kind, self.previous.value
        return kind in OPERANDS or value in (")", "]", "}", ">>") or _is_keyword(self.previous, ("TRUE", "FALSE"))

    def only_a_name_may_stand(self) -> bool:
        """Whether a variable that stands next could not be a value instead: SPARQL has nothing but its name here."""
        level = self._levels[-1]
        if level & _HEADER or self.follows("AS", "VALUES"):
            return True
        if self.previous is not None and self.previous.value == "(" and _is_keyword(self.before_previous, ("BOUND",)):
            return True
        return bool(level & _NAMES_ONLY) and not level & _PAREN

    def _opened(self, bracket: str) -> int:
        level = OPENERS[bracket]
        if level == _PAREN:
            level |= _EXPRESSION if self._holds_expression() else 0
            level |= _HEADER if self.follows("VALUES") else 0
        return level

    def _holds_expression(self) -> bool:
        """Whether the parenthesis that opens next holds an expression, not a collection, a row, a path or a triple."""
        outer, previous = self._levels[-1], self.previous
        if previous is not None and previous.value == "<<":
            return False
        if outer & (_EXPRESSION | _SELECT):
            return True
        if outer & (_PAREN | _SQUARE) or previous is None:
            return False
        if previous.kind is Kind.NAME:
            return previous.value != "a" and not self.follows("VALUES")
        called = previous.kind in (Kind.PNAME, Kind.IRIREF)
        return called and _is_keyword(self.before_previous, ("FILTER",))

    def _enter_clause(self, keyword: str) -> None:
        """Braces with a SELECT directly in them hold a query, any others a pattern."""
        if keyword in _NAMING_CLAUSES:
            self._levels[-1] |= _NAMES_ONLY | (_SELECT if keyword == "SELECT" else 0)


def _is_keyword(token: Token | None, keywords: tuple[str, ...]) -> bool:
    return token is not None and token.kind is Kind.NAME and token.value.upper() in keywords
