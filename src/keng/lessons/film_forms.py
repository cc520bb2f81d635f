"""The form in which a film is uploaded, with its captions and its words to read."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.kit.forms import Form
from keng.kit.uploads import DamagedUpload, SealedUpload
from keng.lessons.films.captions import NoCaptions, as_webvtt
from keng.lessons.films.probe import demuxer_of
from keng.lessons.forms import LONGEST_TITLE

_EMPTY = {"required": gettext_lazy("Write this part")}
_MOST_CAPTION_BYTES = 100_000
_AREA = {"rows": 4}


class FilmForm(Form):
    """A film needs captions and a text: many watch without sound, some do not watch at all."""

    title = forms.CharField(
        label=gettext_lazy("Title, for this desk"), max_length=LONGEST_TITLE, error_messages=_EMPTY
    )
    file = forms.FileField(
        label=gettext_lazy("The film"),
        help_text=gettext_lazy("MP4, MOV or WebM, at most 100 MB and three minutes."),
        error_messages={
            "required": gettext_lazy("Choose a file"),
            "empty": gettext_lazy("The file is empty"),
        },
    )
    captions_file = forms.FileField(
        label=gettext_lazy("Captions as a file, .vtt or .srt"),
        required=False,
        error_messages={"empty": gettext_lazy("The file is empty")},
    )
    vi_captions = forms.CharField(
        label=gettext_lazy("Or write the captions here"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs=_AREA),
        help_text=gettext_lazy("One line for each moment, such as: 0:07 Hang up."),
    )
    vi_words = forms.CharField(
        label=gettext_lazy("What is heard and seen, to be read instead"),
        max_length=5000,
        widget=forms.Textarea(attrs=_AREA),
        error_messages=_EMPTY,
    )
    en_captions = forms.CharField(
        label=gettext_lazy("Captions in English"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs=_AREA),
    )
    en_words = forms.CharField(
        label=gettext_lazy("The text in English"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs=_AREA),
    )

    def clean_file(self) -> SealedUpload:
        """Small enough, and begun as a film begins; the worker looks closer."""
        file: SealedUpload = self.cleaned_data["file"]
        if file.is_too_large:
            raise forms.ValidationError(_("The film is larger than 100 MB. Cut it shorter."))
        if not demuxer_of(next(iter(file.chunks()), b"")[:16]):
            raise forms.ValidationError(_("This is no film: use MP4, MOV or WebM."))
        return file

    def clean_vi_captions(self) -> str:
        """What was written, as WebVTT."""
        return _webvtt(self.cleaned_data["vi_captions"])

    def clean_en_captions(self) -> str:
        """The same in English."""
        return _webvtt(self.cleaned_data["en_captions"])

    def clean_captions_file(self) -> str:
        """What was uploaded, as WebVTT."""
        file = self.cleaned_data["captions_file"]
        if not file:
            return ""
        try:
            if file.size > _MOST_CAPTION_BYTES:
                raise forms.ValidationError(_not_captions())
            return _webvtt(file.read().decode("utf-8"))
        except (UnicodeDecodeError, DamagedUpload):
            raise forms.ValidationError(_not_captions()) from None

    def clean(self) -> dict[str, Any]:
        """Captions in one way or the other."""
        given: dict[str, Any] = super().clean() or {}
        tried = {"captions_file", "vi_captions"} & set(self.errors)
        if not tried and not (given.get("captions_file") or given.get("vi_captions")):
            self.add_error("vi_captions", _("Write the captions, or upload them"))
        return given

    def captions(self) -> dict[str, str]:
        """By language."""
        given = self.cleaned_data
        found = {"vi": given["captions_file"] or given["vi_captions"], "en": given["en_captions"]}
        return {code: text for code, text in found.items() if text}

    def words(self) -> dict[str, str]:
        """By language."""
        found = {code: self.cleaned_data[f"{code}_words"] for code in ("vi", "en")}
        return {code: text for code, text in found.items() if text}


def _webvtt(text: str) -> str:
    if not text.strip():
        return ""
    if "\x00" in text:
        raise forms.ValidationError(_not_captions())
    try:
        return as_webvtt(text)
    except NoCaptions:
        raise forms.ValidationError(_not_captions()) from None


def _not_captions() -> str:
    return _("No line of it begins with a time, such as 0:07")
