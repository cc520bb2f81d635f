"""The form for the authority as files: a document to edit, and a PDF."""

import io

from django.utils.translation import get_language

from keng.breaches.authority_form import AuthorityForm, FormSection
from keng.breaches.models import Breach
from keng.files.typeset import typeset
from keng.kit import times


def write_form_pdf(form: AuthorityForm) -> bytes:
    """Tagged, with every letter inside the file. Raises typeset.CannotPrint."""
    content = form.as_json() | {"language": get_language() or "vi"}
    return typeset("breach", content, at=times.now())


def write_form_docx(form: AuthorityForm) -> bytes:
    """On the sheet of administrative documents, to be copied onto the form in force."""
    # The library is large: a desk where nobody downloads never loads it.
    from docx import Document  # noqa: PLC0415

    from keng.reports.periodic.files.docx import number_pages, set_office_styles  # noqa: PLC0415

    document = Document()
    set_office_styles(document)
    document.core_properties.title = form.title
    document.core_properties.author = form.issuer
    number_pages(document, form.title)
    document.add_heading(form.title, level=1)
    document.add_paragraph(f"{form.issuer} · {form.made_at}")
    document.add_paragraph(form.basis)
    for section in form.sections:
        document.add_heading(section.heading, level=2)
        table = document.add_table(rows=0, cols=len(section.heads))
        table.style = "Table Grid"
        for row in [section.heads, *section.rows]:
            cells = table.add_row().cells
            for cell, text in zip(cells, row, strict=True):
                cell.text = text
    document.add_paragraph(form.note)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def form_that_went(breach: Breach, number: int) -> AuthorityForm | None:
    """What the form content when it went; None where there is no such filing."""
    filing = breach.filings.filter(number=number).first()
    if filing is None:
        return None
    kept = dict(filing.form)
    sections = [FormSection(**each) for each in kept.pop("sections")]
    return AuthorityForm(sections=sections, **kept)
