"""The Django app of tips."""

from django.apps import AppConfig


class TipsConfig(AppConfig):
    name = "keng.tips"
    label = "tips"

    def ready(self) -> None:
        from keng.delivery import handlers  # noqa: PLC0415 -- once the models are there
        from keng.tips.reception import hearing  # noqa: PLC0415

        for handler in (hearing.StopHandler(), hearing.NewTipHandler(), hearing.TipHandler()):
            handlers.register(handler)
