"""Django's entry for this area."""

from django.apps import AppConfig


class SurveysConfig(AppConfig):
    """The area of surveys."""

    name = "keng.surveys"

    def ready(self) -> None:
        """Surveys can be answered in a chat."""
        from keng.delivery import inbound_handlers  # noqa: PLC0415 -- once the models are there
        from keng.surveys.chat.handler import SurveyHandler  # noqa: PLC0415

        inbound_handlers.register_handler(SurveyHandler())
