"""Made-up works in OpenAlex's shape, the same for everyone, distributed as those of all of OpenAlex are.

    python -m bench.synthetic_works 65686 FOLDER [--files 8]

How much a person writes follows Lotka's law, how often a work is cited and how often words, topics, venues and
institutions occur Zipf's; a work cites works that came before it, more often than not one that others cite already.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import accumulate
from pathlib import Path

_AUTHORS = 3.0  # of a work, on average; as the other averages about what OpenAlex reports of all its works
_REFERENCES = 20.0  # of a work that has any
_WITH_REFERENCES = 0.5  # of the works
_WITH_ABSTRACT = 0.6
_WITH_VENUE = 0.7
_WITH_PLACE = 0.5  # of the authorships
_WORKS = 3.0  # of an author, on average
_LOTKA = 1.3  # exponent of the Pareto distribution that Lotka's law is
_MOST_WORKS = 500
_AGAIN = 0.7  # of the references are to what others cite
_TOPICS, _KEYWORDS, _VENUES, _WORDS = 4_500, 20_000, 30_000, 50_000
_ID = "https://openalex.org/"

Draw = Callable[[int], list[int]]


def write_works(folder: Path, count: int, files: int) -> None:
    """So many works as compressed JSON Lines, dealt to so many files."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        paths = (folder / f"part_{number:03}.gz" for number in range(files))
        outputs = [stack.enter_context(gzip.open(path, "wb", compresslevel=1)) for path in paths]
        for number, work in enumerate(made_up_works(count)):
            outputs[number % files].write(json.dumps(work, separators=(",", ":")).encode() + b"\n")


def made_up_works(count: int) -> Iterator[dict[str, object]]:
    chance = random.Random(23)
    people = round(count * _AUTHORS / _WORKS)
    authors = _draw((min(_MOST_WORKS, chance.paretovariate(_LOTKA)) for _ in range(people)), chance)
    places = _draw(_zipf(max(10, min(100_000, count // 10))), chance)
    topics, keywords, venues, words = (_draw(_zipf(size), chance) for size in (_TOPICS, _KEYWORDS, _VENUES, _WORDS))
    cited: list[int] = []
    for number in range(count):
        written = dict.fromkeys(authors(1 + min(99, int(chance.expovariate(1 / (_AUTHORS - 0.5))))))
        about = [_topic(topic) for topic in dict.fromkeys(topics(3))]
        references = _references(number, cited, chance)
        cited += references
        yield {
            "id": _work(number),
            "doi": f"https://doi.org/10.1000/{number}" if chance.random() < 0.7 else None,
            "title": _text(words(10)).capitalize(),
            "publication_year": 2025 - min(124, int(chance.expovariate(1 / 14))),
            "language": "en",
            "type": "article",
            "primary_location": {
                "is_oa": chance.random() < 0.3,
                "landing_page_url": f"https://doi.org/10.1000/{number}",
                "source": _venue(venues(1)[0]) if chance.random() < _WITH_VENUE else None,
            },
            "authorships": [
                _authorship(author, place if chance.random() < _WITH_PLACE else None)
                for author, place in zip(written, places(len(written)), strict=True)
            ],
            "primary_topic": about[0],
            "topics": about,
            "keywords": [
                {"id": f"{_ID}keywords/{_word(word)}", "display_name": _word(word), "score": 0.5}
                for word in dict.fromkeys(keywords(5))
            ],
            "abstract_inverted_index": _inverted(words(120)) if chance.random() < _WITH_ABSTRACT else None,
            "referenced_works": [_work(each) for each in references],
            "cited_by_count": int(chance.paretovariate(1.2)) - 1,
            "updated_date": "2025-10-10",
        }


def _draw(weights: Iterable[float], chance: random.Random) -> Draw:
    """What draws so many numbers by their weights."""
    sums = list(accumulate(weights))
    numbers = range(len(sums))
    return lambda count: chance.choices(numbers, cum_weights=sums, k=count)


def _zipf(count: int) -> Iterator[float]:
    return (1 / rank for rank in range(1, count + 1))


def _references(number: int, cited: list[int], chance: random.Random) -> list[int]:
    if number < 10 or chance.random() > _WITH_REFERENCES:
        return []
    count = min(300, number, int(chance.expovariate(1 / _REFERENCES)))
    again = (cited and chance.random() < _AGAIN for _ in range(count))
    return sorted({chance.choice(cited) if is_again else chance.randrange(number) for is_again in again})


def _work(number: int) -> str:
    return f"{_ID}W{1_000_000 + number}"


def _authorship(author: int, place: int | None) -> dict[str, object]:
    name = f"{_word(author % 997).capitalize()} {_word(author).capitalize()}"
    institution = {
        "id": f"{_ID}I{1_000_000 + (place or 0)}",
        "display_name": f"University of {_word(place or 0).capitalize()}",
        "country_code": "US",
        "type": "education",
    }
    return {
        "author": {"id": f"{_ID}A{5_000_000_000 + author}", "display_name": name, "orcid": None},
        "raw_author_name": name,
        "institutions": [institution] if place is not None else [],
        "raw_affiliation_strings": [institution["display_name"]] if place is not None else [],
    }


def _topic(number: int) -> dict[str, object]:
    field = number % 26
    return {
        "id": f"{_ID}T{10_000 + number}",
        "display_name": f"{_word(number)} {_word(number * 7)}".capitalize(),
        "score": 0.9,
        "subfield": {"id": f"{_ID}subfields/{1_000 + number % 250}", "display_name": _word(number % 250)},
        "field": {"id": f"{_ID}fields/{11 + field}", "display_name": _word(field)},
        "domain": {"id": f"{_ID}domains/{1 + field % 4}", "display_name": _word(field % 4)},
    }


def _venue(number: int) -> dict[str, object]:
    return {"id": f"{_ID}S{100_000 + number}", "display_name": f"Journal of {_word(number)}", "type": "journal"}


def _inverted(words: list[int]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        places.setdefault(_word(word), []).append(place)
    return places


def _text(words: list[int]) -> str:
    return " ".join(map(_word, words))


def _word(number: int) -> str:
    """A word that can be said: syllables in place of digits."""
    syllables = []
    while number or not syllables:
        number, syllable = divmod(number, 100)
        syllables.append("bdfghklmnprstvwzxcjq"[syllable // 5] + "aeiou"[syllable % 5])
    return "".join(syllables) + "n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=8)
    options = parser.parse_args()
    write_works(options.folder, options.count, options.files)


if __name__ == "__main__":
    main()
