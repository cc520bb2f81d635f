"""Django's entry for this area."""

from django.apps import AppConfig


class PartnerInboxConfig(AppConfig):
    """The inboxes of partners."""

    name = "keng.partner_inbox"

    def ready(self) -> None:
        """The box for codes knows those of matters, too."""
        # Once the models are there.
        from keng.dialogue.public.code_doors import CodeDoor, register_code_door  # noqa: PLC0415
        from keng.partner_inbox.queries import has_matter  # noqa: PLC0415

        register_code_door(CodeDoor(has_matter, "partner-answer"))
