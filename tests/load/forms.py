"""A browser without a screen: opens pages, fills their forms in as they stand and sends them."""

import http.cookiejar
import urllib.parse
import urllib.request
from collections.abc import Iterable

from lxml import html

# What stands in a field of a form: one value, or all that are ticked.
FieldValue = str | Iterable[str]


class FormBrowser:
    """One person with cookies of their own."""

    def __init__(self, site: str) -> None:
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar)
        self.address = site
        self.page = html.fromstring("<html/>")

    def open(self, address: str) -> "FormBrowser":
        """The page at an address, or below the site of the present one."""
        return self._ask(urllib.parse.urljoin(self.address, address))

    def send(self, field_or_address: str, /, **fields: FieldValue) -> "FormBrowser":
        """The first form with a field of this name, or whose address ends so, as it stands.

        `fields` are filled in instead, a button's name and value among them.
        """
        forms = (one for one in self.page.forms if self._is_meant(one, field_or_address))
        form = next(forms, None)
        assert form is not None, (
            f"no form with {field_or_address!r} at {self.address}: {self.words[:400]}"
        )
        pairs = [(name, value) for name, value in form.form_values() if name not in fields]
        for name, value in fields.items():
            values = [value] if isinstance(value, str) else value
            pairs += [(name, one) for one in values]
        body = urllib.parse.urlencode(pairs).encode()
        return self._ask(urllib.parse.urljoin(self.address, form.get("action") or ""), body)

    @property
    def words(self) -> str:
        """What stands in the page, its spaces made one."""
        (main, *_rest) = self.page.xpath("//main") or [self.page]
        return " ".join(main.text_content().split())

    def links(self, part: str) -> list[str]:
        """The addresses of links that hold this."""
        return [str(found) for found in self.page.xpath("//a/@href") if part in found]

    @staticmethod
    def _is_meant(form: html.FormElement, field_or_address: str) -> bool:
        is_its_address = (form.get("action") or "").endswith(field_or_address)
        return is_its_address or field_or_address in form.fields

    def _ask(self, address: str, body: bytes | None = None) -> "FormBrowser":
        with self._opener.open(address, body, timeout=60) as answer:
            self.address = answer.geturl()
            self.page = html.fromstring(answer.read())
        return self


def signed_in_officer(stack, name: str) -> FormBrowser:
    """An officer at the desk: both factors."""
    browser = FormBrowser(stack.desk).open("/")
    browser.send("username", username=name, password=stack.officers[name].password)
    return browser.send("code", code=stack.code(name))
