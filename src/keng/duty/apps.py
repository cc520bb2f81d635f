"""The Django app of duty."""

from django.apps import AppConfig


class DutyConfig(AppConfig):
    name = "keng.duty"
    label = "duty"

    def ready(self) -> None:
        from keng.accounts import closing, notices  # noqa: PLC0415 -- once the models are there
        from keng.duty import of_accounts  # noqa: PLC0415

        notices.CALLS.append(of_accounts.call_about_account)
        closing.ALSO_ENDS.append(of_accounts.forget_pagers)
