"""Has the package hold what browsers load (scripts/web-assets) when it is built; a checkout is left to ``make run``."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

__all__ = ["AssetsHook"]


class AssetsHook(BuildHookInterface[BuilderConfig]):
    """Runs the script; without Node the package is built without the editor, and says so."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before the files of a wheel are collected."""
        if version != "editable":
            subprocess.run([Path(self.root) / "scripts" / "web-assets"], check=True)
            build_data["artifacts"].append("/ogp_graph/web/static/vendor/*")
