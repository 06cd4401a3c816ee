"""Every error that the package raises on purpose.

::

    OgpGraphError
    ├── UsageError             the caller asked for something that does not exist      exit 2
    ├── DefinitionError        a file under ontology/, shapes/ or queries/ is wrong     exit 2
    └── EnvironmentFailure     disk, permission, lock: nothing that the data did        exit 3
        ├── WorkspaceLocked    another build is running in this workspace
        └── ReleaseDamaged     a published release no longer matches its checksums

Bad *data* is never an error: it is a :class:`ogp_graph.model.Finding`.
"""

__all__ = ["DefinitionError", "EnvironmentFailure", "OgpGraphError", "ReleaseDamaged", "UsageError", "WorkspaceLocked"]


class OgpGraphError(Exception):
    """Root of the tree; ``exit_code`` is what the command line returns for it."""

    exit_code = 2


class UsageError(OgpGraphError):
    """The caller asked for something that does not exist or cannot be combined."""


class DefinitionError(OgpGraphError):
    """A definition file is missing, does not parse or contradicts another one; ``path`` names it."""

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path


class EnvironmentFailure(OgpGraphError):
    """The machine said no: disk full, no permission, a broken lock."""

    exit_code = 3


class WorkspaceLocked(EnvironmentFailure):
    """Another process is building in this workspace; ``path`` names the lock file."""

    def __init__(self, path: str) -> None:
        super().__init__(f"another build holds {path}; wait for it or end it")
        self.path = path


class ReleaseDamaged(EnvironmentFailure):
    """A release does not match what was published; ``problems`` lists each difference."""

    def __init__(self, release: str, problems: tuple[str, ...]) -> None:
        super().__init__(f"release {release}: " + "; ".join(problems))
        self.release = release
        self.problems = problems
