"""Templates are indented for whoever reads them; a page is sent without that, a fifth lighter."""

import re

from django.template import Origin
from django.template.loaders import app_directories, filesystem

# Where white space is part of what a reader sees, or of the sentence that is translated.
_KEPT = re.compile(
    r"(<(?:pre|textarea)\b.*?</(?:pre|textarea)>"
    r"|\{% blocktranslate\b.*?\{% endblocktranslate %\})",
    re.DOTALL,
)
_INDENT = re.compile(r"(?<=\n)[ \t]+")


def without_indent(source: str) -> str:
    """A template whose lines begin at the edge, as many lines as before."""
    parts = _KEPT.split(source)
    # Every second part is one that is kept.
    return "".join(
        part if number % 2 else _INDENT.sub("", part) for number, part in enumerate(parts)
    )


class _WithoutIndent:
    """Over one of Django's loaders that read files."""

    def get_contents(self, origin: Origin) -> str:
        source: str = super().get_contents(origin)  # type: ignore[misc]
        return without_indent(source) if origin.name.endswith(".html") else source


class FilesystemLoader(_WithoutIndent, filesystem.Loader):
    """For the folders of DIRS."""


class AppDirectoriesLoader(_WithoutIndent, app_directories.Loader):
    """For the folder of each app."""
