"""The Django app of community."""

from django.apps import AppConfig


class CommunityConfig(AppConfig):
    name = "keng.community"
    label = "community"

    def ready(self) -> None:
        """Warnings meet official channels, the code box questions, the desk published answers."""
        # Once the models are there.
        from keng.community.official_numbers import official_channels_of  # noqa: PLC0415
        from keng.community.published_answers import answers_of_place_pages  # noqa: PLC0415
        from keng.community.queries import has_question, question_became_report  # noqa: PLC0415
        from keng.dialogue.public.code_doors import CodeDoor, register_code_door  # noqa: PLC0415
        from keng.dialogue.published_answers import register_answer_source  # noqa: PLC0415
        from keng.warnings.known_numbers import register_official_numbers  # noqa: PLC0415

        register_official_numbers(official_channels_of)
        register_code_door(CodeDoor(has_question, "question-answer", question_became_report))
        register_answer_source(answers_of_place_pages)
