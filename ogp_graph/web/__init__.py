"""The web face: a release, or any RDF file, as a site with a SPARQL endpoint."""

from ogp_graph.web.app import create_app
from ogp_graph.web.server import serve
from ogp_graph.web.target import Target, data_target, release_target

__all__ = ["Target", "create_app", "data_target", "release_target", "serve"]
