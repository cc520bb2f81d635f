"""What a machine covers in a question before an officer reads over it for publication."""

from keng.language import reporters_own
from keng.language.indicators import extract
from keng.language.masking import CoveredPiece, MaskedText

# On a public page no number stands, not even one that was used in an offence: the look-up is for
# those, and lists none that nobody confirmed.
_PLACEHOLDERS = {"phone": "[số máy]", "bank_account": "[số tài khoản]", "plate": "[biển số]"}


def redact_question(text: str) -> MaskedText:
    """Names, numbers and plates covered; the links stay, the page shows none that can be tapped."""
    masked = reporters_own.mask_everybody(text)
    shown, covered, at = [], list(masked.covered), 0
    for found in extract(masked.text):
        instead = _PLACEHOLDERS.get(found.type)
        if instead and found.start >= at:
            written = masked.text[found.start : found.end]
            shown += [masked.text[at : found.start], instead]
            covered.append(CoveredPiece("phone", written, instead))
            at = found.end
    return MaskedText("".join([*shown, masked.text[at:]]), tuple(dict.fromkeys(covered)))
