"""Digest authentication (RFC 7616), which some services ask for where they may be written to."""

from __future__ import annotations

import hashlib
import os
import re

__all__ = ["digest_answer"]

_PART = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))')
_HASHES = {"MD5": "md5", "SHA-256": "sha256"}


def digest_answer(challenge: str, secret: str, method: str, path: str, *, count: int = 1) -> str | None:
    """The Authorization field that answers a Digest ``challenge`` for the ``count``-th time; None for a challenge of
    another kind."""
    scheme, _, rest = challenge.partition(" ")
    said = {name.lower(): quoted or bare for name, quoted, bare in _PART.findall(rest)}
    name = _HASHES.get(said.get("algorithm", "MD5").upper())
    if scheme.lower() != "digest" or name is None or "nonce" not in said:
        return None
    user, _, password = secret.partition(":")

    def h(text: str) -> str:
        return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()

    realm, nonce, client = said.get("realm", ""), said["nonce"], os.urandom(8).hex()
    one, two = h(f"{user}:{realm}:{password}"), h(f"{method}:{path}")
    parts = [f'username="{user}"', f'realm="{realm}"', f'nonce="{nonce}"', f'uri="{path}"']
    if "auth" in [one.strip() for one in said.get("qop", "").split(",")]:
        parts += ["qop=auth", f"nc={count:08x}", f'cnonce="{client}"']
        parts.append(f'response="{h(f"{one}:{nonce}:{count:08x}:{client}:auth:{two}")}"')
    else:
        parts.append(f'response="{h(f"{one}:{nonce}:{two}")}"')
    parts += [f'opaque="{said["opaque"]}"'] if "opaque" in said else []
    parts += [f"algorithm={said['algorithm']}"] if "algorithm" in said else []
    return "Digest " + ", ".join(parts)
