"""What the server counts, in the text format of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/)."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from itertools import accumulate
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prometheus_client.metrics_core import Metric

    from ogp_graph.web.serving import Serving

__all__ = ["CONTENT_TYPE", "OUTCOMES", "Metrics"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

OUTCOMES = ("answered", "cached", "refused", "timeout", "exhausted", "too-large", "busy", "limited", "left", "failed")
"""What a query comes to. ``limited`` is a client that has had its share, ``left`` one that did not wait."""

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The counts of one server process; ``serving`` gives what is served now. Used on one event loop, which counts in
    plain numbers: the library's own counters, made for threads, take a tenth of the time of an answer."""

    def __init__(self, serving: Callable[[], Serving | None]) -> None:
        self._registry = CollectorRegistry()
        self._queries = dict.fromkeys(OUTCOMES, 0)
        self._requests: defaultdict[int, int] = defaultdict(int)
        self._seconds, self._within = 0.0, [0] * (len(_BUCKETS) + 1)  # all of them, and how many by bucket
        self._registry.register(_Counted(self._counts))
        self._registry.register(_Serving(serving))

    def query(self, outcome: str, seconds: float) -> None:
        """A query has come to ``outcome``, one of :data:`OUTCOMES`."""
        self._queries[outcome] += 1
        self._seconds += seconds
        self._within[bisect_left(_BUCKETS, seconds)] += 1

    def request(self, status: int) -> None:
        """A response is ready."""
        self._requests[status] += 1

    def _counts(self) -> Iterator[Metric]:
        queries = CounterMetricFamily("ogp_graph_queries", "Queries by outcome.", labels=["outcome"])
        for outcome, count in self._queries.items():
            queries.add_metric([outcome], count)
        yield queries
        requests = CounterMetricFamily("ogp_graph_requests", "Requests by status of the response.", labels=["status"])
        for status, count in self._requests.items():
            requests.add_metric([str(status)], count)
        yield requests
        edges = [*map(floatToGoString, _BUCKETS), "+Inf"]
        yield HistogramMetricFamily(
            "ogp_graph_query_seconds", "Seconds until the response to a query was ready.",
            buckets=list(zip(edges, accumulate(self._within), strict=True)), sum_value=self._seconds,
        )  # fmt: skip

    def text(self) -> bytes:
        """All of them."""
        return generate_latest(self._registry)


class _Counted(Collector):
    """What was counted on the event loop."""

    def __init__(self, counts: Callable[[], Iterator[Metric]]) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        return self._counts()


class _Serving(Collector):
    """What the engine and the shelf count themselves, read when somebody asks."""

    def __init__(self, serving: Callable[[], Serving | None]) -> None:
        self._serving = serving

    def collect(self) -> Iterator[Metric]:
        serving = self._serving()
        if serving is None:
            return
        pool, shelf = serving.pool, serving.shelf
        quick, long = pool.running
        running = GaugeMetricFamily("ogp_graph_running", "Queries at work, by lane.", labels=["lane"])
        running.add_metric(["quick"], quick)
        running.add_metric(["long"], long)
        yield running
        yield GaugeMetricFamily("ogp_graph_waiting", "Queries that wait for a process.", pool.waiting)
        yield GaugeMetricFamily("ogp_graph_ready", "Whether queries are answered.", int(pool.ready))
        yield CounterMetricFamily("ogp_graph_worker_deaths", "Processes that ended under a query.", pool.deaths)
        yield CounterMetricFamily("ogp_graph_worker_starts", "Processes that were started.", pool.started)
        yield CounterMetricFamily("ogp_graph_cache_hits", "Answers found in the cache.", shelf.hits)
        yield CounterMetricFamily("ogp_graph_cache_misses", "Answers not found in the cache.", shelf.misses)
        size = GaugeMetricFamily("ogp_graph_cache_bytes", "Bytes of answers that are kept.", labels=["place"])
        size.add_metric(["memory"], shelf.memory)
        size.add_metric(["disk"], shelf.disk)
        yield size
