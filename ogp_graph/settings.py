"""Every setting: one table that feeds the flags, the environment, the README and the tests."""

from __future__ import annotations

from dataclasses import dataclass, fields, make_dataclass
from typing import TYPE_CHECKING, Any

from ogp_graph.names import DEFAULT_BASE

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SETTINGS", "Setting", "Settings", "settings_from"]


@dataclass(frozen=True, slots=True)
class Setting:
    """A name, its default and one line of help. The environment variable is ``OGP_GRAPH_`` + NAME."""

    name: str
    default: str | int | float
    help: str

    @property
    def variable(self) -> str:
        return "OGP_GRAPH_" + self.name.upper()


SETTINGS: tuple[Setting, ...] = (
    Setting("base", DEFAULT_BASE, "Prefix of every IRI that names a thing."),
    Setting("public_url", "", "Address under which documents are published; empty means http://HOST:PORT/."),
    Setting("host", "127.0.0.1", "Address that the server listens on."),
    Setting("port", 8008, "Port that the server listens on; 0 picks a free one."),
    Setting("processes", 0, "Worker processes for reading, validating and verifying; 0 means one for each core."),
    Setting("max_page_bytes", 16_000_000, "A larger page becomes the finding page-too-large."),
    Setting("max_page_lines", 200_000, "A page with more lines becomes the finding too-many-lines."),
    Setting("max_page_elements", 200_000, "A web page with more tags becomes the finding too-many-elements."),
    Setting("max_value_length", 1_000_000, "A page with a longer answer becomes the finding value-too-long."),
    Setting("max_archive_bytes", 2_000_000_000, "Bytes that one archive may unpack to."),
    Setting("max_archive_members", 200_000, "Members that one archive may have."),
    Setting("max_archive_ratio", 200, "Unpacked bytes for each packed byte, beyond the first megabyte."),
    Setting("page_seconds", 30.0, "Seconds that reading one page may take before it becomes a finding."),
    Setting(
        "validation_share",
        50,
        "1 of so many reports is validated by pySHACL alone, to check the quick validator; 1 means all.",
    ),
    Setting("cluster_part", 64_000_000, "Bytes of a web archive that one machine of a cluster reads at once."),
    Setting("engine_url", "", "Address of a SPARQL service that answers the queries; empty: our own engine."),
    Setting("engine_auth", "", "USER:PASSWORD or 'Bearer TOKEN' for that service; not a flag, so that nobody sees it."),
    Setting("engine_default_graph", "", "Graph of that service that is its default graph; empty: the service's own."),
    Setting("query_seconds", 30.0, "Seconds that one query may take."),
    Setting("query_workers", 2, "Processes for quick queries, each of which has a tenth of a second."),
    Setting("query_long", 2, "Processes for queries that take longer."),
    Setting("query_queue", 512, "Queries that may wait for a free process; more are told to come back."),
    Setting("memory", 4_000_000_000, "Bytes of memory that all processes of the server may use together."),
    Setting("query_memory", 2_000_000_000, "Bytes that one query may use at most, where its share of memory is more."),
    Setting("result_bytes", 256_000_000, "Bytes that one query result may have."),
    Setting("query_bytes", 1_000_000, "Bytes that one query text may have."),
    Setting("query_nesting", 100, "Brackets that may be open at once in a query."),
    Setting("query_list", 100_000, "Words and signs that a query may have side by side, in one pair of brackets."),
    Setting("cache_memory", 64_000_000, "Bytes of small answers that are kept in memory to be given again."),
    Setting(
        "cache_disk",
        2_000_000_000,
        "Bytes of temporary files for larger answers, kept or on their way to readers who are slow.",
    ),
    Setting("release_seconds", 2.0, "Seconds between two looks for a new release to serve."),
    Setting("proxies", 0, "Proxies in front that add to X-Forwarded-For; without any, that header is not read."),
    Setting("client_queries", 256, "Requests of one address that may be under way at once; 0 is no limit."),
    Setting("client_rate", 600_000, "Requests that one address may make in a minute, repeated answers not counted."),
    Setting("client_seconds", 60.0, "Seconds that the long queries of one address may take in a minute."),
    Setting("log_requests", 1, "1 writes a line of JSON for each request to standard error, 0 none."),
    Setting(
        "memory_store", 256_000_000, "Bytes of a store that is still held in memory, where it is four times faster."
    ),
)

if TYPE_CHECKING:

    @dataclass(frozen=True)
    class Settings:
        base: str = DEFAULT_BASE
        public_url: str = ""
        host: str = "127.0.0.1"
        port: int = 8008
        processes: int = 0
        max_page_bytes: int = 0
        max_page_lines: int = 0
        max_page_elements: int = 0
        max_value_length: int = 0
        max_archive_bytes: int = 0
        max_archive_members: int = 0
        max_archive_ratio: int = 0
        page_seconds: float = 0
        validation_share: int = 0
        cluster_part: int = 0
        engine_url: str = ""
        engine_auth: str = ""
        engine_default_graph: str = ""
        query_seconds: float = 0
        query_workers: int = 0
        query_long: int = 0
        memory: int = 0
        query_queue: int = 0
        query_memory: int = 0
        result_bytes: int = 0
        query_bytes: int = 0
        query_nesting: int = 0
        query_list: int = 0
        cache_memory: int = 0
        cache_disk: int = 0
        release_seconds: float = 0
        proxies: int = 0
        client_queries: int = 0
        client_rate: int = 0
        client_seconds: float = 0
        log_requests: int = 0
        memory_store: int = 0

else:
    Settings = make_dataclass(
        "Settings",
        [(s.name, type(s.default), s.default) for s in SETTINGS],
        frozen=True,
        namespace={"__module__": __name__},
    )
    Settings.__doc__ = "The values in force; made by :func:`settings_from`."


def settings_from(environment: Mapping[str, str], **given: object) -> Settings:
    """Settings from flags (``given``; None means not given), then the environment, then the defaults.

    Raises:
        UsageError: a value is not of the setting's type.
    """
    from ogp_graph.errors import UsageError

    values: dict[str, Any] = {}
    for setting in SETTINGS:
        raw: Any = given.get(setting.name)
        if raw is None:
            raw = environment.get(setting.variable, setting.default)
        try:
            values[setting.name] = type(setting.default)(raw)
        except ValueError:
            raise UsageError(f"{setting.name} must be {type(setting.default).__name__}, not {raw!r}") from None
    unknown = set(given) - {f.name for f in fields(Settings)}
    if unknown:
        raise UsageError(f"no such setting: {', '.join(sorted(unknown))}")
    return Settings(**values)
