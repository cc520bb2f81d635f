"""The Django app of tips."""

from django.apps import AppConfig


class TipsConfig(AppConfig):
    name = "keng.tips"
    label = "tips"

    def ready(self) -> None:
        from keng.delivery import handlers  # noqa: PLC0415 -- once the models are there
        from keng.tips.reception import hearing, looking_up  # noqa: PLC0415

        tips = hearing.TipHandler()
        asked = looking_up.LookUpHandler(tips)
        for handler in (hearing.StopHandler(tips), asked, hearing.NewTipHandler(), tips):
            handlers.register(handler)
