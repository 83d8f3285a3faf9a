"""What waits for a person: candidates, and links that were refused; and what was decided but is not in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kg.linking.decisions import Decision
from kg.linking.identity import kind_of
from kg.linking.judging import Judgement
from kg.linking.model import Judged, Link

Pair = tuple[str, str]


@dataclass(frozen=True)
class Waiting:
    """A link that waits, and what its ends are called in the graph."""

    judged: Judged
    kind: str
    one: str
    other: str

    @property
    def link(self) -> Link:
        return self.judged.link

    @property
    def pair(self) -> Pair:
        return self.judged.link.subject, self.judged.link.object

    @property
    def topic(self) -> tuple[str, str]:
        return self.link.relation, self.kind


class Queue:
    """Of the links in force those that no person decided and no rule accepted, the surest first: what is refused as a
    contradiction, then candidates."""

    def __init__(self, links: str, judgement: Judgement, base_iri: str) -> None:
        self.links = links
        self.decided: dict[Pair, Decision] = {}
        self.waiting: list[Waiting] = []
        for judged in judgement.links:
            link, of = judged.link, judgement.identity.of
            if judged.decision:
                self.decided[link.subject, link.object] = judged.decision
            if judged.status not in ("candidate", "refused"):
                continue
            waiting = Waiting(judged, kind_of(link.subject, base_iri), of(link.subject), of(link.object))
            if waiting.one != waiting.other:  # else they are one by way of others
                self.waiting.append(waiting)
        self.waiting.sort(key=lambda each: (each.judged.status != "refused", -each.link.confidence, each.pair))
        self._by_pair = {each.pair: each for each in self.waiting}

    def undecided(self, decisions: Mapping[Pair, Decision], topic: tuple[str, str] | None = None) -> list[Waiting]:
        """Those that nobody has decided by now."""
        return [
            each
            for each in self.waiting
            if ordered(each.pair) not in decisions and (topic is None or each.topic == topic)
        ]

    def find(self, one: str, other: str) -> Waiting | None:
        """By the ends, in any order."""
        return self._by_pair.get((one, other)) or self._by_pair.get((other, one))

    def topics(self, decisions: Mapping[Pair, Decision]) -> dict[tuple[str, str], int]:
        """How many are undecided by relation and kind of thing, most first."""
        counts: dict[tuple[str, str], int] = {}
        for each in self.undecided(decisions):
            counts[each.topic] = counts.get(each.topic, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def pending(self, decisions: Mapping[Pair, Decision]) -> tuple[list[Decision], list[Decision]]:
        """What was decided since these links were made, and what was taken back since."""
        in_force = {ordered(pair): made for pair, made in self.decided.items()}
        made = [each for pair, each in decisions.items() if in_force.get(pair) != each]
        return made, [each for pair, each in in_force.items() if pair not in decisions]


def ordered(pair: Pair) -> Pair:
    """As decisions have it, whatever a link says of its ends."""
    one, other = sorted(pair)
    return one, other
