"""What is served: one release, or one RDF file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ogp_graph.engine.source import file_format
from ogp_graph.errors import ReleaseDamaged, UsageError
from ogp_graph.release import Workspace, current_release
from ogp_graph.release.checksums import read_sums

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ogp_graph.settings import Settings

__all__ = ["Site", "Target", "data_target", "release_target", "site_url", "target_of"]


@dataclass(frozen=True, slots=True)
class Target:
    """``id`` is what every response names; ``source`` what the engine opens; ``folder`` the release's, None for a
    file. ``told`` is what the release says of itself, ``sums`` the SHA-256 of its files by path."""

    id: str
    source: Path
    folder: Path | None = None
    told: Mapping[str, object] = field(default_factory=dict)
    sums: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Site:
    """A target under an address: all that a page has to know. ``url`` ends in a slash. ``dated`` says that the address
    is that of one release, below the one of the site, so that what it says stays as it is."""

    target: Target
    url: str
    settings: Settings
    dated: bool = False

    @property
    def base(self) -> str:
        """The prefix of the IRIs in the data."""
        return str(self.target.told.get("base", self.settings.base))

    @property
    def now(self) -> str:
        """The address of the release that is served now."""
        return self.url.removesuffix(f"release/{self.target.id}/") if self.dated else self.url

    @property
    def endpoint(self) -> str:
        """The address that queries are sent to."""
        return self.now + "sparql"


def release_target(workspace: Path) -> Target:
    """The current release of a workspace, by its own folder: a newer one does not change what is served.

    Raises:
        UsageError: no workspace there, or no release in it.
        ReleaseDamaged: its description or its checksums cannot be read.
    """
    release = current_release(Workspace(workspace, create=False))
    if release is None:
        raise UsageError(f"{workspace} has no release; ogp-graph build makes one")
    return target_of(release.path.resolve())


def target_of(folder: Path) -> Target:
    """The release in ``folder``.

    Raises:
        ReleaseDamaged: its description or its checksums cannot be read.
    """
    try:
        told = json.loads((folder / "release.json").read_bytes())
        sums = read_sums(folder)
    except (OSError, ValueError) as error:
        raise ReleaseDamaged(folder.name, (str(error),)) from error
    return Target(folder.name, folder / "store", folder, told, {str(path): sha for path, sha in sums.items()})


def data_target(file: Path) -> Target:
    """An RDF file, named by its content.

    Raises:
        UsageError: no such file, or no RDF format has its extension.
    """
    file_format(file)
    try:
        with file.open("rb") as data:
            digest = hashlib.file_digest(data, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from error
    return Target(f"data-{digest[:12]}", file.resolve())


def site_url(settings: Settings, port: int) -> str:
    """The address under which documents are published, with a slash at the end; never from a request."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return (settings.public_url or f"http://{host}:{port}").rstrip("/") + "/"
