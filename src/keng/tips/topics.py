"""The eight tiles a resident chooses from (the column `topic` of keng.language.taxonomy)."""

from django.utils.translation import gettext_lazy as _

from keng.kit.languages import FULL_LANGUAGES

# Code of the topic (also the name of its drawing), what the tile says, and what belongs to it.
TOPICS = (
    ("scam", _("Scam"), _("Calls, messages, money transfers")),
    ("theft", _("Theft, robbery"), _("Stolen vehicle, break-in, snatching")),
    ("violence", _("Violence, threats"), _("Fights, disorder, violence at home")),
    ("child", _("Children, missing people"), _("Abuse, luring, somebody lost")),
    ("drugs", _("Drugs, gambling"), _("Drug dealing, drug parties, gambling, prostitution")),
    ("loan", _("Loan sharks"), _("Extreme interest, threats over debts")),
    ("fire", _("Fire, weapons, traffic"), _("Fireworks, blades, racing, accidents")),
    ("other", _("Something else"), _("Rented rooms, fake goods, dumped chemicals")),
)
TOPIC_NAMES = {code: name for code, name, _hint in TOPICS}
# Where the question about money makes sense.
MONEY_TOPICS = ("scam", "loan")


def may_have_lost_money(topic: str, language: str) -> bool:
    """Whether the bank comes first whatever the words say: few of this language are read here."""
    return topic in MONEY_TOPICS and language not in FULL_LANGUAGES
