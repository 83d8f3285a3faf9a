"""Markup that sources print, and text that only looks like it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.sources.plain_text import plain_text, repository_urls


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("natural ``features'' and \\emph{monosemantic} neurons", "natural “features” and monosemantic neurons"),
        ("\\textbf{\\emph{deep}} nesting", "deep nesting"),
        ("Erd\\H{o}s, G\\\"odel, Szepesv\\'{a}ri, {\\'E}va, na\\\"{\\i}ve", "Erdős, Gödel, Szepesvári, Éva, naïve"),
        ("\\L{}ukasz \\O stergaard Stra\\ss e {\\o}re", "Łukasz Østergaard Straße øre"),
        ("{\\DH}or{\\dh}e \\dj{}o \\TH{} a\\textquoteright s {\\textregistered}", "Ðorðe đo Þ a’s ®"),
        ("an $O\\left(\\frac{1}{k^2}\\right)$ rate, \\leftarrow", "an O(1/k^2) rate, \\leftarrow"),
        ("An $\\widetilde\\mathcal{O}(\\sqrt{T})$ bound", "An Õ(√T) bound"),
        ("$\\ell_1$ and $\\alpha$-fair, $p$-th", "ℓ_1 and α-fair, p-th"),
        ("100\\% of A \\& B", "100% of A & B"),
        ("<i>Callithrix jacchus</i> <jats:p>in</jats:p><br/>pairs", "Callithrix jacchus in pairs"),
        ("<h3>Aim</h3><ns4:p>Of <scp>ECM</scp> <mml:math id='M2'><mml:mi>x</mml:mi></mml:math>", "Aim Of ECM x"),
        ("Q&amp;A: &lt;mask&gt; &#8211; &eacute;", "Q&A: <mask> – é"),
        ("two\r\nlines\tand   spaces\u200b", "two lines and spaces"),
        ("Cafe\u0301", "Café"),
    ],
)
def test_markup_is_taken_away(raw: str, clean: str) -> None:
    assert plain_text(raw) == clean


@pytest.mark.parametrize(
    "text",
    [
        "14% of the time, 50% of it for $5 and $6",
        "from US$5-US$6 to US$7",
        "if a<b and c>d, then R&D",
        "C:\\Users\\name and \\unknown{command}",
        "{0, 1}^n and x_i",
        "the model's `quote' and 3'' pipe",
        "between 7:00-8:00 ~ 9 * 10",
    ],
)
def test_what_only_looks_like_markup_stays(text: str) -> None:
    assert plain_text(text) == text


@given(st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from("\\{}$`'\"<>&;~^ abouvcHk"), max_size=300))
def test_any_text_gives_one_clean_line(text: str) -> None:
    clean = plain_text(text)
    assert clean == unicodedata.normalize("NFC", " ".join(clean.split()))
    assert not set(clean) & set("\0\x1b\n\u200b\u202e")


@given(st.text(alphabet="abc XYZ.,:;!?()-é中", max_size=100))
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert plain_text(text) == " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("Code at https://github.com/ada/engine.", ("https://github.com/ada/engine",)),
        (
            "(see https://gitlab.inria.fr/a/b), https://huggingface.co/a/b!",
            ("https://gitlab.inria.fr/a/b", "https://huggingface.co/a/b"),
        ),
        ("https://www.github.com/a/b and again https://www.github.com/a/b", ("https://www.github.com/a/b",)),
        ("https://bitbucket.org/a/b%20c?x=1#y; https://codeberg.org/é", ("https://bitbucket.org/a/b%20c?x=1#y",)),
        ("https://example.org/github.com/a, https://github.com.example.org/a, https://github.com", ()),
        ("https://github.com/a%zz<b> http://[::1]/x", ("https://github.com/a",)),
    ],
)
def test_repository_addresses_are_found(text: str, urls: tuple[str, ...]) -> None:
    assert repository_urls(text) == urls
