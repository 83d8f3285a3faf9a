"""Pieces of text that quote, comment, escape or delimit: what is made of them goes wrong as often as it can."""

from __future__ import annotations

from hypothesis import strategies as st

_WORDS = r"""
' ''' " <x:a> <x:a#b> <3#> <'x'> < > << >> <<( )>> { } ( ) [ ] . ; , ? ?x $y 3 1.5 .5e1 a true @en @en--ltr ^^ = && ||
! + - / | # ~ % \ \\ \n \u0022 \u0027 \u000A \u0023 \u0041 \u00 ex: ex:a ex:a\'b :p _:b é · FILTER( VALUES SELECT
EXISTS{ IN( SERVICE SERVICE<x:a>{} LOAD silent
"""
PIECES = st.sampled_from([*_WORDS.split(), '"""', " ", "\n", "\r", "#'''\n", "\U0001f600", "\ufeff", "\ud800", "\0"])
SOUP = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map("".join))
