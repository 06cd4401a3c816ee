"""What the service says of itself (API 0.2, 3)."""

from __future__ import annotations

from typing import Any

from ogp_graph.reconcile.question import BATCH
from ogp_graph.reconcile.schema import TYPES
from ogp_graph.vocabulary import OGPV

__all__ = ["manifest"]


def manifest(base: str, url: str, version: str) -> dict[str, Any]:
    """The manifest of the service at ``url`` (no slash at the end); ``base`` is the prefix of the IRIs."""
    suggest = {
        kind: {
            "service_url": url,
            "service_path": f"/suggest/{kind}",
            "flyout_service_url": url,
            "flyout_service_path": f"/flyout/{kind}?id=${{id}}",
        }
        for kind in ("entity", "type", "property")
    }
    return {
        "versions": ["0.2"],
        "name": "OGP members, action plans, commitments and codes",
        "identifierSpace": base,
        "schemaSpace": OGPV,
        "serviceVersion": version,
        "defaultTypes": [{"id": one.id, "name": one.name} for one in TYPES],
        "view": {"url": f"{url}/view?id={{{{id}}}}"},
        "preview": {"url": f"{url}/preview?id={{{{id}}}}", "width": 430, "height": 300},
        "suggest": suggest,
        "extend": {
            "propose_properties": {"service_url": url, "service_path": "/properties"},
            "property_settings": [
                {
                    "name": "limit",
                    "label": "Limit",
                    "type": "number",
                    "default": 0,
                    "help_text": "How many values a cell may have at most; 0 means all.",
                }
            ],
        },
        "batchSize": BATCH,
    }
