"""The program on one screen.

::

    page ──read──▶ document ──extract──▶ report ──describe──▶ graph ──validate──▶ checked graph ──release──▶ release
         read_page: one capture alone             report_result: all captures of one report       build: all reports

``convert`` stops at the graph; ``build`` goes through a workspace, on all cores, and does only what has changed.
"""

from ogp_graph.pipeline.build import Built, build
from ogp_graph.pipeline.convert import convert
from ogp_graph.pipeline.products import PRODUCTS
from ogp_graph.pipeline.stages import definitions, read_page, report_result, shared_lines

__all__ = ["PRODUCTS", "Built", "build", "convert", "definitions", "read_page", "report_result", "shared_lines"]
