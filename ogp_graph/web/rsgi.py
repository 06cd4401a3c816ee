"""The part of granian's asynchronous interface (RSGI 1.5) that is used here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable

__all__ = ["Below", "HTTPProtocol", "Headers", "Scope"]

Pairs = list[tuple[str, str]]


class Headers(Protocol):
    """Names are in lower case; one that came several times is several times in ``items`` and ``get_all``."""

    def __contains__(self, name: str) -> bool: ...

    def keys(self) -> list[str]: ...

    def values(self) -> list[str]: ...

    def items(self) -> Pairs: ...

    def get_all(self, name: str) -> list[str]: ...


class Scope(Protocol):
    """A request without its body. ``client`` and ``server`` are addresses with ports, ``path`` is decoded."""

    @property
    def http_version(self) -> str: ...
    @property
    def server(self) -> str: ...
    @property
    def client(self) -> str: ...
    @property
    def scheme(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def query_string(self) -> str: ...
    @property
    def authority(self) -> str | None: ...
    @property
    def headers(self) -> Headers: ...


class Below:
    """The request ``scope`` with its path taken from below ``prefix``, which begins and ends in a slash."""

    def __init__(self, scope: Scope, prefix: str) -> None:
        self._scope, self.path = scope, scope.path[len(prefix) - 1 :]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._scope, name)


class HTTPProtocol(Protocol):
    """Its body, the end of its connection, and its response, of which one is given."""

    def __call__(self) -> Awaitable[bytes]: ...

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def client_disconnect(self) -> Awaitable[None]: ...

    def response_empty(self, status: int, headers: Pairs) -> None: ...

    def response_bytes(self, status: int, headers: Pairs, body: bytes) -> None: ...

    def response_file(self, status: int, headers: Pairs, file: str) -> None: ...
