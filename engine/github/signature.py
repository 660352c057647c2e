"""Whether GitHub sent these bytes."""

import hashlib
import hmac

PREFIX = "sha256="


def is_genuine(body: bytes, signature: str, *, secret: str) -> bool:
    """Compare X-Hub-Signature-256 with the raw bytes; in constant time, and never with an empty secret."""
    expected = PREFIX + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    is_same = hmac.compare_digest(expected.encode(), signature.encode(errors="replace"))
    return is_same and bool(secret)
