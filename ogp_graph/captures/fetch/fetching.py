"""A run: what robots.txt allows, each page once, redirects within the site, everything into the archive."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from protego import Protego

from ogp_graph.captures.entry import printable, refusal, warning
from ogp_graph.captures.fetch.archive import Store
from ogp_graph.captures.fetch.discovery import discovered, same_site, unpacked
from ogp_graph.captures.fetch.web import AGENT, Refused, Unreachable, Web, addressed
from ogp_graph.captures.warc.look import look

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ogp_graph.captures.fetch.web import Response
    from ogp_graph.model import Finding
    from ogp_graph.settings import Settings

__all__ = ["Fetched", "Wishes", "fetch"]

_FOUND = 200
_HOPS = 5  # redirects in a row
_MOVED = frozenset({301, 302, 303, 307, 308})
_SLOWEST = 300.0  # seconds between two requests that robots.txt may ask for
_AGENT_NAME = AGENT.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person asks for: pages by address, sites to look through, ``listed`` addresses whose hosts have to be
    public, the ``delay`` between requests in seconds, and whether ``all`` pages of a site are wanted or reports."""

    urls: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    delay: float = 1.0
    all: bool = False


@dataclass(slots=True)
class Fetched:
    """What came of it: how many pages are new, changed, unchanged, and what was not to be had."""

    archive: Path
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)


def fetch(
    wishes: Wishes,
    folder: Path,
    settings: Settings,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    web: Web | None = None,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> Fetched:
    """Retrieves the pages that were asked for into an archive in ``folder``, which :func:`ogp_graph.captures.pages`
    reads. What an earlier run has is asked for only if it has changed; a run that was killed goes on.

    Raises:
        EnvironmentFailure: the disk says no.
    """
    named = frozenset(filter(None, map(_host, (*wishes.urls, *wishes.sites))))
    run = _Run(wishes, web or Web(named, wishes.delay, settings.max_page_bytes), Store(folder, now()), now)
    with closing(run.store):
        for count, url in enumerate(run.wanted(), 1):
            run.page(url)
            if progress:
                progress("pages", count, None)
        run.store.end()
    return run.fetched


@dataclass
class _Run:
    wishes: Wishes
    web: Web
    store: Store
    now: Callable[[], datetime]
    robots: dict[str, Protego | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.fetched = Fetched(self.store.path)

    def wanted(self) -> Iterator[str]:
        """The addresses, each once."""
        seen: set[str] = set()
        for url in (*self.wishes.urls, *self.wishes.listed, *self.found()):
            if (address := self.address(url)) and address not in seen:
                seen.add(address)
                yield address

    def found(self) -> Iterator[str]:
        """What the sites have."""
        for site in filter(None, map(self.address, self.wishes.sites)):
            rules = self.rules(site)
            told = list(rules.sitemaps) if rules else []
            some = False
            for address in discovered(site, told, self.quietly, self.is_wanted):
                some = True
                yield address
            if rules and not some:
                message = "neither its sitemaps nor the lists of WordPress name a page that may be a report"
                self.tell("no-pages", f"{site}: {message}. Give addresses, or --all for every page that they name")

    def is_wanted(self, address: str, title: bytes) -> bool:
        return self.wishes.all or look().address(address) or look().page(title)

    def quietly(self, url: str) -> Response | None:
        """The response to a request for a list, wherever the site has moved it to; None, and a finding, when there is
        none."""
        start = url
        try:
            for _ in range(_HOPS + 1):
                url = addressed(url)
                if not self.allowed(url):
                    return None
                response = self.web.get(url)
                if response.status not in _MOVED or not response.location:
                    return response
                url = addressed(response.location, url)
                if not same_site(url, start):
                    self.tell("redirect-off-site", f"{start} leads to another site, {url}, which was not asked")
                    return None
            self.tell("too-many-redirects", f"{start} leads on and on")
        except (Refused, Unreachable) as error:
            self.tell("fetch-failed", str(error))
        return None

    def rules(self, url: str) -> Protego | None:
        """What robots.txt of the site says (RFC 9309); None when it cannot be had, and then nothing is allowed."""
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self.robots:
            try:
                response = self.robots_txt(f"{site}/robots.txt")
                text = unpacked(response, 512_000).decode("utf-8-sig", "replace") if response.status == 200 else ""
                rules = Protego.parse(text)
                delay = float(rules.crawl_delay(_AGENT_NAME) or 0.0)
                self.robots[site] = rules if delay <= _SLOWEST else None
                if delay > _SLOWEST:
                    self.tell("robots-txt", f"{site} asks for {delay:g} seconds between requests: nothing is fetched")
                if delay and parts.hostname:
                    self.web.pace[parts.hostname] = delay
            except (Refused, Unreachable) as error:
                self.robots[site] = None
                self.tell("fetch-failed", f"{error}. Without its robots.txt nothing of {site} is fetched")
        return self.robots[site]

    def robots_txt(self, url: str) -> Response:
        """The response with robots.txt, wherever five redirects lead (RFC 9309, 2.3.1.2)."""
        response = self.web.get(url)
        for _ in range(_HOPS):
            if response.status not in _MOVED or not response.location:
                break
            url = addressed(response.location, url)
            response = self.web.get(url)
        return response

    def allowed(self, url: str) -> bool:
        rules = self.rules(url)
        return rules is not None and bool(rules.can_fetch(url, _AGENT_NAME))

    def page(self, url: str) -> None:
        """Retrieves one page, and where it has moved to."""
        start = url
        for _ in range(_HOPS + 1):
            before = self.store.seen.get(url)
            if url in self.store.done and before is not None:
                target = before.moved if before.status in _MOVED else ""
                self.fetched.counts["kept"] += not target
            else:
                response = self.retrieved(url)
                if response is None:
                    return
                target = self.kept(response)
            if not target:
                return
            try:
                url = addressed(target, url)
            except Refused as error:
                self.tell("fetch-failed", f"{start} leads to {error}")
                return
            if not same_site(url, start):
                self.tell("redirect-off-site", f"{start} leads to another site, {url}, which was not asked")
                return
        self.tell("too-many-redirects", f"{start} leads on and on")

    def retrieved(self, url: str) -> Response | None:
        if not self.allowed(url):
            if self.rules(url) is not None:
                self.tell("robots-txt", f"{url} is not to be fetched, says the site's robots.txt")
            return None
        before = self.store.seen.get(url)
        try:
            return self.web.get(url, before.conditions if before and before.status == 200 else {})
        except (Refused, Unreachable) as error:
            self.tell("fetch-failed", str(error))
            return None

    def kept(self, response: Response) -> str:
        """Archives the response; returns where it sends to."""
        became = self.store.keep(response, self.now())
        if response.status in _MOVED and response.location:
            return response.location
        if response.status == _FOUND or became == "unchanged":
            self.fetched.counts[became] += 1
        else:
            self.tell("not-there", f"{response.url}: status {response.status}")
        if response.cut:
            self.fetched.findings.append(
                warning(printable(response.url), "record-truncated", f"The page has more than {self.web.most} bytes.")
            )
        return ""

    def address(self, url: str) -> str:
        """The address as it is asked for; empty, with a finding, when it is none."""
        try:
            return addressed(url)
        except Refused as error:
            self.tell("fetch-failed", str(error))
            return ""

    def tell(self, code: str, message: str) -> None:
        self.fetched.counts["failed"] += 1
        self.fetched.findings.append(refusal("", code, printable(message)))


def _host(url: str) -> str:
    """The host of an address; empty when it is none."""
    try:
        return urlsplit(addressed(url)).hostname or ""
    except Refused:
        return ""
