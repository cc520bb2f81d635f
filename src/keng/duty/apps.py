"""The Django app of duty."""

from django.apps import AppConfig


class DutyConfig(AppConfig):
    name = "keng.duty"
    label = "duty"

    def ready(self) -> None:
        from keng.accounts import closing, notices  # noqa: PLC0415 -- once the models are there
        from keng.duty import account_calls  # noqa: PLC0415

        notices.NOTICE_CALLS.append(account_calls.call_about_account)
        closing.ENDS_WITH_ACCOUNT.append(account_calls.forget_pagers)
