"""The Django app of delivery."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "keng.delivery"
    label = "delivery"

    def ready(self) -> None:
        from keng.delivery import inbound_handlers  # noqa: PLC0415 -- once the models are there
        from keng.delivery.actions.inbound import KeptHandler, ReceiptHandler  # noqa: PLC0415

        for handler in (ReceiptHandler(), KeptHandler()):
            inbound_handlers.register_handler(handler)
