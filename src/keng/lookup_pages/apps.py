"""The Django app of the look-up's pages."""

from django.apps import AppConfig


class LookupPagesConfig(AppConfig):
    name = "keng.lookup_pages"
    label = "lookup_pages"

    def ready(self) -> None:
        """The one box for codes opens those of objections, too."""
        # Once the models are there.
        from keng.dialogue.public.code_doors import CodeDoor, register_code_door  # noqa: PLC0415
        from keng.lookup.queries import has_dispute  # noqa: PLC0415

        register_code_door(CodeDoor(has_dispute, "lookup-answer"))
