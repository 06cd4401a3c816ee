"""What one client may have of a server that all share: queries at once, queries a minute, seconds of long queries."""

from __future__ import annotations

import ipaddress
from collections import Counter
from functools import lru_cache
from math import ceil
from time import time
from typing import TYPE_CHECKING

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogp_graph.settings import Settings

__all__ = ["Fairness", "Refused", "client_of"]

_KNOWN = 10_000  # clients that are told apart by their address alone
_CROWD = {4: 16, 6: 32}  # bits of an address that tell clients apart beyond that, by version
_HOME = 64  # bits of an IPv6 address that tell homes apart (RFC 6177)


class Refused(Exception):
    """A client has had its share; ``retry_after`` seconds from now it may come back."""

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


def client_of(peer: str, forwarded: Sequence[str], proxies: int) -> str:
    """The client's address: that of the peer, or what the outermost of ``proxies`` trusted proxies has seen.

    Each proxy adds to X-Forwarded-For the address that it was asked from; what stands before that, anyone may have
    written.

    >>> client_of("10.0.0.1:4711", ["6.6.6.6, 192.0.2.7", "10.0.0.2"], 2), client_of("[2001:db8::1]:80", [], 0)
    ('192.0.2.7', '2001:db8::')
    """
    address = peer.rpartition(":")[0].strip("[]")
    if proxies:
        hops = [hop.strip() for value in forwarded for hop in value.split(",")]
        if len(hops) >= proxies:
            address = hops[-proxies]
    try:
        return _home(address)
    except ValueError:
        return "unknown"


@lru_cache(maxsize=4096)
def _home(address: str) -> str:
    """The address, or the network of a home."""
    found = ipaddress.ip_address(address.strip("[]").partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, _HOME), strict=False).network_address)
    return str(found)


class Fairness:
    """Counts for each client; used on one event loop. A setting that is 0 is no limit."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._running: Counter[str] = Counter()
        self._long: set[str] = set()  # those whose queries have been long, lately
        self._ahead: Counter[str] = Counter()  # what is paid of the rate and not used
        self._portion = max(1, settings.client_rate // 1000)
        self._storage = MemoryStorage()
        self._limiter = SlidingWindowCounterRateLimiter(self._storage)
        self._rate = RateLimitItemPerMinute(max(1, settings.client_rate), namespace="queries")
        self._work = RateLimitItemPerMinute(max(1, int(settings.client_seconds * 1000)), namespace="milliseconds")

    def enter(self, client: str) -> None:
        """One more query of ``client``; :meth:`leave` follows.

        Raises:
            Refused: it may not have one more now.
        """
        most = self._settings.client_queries
        if most and self._running[client] >= most:
            raise Refused(f"{most} queries of your address are at work already", 1)
        name = self._name(client)
        if name in self._long and not self._limiter.test(self._work, name):
            detail = f"the long queries of your address have had {self._settings.client_seconds:g} seconds in a minute"
            raise Refused(detail, self._wait(self._work, name))
        if self._settings.client_rate and not self._paid(name):
            raise Refused(
                f"there is room for {self._settings.client_rate:,} queries a minute", self._wait(self._rate, name)
            )
        self._running[client] += 1

    def leave(self, client: str, seconds: float) -> None:
        """The query has ended and took ``seconds`` as a long one."""
        self._running[client] -= 1
        if self._running[client] <= 0:
            del self._running[client]
        if seconds and self._settings.client_seconds:
            self._charge(self._name(client), min(ceil(seconds * 1000), self._work.amount))

    def _paid(self, name: str) -> bool:
        """Whether one more request is within the rate. They are paid in portions, since each payment has its price."""
        if not self._ahead[name]:
            if len(self._ahead) > _KNOWN:
                self._ahead.clear()
            if not self._limiter.hit(self._rate, name, cost=self._portion):
                return False
            self._ahead[name] = self._portion
        self._ahead[name] -= 1
        return True

    def _charge(self, name: str, cost: int) -> None:
        """Counts work, or all that is left when it was more than that."""
        if len(self._long) > _KNOWN:
            self._long = {known for known in self._long if not self._limiter.test(self._work, known)}
        self._long.add(name)
        if not self._limiter.hit(self._work, name, cost=cost):
            left = int(self._limiter.get_window_stats(self._work, name).remaining)
            self._limiter.hit(self._work, name, cost=max(1, min(cost, left)))

    def _wait(self, item: RateLimitItem, name: str) -> int:
        """Seconds until there is room again."""
        return max(1, ceil(self._limiter.get_window_stats(item, name).reset_time - time()))

    def _name(self, client: str) -> str:
        """Under what ``client`` is counted: its network, when there are so many that counting them were an attack."""
        if len(self._storage.expirations) < _KNOWN or client == "unknown":
            return client
        address = ipaddress.ip_address(client)
        return str(ipaddress.ip_network((address, _CROWD[address.version]), strict=False))
