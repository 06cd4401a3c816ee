"""Engines: what answers a SPARQL query over a release, behind one small interface."""

from ogp_graph.engine.checks import run_checks
from ogp_graph.engine.direct import Direct
from ogp_graph.engine.embedded import Embedded, embedded
from ogp_graph.engine.interface import Answer, Engine, bindings
from ogp_graph.engine.scan import Scanned, scan

__all__ = ["Answer", "Direct", "Embedded", "Engine", "Scanned", "bindings", "embedded", "run_checks", "scan"]
