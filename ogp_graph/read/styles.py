"""Which elements the style sheets inside a page hide. No style sheet outside the page is ever fetched."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = ["Hiding", "element_tokens", "hides"]

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_BRACE = re.compile(r"[{}]")
_DISPLAY = re.compile(r"(?<![\w-])(display|visibility|opacity)\s*:\s*([\w.-]+)", re.IGNORECASE)
_COMPOUND = re.compile(r"(?:\*|[\w-]+)?(?:[.#][\w-]+)*")
_TOKEN = re.compile(r"[.#]?[\w-]+")
_HIDDEN = {"display": {"none"}, "visibility": {"hidden", "collapse"}, "opacity": {"0", "0.0"}}
_NEAREST = 100
"""Elements around one that are looked at when a rule asks for them."""


def hides(declarations: str) -> bool:
    """Whether CSS declarations hide an element; of two for one property the later counts.

    >>> hides("display: block; display:none"), hides("visibility: visible")
    (True, False)
    """
    last = {name.lower(): value.lower() for name, value in _DISPLAY.findall(declarations)}
    return any(value in _HIDDEN[name] for name, value in last.items())


@dataclass(slots=True)
class Hiding:
    """The hiding rules met so far. A rule is a selector of tags, classes, ids and the elements around them; rules for
    a state (``:hover``), for print or for a size of screen say nothing of what a page shows."""

    rules: dict[tuple[frozenset[str], ...], bool] = field(default_factory=dict)
    by_token: dict[str, list[tuple[frozenset[str], ...]]] = field(default_factory=lambda: defaultdict(list))

    def read(self, css: str) -> None:
        """Takes over the rules of one style sheet."""
        css = _COMMENT.sub(" ", css)
        position, applies = 0, [True]
        for brace in _BRACE.finditer(css):
            text, position = css[position : brace.start()].strip(), brace.end()
            if brace.group() == "{":
                applies.append(applies[-1] and _applies(text))
                selectors = text
            elif len(applies) > 1:
                if applies.pop() and not selectors.startswith("@") and _DISPLAY.search(text):
                    self._rule(selectors, hidden=hides(text))
                selectors = "@"

    def _rule(self, selectors: str, *, hidden: bool) -> None:
        for selector in selectors.split(","):
            compounds = [part for part in re.split(r"[\s>]+", selector.strip()) if part]
            if not compounds or not all(_COMPOUND.fullmatch(part) and part != "*" for part in compounds):
                continue
            rule = tuple(frozenset(_TOKEN.findall(part)) for part in reversed(compounds))
            if rule not in self.rules and hidden:
                self.by_token[min(rule[0])].append(rule)
            if rule in self.rules or hidden:
                self.rules[rule] = hidden

    def matches(self, tokens: Collection[str], around: Sequence[tuple[str, str]]) -> bool:
        """Whether a rule hides an element with these ``tokens`` (``div``, ``.class``, ``#id``); ``around`` are the open
        elements, outermost first, as (name, attributes)."""
        for token in tokens:
            for rule in self.by_token.get(token, ()):
                if self.rules[rule] and rule[0].issubset(tokens) and _stands_in(rule[1:], around):
                    return True
        return False


def _applies(prelude: str) -> bool:
    """Whether the rules within hold for a page on a screen."""
    if not prelude.startswith("@"):
        return True
    words = prelude.lower().split()
    return words[0] in ("@layer", "@supports") or (words[0] == "@media" and words[1:] in (["screen"], ["all"]))


def _stands_in(outer: Sequence[frozenset[str]], around: Sequence[tuple[str, str]]) -> bool:
    wanted = list(outer)
    for name, attributes in reversed(around[-_NEAREST:]):
        if not wanted:
            return True
        if wanted[0].issubset(element_tokens(name, attributes)):
            wanted.pop(0)
    return not wanted


_NAMES = re.compile(r"""(?<![\w-])(class|id)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""", re.IGNORECASE)


def element_tokens(name: str, raw: str) -> set[str]:
    """The tag, classes and id of an element as selectors write them."""
    found = {name}
    for kind, double, single, bare in _NAMES.findall(raw):
        sign = "#" if kind.lower() == "id" else "."
        found.update(sign + word for word in (double or single or bare).split())
    return found
