"""A file on its way from one page to the next: from what it would do, to the press that does it."""

import base64
import binascii
import zlib
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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


class UploadForm(forms.Form):
    """A file chosen now, or the one that was checked on the page before; `upload` of what is cleaned."""

    about_the_file: Any = ""
    must_fit_a_page = False

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
    packed = forms.CharField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["file"].help_text = self.about_the_file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "file" not in self.errors:
            cleaned["upload"] = self._chosen(cleaned["file"]) if cleaned["file"] else self._checked(cleaned)
        return cleaned

    def _chosen(self, file: UploadedFile) -> Upload | None:
        if (file.size or 0) <= MOST_BYTES:
            upload = Upload(text=file.read(), name=str(file.name)[:100])
            if upload.fits_a_page or not self.must_fit_a_page:
                return upload
        self.add_error("file", _("That file is too large; split it."))
        return None

    def _checked(self, cleaned: dict[str, Any]) -> Upload | None:
        packed = cleaned.get("packed")
        upload = Upload.unpack(packed, cleaned.get("name", "")) if packed else None
        if upload is None:
            told = _("The file did not come through. Choose it again.") if packed else _("Choose a file.")
            self.add_error("file", told)
        return upload
