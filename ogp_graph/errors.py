"""Every error that the package raises on purpose.

::

    OgpGraphError
    ├── UsageError             the caller asked for something that does not exist      exit 2
    ├── DefinitionError        a file under ontology/, shapes/ or queries/ is wrong     exit 2
    ├── QueryError             a query got no answer                                    exit 2
    │   ├── QueryRefused       its text is not one query that may run here
    │   │   └── NotInFormat    its result cannot be written in the format
    │   ├── QueryTimeout       it was stopped at the deadline
    │   ├── QueryExhausted     its process ended under it: memory or stack
    │   ├── ResultTooLarge     its result passed the limit
    │   └── EngineBusy         too many others are waiting
    ├── EnginesDisagree        the quick validator passed what pySHACL does not        exit 3
    └── EnvironmentFailure     disk, permission, lock: nothing that the data did        exit 3
        ├── WorkspaceLocked    another build is running in this workspace
        └── ReleaseDamaged     a published release no longer matches its checksums

Bad *data* is never an error: it is a :class:`ogp_graph.model.Finding`.
"""

__all__ = [
    "DefinitionError", "EngineBusy", "EnginesDisagree", "EnvironmentFailure", "NotInFormat", "OgpGraphError",
    "QueryError", "QueryExhausted", "QueryRefused", "QueryTimeout", "ReleaseDamaged", "ResultTooLarge", "UsageError",
    "WorkspaceLocked",
]  # fmt: skip


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


class QueryError(OgpGraphError):
    """A query got no answer; the message says which limit or rule it met and what would work instead."""


class QueryRefused(QueryError):
    """The text is not one query that may run here; ``position`` is the line and column, from 1, where known."""

    def __init__(self, message: str, position: tuple[int, int] | None = None) -> None:
        super().__init__(message)
        self.position = position


class NotInFormat(QueryRefused):
    """The result cannot be written in the format ``media_type``, for ``reason``."""

    def __init__(self, media_type: str, reason: str) -> None:
        super().__init__(f"the result cannot be written as {media_type}: {reason}; ask for another format")
        self.media_type, self.reason = media_type, reason


class QueryTimeout(QueryError):
    """The query was stopped after ``seconds``."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the query was stopped after {seconds:g} seconds; add LIMIT, or take a dump")
        self.seconds = seconds


class QueryExhausted(QueryError):
    """The process that ran the query ended under it: it asked for more memory or stack than ``memory`` bytes allow."""

    def __init__(self, memory: int) -> None:
        super().__init__(
            f"the query needs more than the {memory:,} bytes of memory that one query may use, or is too deep; "
            "make it smaller, or take a dump"
        )
        self.memory = memory


class ResultTooLarge(QueryError):
    """The result is larger than ``limit`` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the result is larger than {limit:,} bytes; add LIMIT, or take a dump")
        self.limit = limit


class EngineBusy(QueryError):
    """Every process is at work and the queue is full, or the like; come back after ``retry_after`` seconds."""

    def __init__(self, retry_after: int, reason: str = "too many queries are waiting") -> None:
        super().__init__(f"{reason}; try again in {retry_after} second{'s' * (retry_after != 1)}")
        self.retry_after = retry_after


class EnginesDisagree(OgpGraphError):
    """pySHACL finds in ``report`` what the quick validator passed, by these ``shapes``: no result can be trusted."""

    exit_code = 3

    def __init__(self, report: str, shapes: tuple[str, ...]) -> None:
        super().__init__(report, shapes)
        self.report = report
        self.shapes = shapes

    def __str__(self) -> str:
        return (
            f"the quick validator passes report {self.report}, and pySHACL does not, by {', '.join(self.shapes)}. "
            "Nothing is released. Set OGP_GRAPH_VALIDATION_SHARE=1, so that pySHACL alone validates, and report this."
        )


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
