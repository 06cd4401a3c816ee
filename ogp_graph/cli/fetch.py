"""``ogp-graph fetch``: pages from a live site into a web archive."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from ogp_graph.cli.options import progress_bars, setting_options, settings_of, show
from ogp_graph.errors import UsageError

__all__ = ["fetch"]


@click.command()
@click.argument("urls", nargs=-1, metavar="[URL]...")
@click.option("--site", "sites", multiple=True, metavar="URL", help="Look through this site for reports.")
@click.option("--list", "lists", multiple=True, metavar="FILE", help="Also the addresses in this file; - is stdin.")
@click.option("--into", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder of the archives.")
@click.option("--delay", type=click.FloatRange(0), default=1.0, show_default=True, help="Seconds between two requests.")
@click.option("--all", "everything", is_flag=True, help="Every page of the site, not only what may be a report.")
@setting_options("max_page_bytes")
def fetch(
    urls: tuple[str, ...],
    sites: tuple[str, ...],
    lists: tuple[str, ...],
    into: Path,
    delay: float,
    everything: bool,
    **given: Any,
) -> None:
    """Retrieve pages politely and write them to a web archive (WARC), which build and convert read.

    robots.txt is obeyed, and its Crawl-delay. A second run asks only for what has changed; a run that was killed goes
    on where it was. A site's pages are found by its sitemaps and by WordPress's list of its contents. Redirects are
    followed within the site. Machines that are not public are asked only if you name them here yourself.

    \b
    Examples
      ogp-graph fetch --site https://www.example.org/ --into crawl
      ogp-graph fetch https://www.example.org/documents/a-report/ --into crawl
      ogp-graph fetch --list addresses.txt --into crawl --delay 5
      ogp-graph build --workspace ws crawl
    """
    from ogp_graph.captures.fetch import Wishes
    from ogp_graph.captures.fetch import fetch as run

    wishes = Wishes(urls, sites, _listed(lists), delay, everything)
    if not (wishes.urls or wishes.sites or wishes.listed):
        raise click.UsageError("give a URL, a --site or a --list")
    with progress_bars() as tell:
        fetched = run(wishes, into, settings_of(given), progress=tell)
    show(fetched.findings)
    counts = ", ".join(f"{fetched.counts[name]} {name}" for name in ("new", "changed", "unchanged", "kept", "failed"))
    click.echo(f"{fetched.archive}: {counts}")
    if fetched.counts["failed"]:
        raise click.exceptions.Exit(1)


def _listed(lists: tuple[str, ...]) -> tuple[str, ...]:
    found: list[str] = []
    for name in lists:
        try:
            text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"the list {name} cannot be read: {error}") from error
        found += [line.strip() for line in text.splitlines() if line.strip()]
    return tuple(found)
