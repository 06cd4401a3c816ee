"""Linking many reports, against comparing all titles with all by rapidfuzz.

The corpus is seeded: local members of the register take turns, one spelling in ten is misspelt, titles are six to
fourteen of 3,000 words, and one commitment in fifty is that of another member of the country, text and all.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from ogp_graph.members import load_members
from ogp_graph.model import Mention
from ogp_graph.names import commitment_key, fold, plan_key
from ogp_graph.pipeline.links import LinkRun
from ogp_graph.settings import settings_from

__all__ = ["Linked", "mentions", "timed"]

_WORDS, _ROWS = 3_000, 200


@dataclass(frozen=True, slots=True)
class Linked:
    """CPU seconds of linking, and of comparing each pair of titles once (scaled up from some rows); what came out."""

    seconds: float
    all_pairs: float
    lines: int
    joint: int
    open: int


def mentions(size: int, seed: int = 1) -> list[Mention]:
    """What ``size`` reports say of what they share."""
    pick = random.Random(seed)
    words = ["".join(pick.choices("abcdefghijklmnoprstuvz", k=pick.randint(3, 11))) for _ in range(_WORDS)]
    weights = [1 / rank for rank in range(1, _WORDS + 1)]
    local = [one for one in load_members().entries.values() if one.level != "country"]
    found: list[Mention] = []
    last: dict[str, tuple[str, str, str]] = {}
    for number in range(size):
        member, year = local[number % len(local)], 2018 + pick.randrange(6)
        title = " ".join(pick.choices(words, weights, k=pick.randint(6, 14)))
        text = " ".join(pick.choices(words, weights, k=80))[:400]
        before, *copied = last.get(str(member.country), (member.key,))
        if before != member.key and pick.random() < 0.02:
            title, text = copied
        last[str(member.country)] = (member.key, title, text)
        name, key = member.label, member.key
        if pick.random() < 0.1:
            place = pick.randrange(1, len(name.partition(",")[0]))
            name = name[:place] + name[place + 1 :]
            key = f"{member.key}-{place}"
        plan = plan_key(key, year, year + 2)
        found.append(Mention(commitment_key(plan, title), key, name, plan, plan, year, year + 2, title, text))
    return found


def timed(size: int) -> Linked:
    """Links ``size`` reports."""
    told, run = mentions(size), LinkRun(settings_from({}))
    LinkRun(settings_from({})).take(told[:50])  # definitions are read once
    start = time.process_time()
    lines = run.take(told).lines()
    seconds = time.process_time() - start
    titles = [fold(one.commitment or "") for one in told]
    start = time.process_time()
    for title in titles[:_ROWS]:
        process.extract(title, titles, scorer=fuzz.token_sort_ratio, score_cutoff=80, limit=None)
    rows = time.process_time() - start
    found = run.decided
    pairs = rows / min(_ROWS, size) * size / 2
    opened = sum(len(one.candidates) for one in found.values())
    return Linked(seconds, pairs, len(lines), len(found["joint-commitments"].links), opened)
