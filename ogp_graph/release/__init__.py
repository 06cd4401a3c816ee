"""The workspace, and what is published from it: dumps, tables, catalogue, store, changes, checksums.

This stage keeps the workspace's files; it opens no socket and reads no clock. A :class:`Workspace` holds captures,
what was read in them and one :class:`ReportResult` a report; :func:`publish` makes an immutable release of the
results; :func:`verify` says whether a release still is what was published.
"""

from ogp_graph.release.changes import read_reports
from ogp_graph.release.products import Before, Product, Said
from ogp_graph.release.publish import publish
from ogp_graph.release.releases import Release, current_release, releases
from ogp_graph.release.results import ReportResult
from ogp_graph.release.rows import rows
from ogp_graph.release.tables import TABLES
from ogp_graph.release.takedown import Takedown, apply, apply_to_findings, public_key, read_takedown, removed_positions
from ogp_graph.release.verify import verify
from ogp_graph.release.workspace import Workspace

__all__ = [
    "TABLES", "Before", "Product", "Release", "ReportResult", "Said", "Takedown", "Workspace", "apply",
    "apply_to_findings", "current_release", "public_key", "publish", "read_reports", "read_takedown", "releases",
    "removed_positions", "rows", "verify",
]  # fmt: skip
