"""What other pages of partners say of an inbox."""

from django import template

from keng.accounts.models import Partner
from keng.partner_inbox import queries

register = template.Library()
register.filter("may_have_inbox", queries.may_have_inbox)
register.filter("waiting_matters", queries.waiting_matters)


@register.filter
def has_open_inbox(partner: Partner) -> bool:
    """Whether anybody may write to the partner."""
    return queries.open_inbox_of(partner) is not None
