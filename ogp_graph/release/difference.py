"""What differs between two releases, statement by statement: for an RDF patch, and for the store."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ogp_graph.release.dumps import merged, text_lines
from ogp_graph.release.packing import packed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["Difference", "compared", "write_patch"]

_KINDS = ("gone", "come", "gone-merged", "come-merged", "again", "again-merged")


class Difference:
    """Lines that went and that came, in the order in which they are noted; kept in files of the folder ``temporary``.

    ``merged`` says whether these statements are in the default graph too."""

    def __init__(self, temporary: Path, name: str, *, merged: bool) -> None:
        self._paths = {kind: temporary / f"difference-{name}-{kind}" for kind in _KINDS}
        self._merged = merged
        with ExitStack() as stack:
            self._files = {
                kind: stack.enter_context(path.open("w", encoding="utf-8", newline="\n"))
                for kind, path in self._paths.items()
            }
            self._open = stack.pop_all()

    def __enter__(self) -> Difference:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
        for path in self._paths.values():
            path.unlink(missing_ok=True)

    def note(self, old: list[str], new: list[str]) -> None:
        """What some subjects' lines (N-Quads) were and are."""
        self._note("", old, new)
        if self._merged:
            self._note("-merged", list(merged(old)), list(merged(new)))

    def _note(self, which: str, old: list[str], new: list[str]) -> None:
        before, after = set(old), set(new)
        gone = [line for line in old if line not in after]
        self._write(f"gone{which}", gone)
        self._write(f"come{which}", (line for line in new if line not in before))
        # "1.50" and "1.5" are one number in a store: what stays is said again when the other goes.
        places = {_place(line) for line in gone if _is_changed_by_a_store(line)}
        if places:
            self._write(f"again{which}", (line for line in new if line in before and _place(line) in places))

    def _write(self, kind: str, lines: Iterable[str]) -> None:
        self._files[kind].writelines(f"{line}\n" for line in lines)

    def lines(self, kind: str) -> Iterator[str]:
        """The lines of one kind, as N-Quads or (``-merged``) N-Triples."""
        self._files[kind].flush()
        with self._paths[kind].open(encoding="utf-8", newline="\n") as file:
            yield from (line.rstrip("\n") for line in file)

    def apply(self, store: ox.Store) -> None:
        """Makes of a store of what was one of what is."""
        for kind, form in (("gone", ox.RdfFormat.N_QUADS), ("gone-merged", ox.RdfFormat.N_TRIPLES)):
            for batch in _batches(self.lines(kind)):
                for quad in ox.parse(batch, form):
                    store.remove(quad)
        for kind, form in (
            ("again", ox.RdfFormat.N_QUADS), ("come", ox.RdfFormat.N_QUADS),
            ("again-merged", ox.RdfFormat.N_TRIPLES), ("come-merged", ox.RdfFormat.N_TRIPLES),
        ):  # fmt: skip
            for batch in _batches(self.lines(kind)):
                store.bulk_load(batch, form)


def compared(old: Path, new: Path, difference: Difference) -> None:
    """Notes what differs between two dumps of sorted N-Quads lines."""
    left, right = text_lines(old), text_lines(new)
    one, other = next(left, None), next(right, None)
    while one is not None or other is not None:
        if one == other:
            one, other = next(left, None), next(right, None)
        elif other is None or (one is not None and one < other):
            difference.note([one or ""], [])
            one = next(left, None)
        else:
            difference.note([], [other])
            other = next(right, None)


def write_patch(differences: Iterable[Difference], path: Path, *, previous: str, this: str) -> None:
    """Writes an RDF patch (https://afs.github.io/rdf-delta/rdf-patch.html) that makes the N-Quads of release ``this``
    (IRI) of those of ``previous``, citations included: all that goes, then all that comes."""
    differences = list(differences)
    with packed(path) as out:
        out.write(f"H id <{this}> .\nH prev <{previous}> .\nTX .\n".encode())
        for letter, kind in (("D", "gone"), ("A", "come")):
            for difference in differences:
                for line in difference.lines(kind):
                    out.write(f"{letter} {line}\n".encode())
        out.write(b"TC .\n")


def _place(line: str) -> tuple[str, str]:
    """Subject and property of a line."""
    subject, predicate, _ = line.split(" ", 2)
    return subject, predicate


def _is_changed_by_a_store(line: str) -> bool:
    _, _, kind = line.rpartition('"^^<')
    return bool(kind) and kind != line and not kind.split(">")[0].endswith(("#string", "#anyURI"))


def _batches(lines: Iterable[str], size: int = 100_000) -> Iterator[bytes]:
    batch: list[str] = []
    for line in lines:
        batch.append(line)
        if len(batch) == size:
            yield "\n".join(batch).encode() + b"\n"
            batch = []
    if batch:
        yield "\n".join(batch).encode() + b"\n"
