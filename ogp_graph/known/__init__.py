"""What a release knows of one thing, as values for pages and as documents of data.

::

    graph      point look-ups in the release's store, or in a file through the engine
    words      texts with their language; labels by one fallback order
    citing     citations of a report's values
    linked     links to other data sets, with method and confidence
    reports    a report as its page shows it
    passages   the text of a capture as it was read, with a place in it
    prepared   documents that were made when a release was published, and how they are kept
    inputs     on what a document depends, as a digest
    documents  the statements that the data of a thing hold
    tables     rows of the release's tables: which reports and answers refer to a thing
    overview   what the overview pages count, prepared when a release is published
    assessment what is known of the quality, prepared when a release is published
    gone       things that an earlier release had, and where

Nothing here asks an open question: each look-up starts from a thing or a table, whose size bounds it.
"""

from ogp_graph.known.assessment import ASSESSMENT, assessment, findings_of, write_assessment
from ogp_graph.known.citing import Source
from ogp_graph.known.documents import Document, document
from ogp_graph.known.gone import Gone, gone, withdrawn
from ogp_graph.known.graph import Asked, Graph, Stored
from ogp_graph.known.inputs import Inputs
from ogp_graph.known.linked import Link, links
from ogp_graph.known.overview import FOLDER as OVERVIEW
from ogp_graph.known.overview import overview, write_overview
from ogp_graph.known.passages import CaptureText, Passage, capture_text
from ogp_graph.known.prepared import PREPARED, Packed, Prepared, pack, write_prepared
from ogp_graph.known.reports import ReportView, report_view
from ogp_graph.known.tables import Tables
from ogp_graph.known.words import LANGUAGES, Coded, Text, Words

__all__ = [
    "ASSESSMENT", "LANGUAGES", "OVERVIEW", "PREPARED", "Asked", "CaptureText", "Coded", "Document", "Gone", "Graph",
    "Inputs", "Link", "Packed", "Passage", "Prepared", "ReportView", "Source", "Stored", "Tables", "Text", "Words",
    "assessment", "capture_text", "document", "findings_of", "gone", "links", "overview", "pack", "report_view",
    "withdrawn", "write_assessment", "write_overview", "write_prepared",
]  # fmt: skip
