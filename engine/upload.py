"""A file on its way from one page to the next: from what it would do, to the press that does it."""

import base64
import binascii
import zlib
from dataclasses import dataclass

MOST_BYTES = 5_000_000  # of a file
MOST_PACKED = 2_000_000  # characters that the form carries to the next page


@dataclass(frozen=True, kw_only=True)
class Upload:
    """The form carries it, so that nothing kept here goes stale."""

    text: bytes
    name: str

    @property
    def packed(self) -> str:
        return base64.b64encode(zlib.compress(self.text)).decode()

    @property
    def fits_a_page(self) -> bool:
        return len(self.packed) <= MOST_PACKED

    @classmethod
    def unpack(cls, packed: str, name: str) -> "Upload | None":
        """Return what `packed` was made of; None for anything else, or too much."""
        reader = zlib.decompressobj()
        try:
            text = reader.decompress(base64.b64decode(packed, validate=True), MOST_BYTES + 1)
        except (binascii.Error, zlib.error, ValueError):
            return None
        return cls(text=text, name=name[:100]) if text and len(text) <= MOST_BYTES else None
