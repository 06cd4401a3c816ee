"""A report graph without a fault, and a way to break it in one place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ogp_graph.vocabulary import PREFIXES, term

if TYPE_CHECKING:
    from collections.abc import Iterable

KEY = "lindholm-norland-2022-2024-open-budget-0a1b2c3d"
BASE = "https://w3id.org/ogp-graph/"
OWN = {
    "member:": f"{BASE}id/member/",
    "plan:": f"{BASE}id/plan/",
    "it:": f"{BASE}id/report/{KEY}",
    "promise:": f"{BASE}id/commitment/{KEY}",
    "answer:": f"{BASE}id/report/{KEY}/answer/",
    "source:": f"{BASE}id/report/{KEY}/source/",
    "who:": f"{BASE}id/evaluator/{KEY}/",
    "capture:": f"{BASE}id/capture/",
    "completion:": f"{BASE}code/completion/",
    "planned:": f"{BASE}code/as-planned/",
    "result:": f"{BASE}code/result/",
    "degree:": f"{BASE}code/degree/",
    "dimension:": f"{BASE}code/dimension/",
    "status:": f"{BASE}code/status/",
    "question:": f"{BASE}code/question/eoc-",
    "level:": f"{BASE}code/level/",
}
HEADER = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items()) + "".join(
    f"@prefix {name} <{iri}> .\n" for name, iri in OWN.items()
)
DIGEST = "a" * 64

REPORT = f"""
member:lindholm-norland a ogpv:Member ; skos:prefLabel "Lindholm, Norland" ; skos:altLabel "Lindholm" ;
    ogpv:level level:municipality ; dcterms:spatial <http://www.wikidata.org/entity/Q1> .
plan:lindholm a ogpv:ActionPlan ; dcterms:title "Action plan – Lindholm, Norland, 2022 – 2024" ;
    ogpv:member member:lindholm-norland ; ogpv:startYear "2022"^^xsd:gYear ; ogpv:endYear "2024"^^xsd:gYear .
promise: a ogpv:Commitment ; dcterms:title "Open budget"@en ; ogpv:actionPlan plan:lindholm ;
    ogpv:action "Publish the budget every month."@en ; ogpv:actionStatus status:answered ;
    ogpv:problemStatus status:lost .
it: a ogpv:Report , ogpv:EndOfCommitmentReport ; dcterms:title "End of Commitment Report – Open budget"@en ;
    ogpv:commitment promise: ; prov:wasDerivedFrom capture:{DIGEST} ;
    ogpv:evaluator who:1 ; ogpv:evaluatorStatus status:answered ;
    ogpv:answer answer:1.1 , answer:1.2 , answer:1.3 , answer:2.1.1 , answer:2.1.2 , answer:2.1.3 ,
        answer:2.2 , answer:3 ;
    ogpv:completion completion:complete ; ogpv:problemAddressed result:no ;
    ogpv:lesson "Start with the people who keep the data."@en .
who:1 a ogpv:Evaluator , foaf:Person ; foaf:name "Ada Example" ; ogpv:affiliation "University of Lindholm" .
capture:{DIGEST} a ogpv:Capture ; ogpv:sha256 "{DIGEST}" ; dcat:mediaType "text/html" ; ogpv:layout "L3a cut" ;
    dcterms:identifier "p%C3%A1gina%201.html" ; dcterms:source <https://example.org/report> ;
    prov:generatedAtTime "2024-05-06T07:08:09Z"^^xsd:dateTime .
answer:1.1 a ogpv:Answer ; ogpv:question question:1.1 ; ogpv:status status:answered ;
    ogpv:value completion:complete ; ogpv:statedValue "Complete" ; ogpv:explanation "All was done."@en ;
    ogpv:evidence <{BASE}id/report/{KEY}/answer/1.1/evidence/0a> .
<{BASE}id/report/{KEY}/answer/1.1/evidence/0a> a ogpv:Evidence ; dcterms:title "Minutes of the forum"@en ;
    schema:url <https://example.org/@minutes> .
answer:1.2 a ogpv:Answer ; ogpv:question question:1.2 ; ogpv:status status:lost .
answer:1.3 a ogpv:Answer ; ogpv:question question:1.3 ; ogpv:status status:empty .
answer:2.1.1 a ogpv:Answer , ogpv:Result ; ogpv:question question:2.1.1 ; ogpv:status status:answered ;
    ogpv:value result:yes ; ogpv:statedValue "Yes" ; ogpv:dimension dimension:access-to-information ;
    ogpv:degree degree:major ; ogpv:degreeStatus status:answered ; ogpv:degreeStatedValue "Major" .
answer:2.1.2 a ogpv:Answer , ogpv:Result ; ogpv:question question:2.1.2 ; ogpv:status status:lost ;
    ogpv:dimension dimension:civic-participation ; ogpv:degreeStatus status:lost .
answer:2.1.3 a ogpv:Answer , ogpv:Result ; ogpv:question question:2.1.3 ; ogpv:status status:not-reached ;
    ogpv:dimension dimension:public-accountability .
answer:2.2 a ogpv:Answer ; ogpv:question question:2.2 ; ogpv:status status:answered ;
    ogpv:value result:no ; ogpv:statedValue "No" .
answer:3 a ogpv:Answer ; ogpv:question question:3 ; ogpv:status status:answered ;
    ogpv:explanation "Start with the people who keep the data."@en .
source:title a ogpv:Citation , oa:SpecificResource ; ogpv:supports it: ; ogpv:supportsProperty dcterms:title ;
    oa:hasSource capture:{DIGEST} ; oa:hasSelector <{BASE}id/report/{KEY}/source/title/selector> .
<{BASE}id/report/{KEY}/source/title/selector> a oa:TextPositionSelector , oa:TextQuoteSelector ;
    oa:start "0"^^xsd:nonNegativeInteger ; oa:end "38"^^xsd:nonNegativeInteger ;
    oa:exact "End of Commitment Report – Open budget" .
"""


def quads(turtle: str = REPORT) -> list[ox.Quad]:
    """The statements of ``turtle``, in which the prefixes of :data:`HEADER` are known."""
    return list(ox.parse(input=HEADER + turtle, format=ox.RdfFormat.TURTLE))


def iri(name: str) -> str:
    """The IRI of a prefixed name, of the report's own prefixes or of the vocabularies'."""
    prefix, _, local = name.partition(":")
    return OWN[prefix + ":"] + local if prefix + ":" in OWN else term(name)


def broken(without: Iterable[str] = (), plus: str = "") -> list[ox.Quad]:
    """The sound report without the statements that ``without`` names ("subject predicate"; "*" is any subject),
    and with those that ``plus`` adds."""
    kept = quads()
    for pattern in without:
        subject, predicate = pattern.split()
        known = len(kept)
        kept = [
            q
            for q in kept
            if not (q.predicate.value == iri(predicate) and (subject == "*" or q.subject.value == iri(subject)))
        ]
        assert len(kept) < known, f"the sound report has no {pattern}"
    return kept + quads(re.sub(r"\bsel:", f"<{BASE}id/report/{KEY}/source/title/selector>", plus))
