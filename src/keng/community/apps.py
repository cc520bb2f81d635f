"""The Django app of community."""

from django.apps import AppConfig


class CommunityConfig(AppConfig):
    name = "keng.community"
    label = "community"

    def ready(self) -> None:
        """Warnings are compared with official channels; the one box opens codes of questions."""
        # Once the models are there.
        from keng.community.official_numbers import official_channels_of  # noqa: PLC0415
        from keng.community.queries import has_question  # noqa: PLC0415
        from keng.dialogue.public.code_doors import CodeDoor, register_code_door  # noqa: PLC0415
        from keng.warnings.known_numbers import register_official_numbers  # noqa: PLC0415

        register_official_numbers(official_channels_of)
        register_code_door(CodeDoor(has_question, "question-answer"))
