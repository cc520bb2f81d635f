"""The Django app of intake."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "keng.intake"
    label = "intake"

    def ready(self) -> None:
        from keng.delivery import inbound_handlers  # noqa: PLC0415 -- once the models are there
        from keng.intake import chat_handlers  # noqa: PLC0415

        tips = chat_handlers.TipHandler()
        for handler in (chat_handlers.StopHandler(tips), chat_handlers.BeginAnewHandler(), tips):
            inbound_handlers.register_handler(handler)
