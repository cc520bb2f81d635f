"""The Django app of the look-up's pages."""

from django.apps import AppConfig


class LookupPagesConfig(AppConfig):
    name = "keng.lookup_pages"
    label = "lookup_pages"

    def ready(self) -> None:
        from keng.delivery import inbound_handlers  # noqa: PLC0415 -- once the models are there
        from keng.intake.chat_handlers import TipHandler  # noqa: PLC0415
        from keng.lookup_pages.chat_handler import LookupHandler  # noqa: PLC0415

        inbound_handlers.register_handler(LookupHandler(TipHandler()))
