"""The Django app of delivery."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "keng.delivery"
    label = "delivery"

    def ready(self) -> None:
        from keng.accounts import closing, notices  # noqa: PLC0415 -- once the models are there
        from keng.delivery import handlers  # noqa: PLC0415
        from keng.delivery.actions import of_accounts  # noqa: PLC0415
        from keng.delivery.actions.inbound import Kept, ReceiptHandler  # noqa: PLC0415

        for handler in (ReceiptHandler(), Kept()):
            handlers.register(handler)
        notices.CALLS.append(of_accounts.call_about_account)
        closing.ALSO_ENDS.append(of_accounts.forget_pagers)
