"""What is done with periodic reports: who may, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import SETTING_TARGETS, SIGNING
from keng.acts.act import Act

SIGN_REPORT = Act(SIGNING, {"report.signed": _("Signed a periodic report")})
PUBLISH_REPORT = Act(SETTING_TARGETS, {"report.published": _("Made a periodic report public")})
WRITE_PAPER = Act(SIGNING, {"report.paper_written": _("Filled in the paper of a report")})
