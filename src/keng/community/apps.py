"""The Django app of community."""

from django.apps import AppConfig


class CommunityConfig(AppConfig):
    name = "keng.community"
    label = "community"

    def ready(self) -> None:
        """Warnings are compared with the official channels, too."""
        # Once the models are there.
        from keng.community.official_numbers import official_channels_of  # noqa: PLC0415
        from keng.warnings.known_numbers import register_official_numbers  # noqa: PLC0415

        register_official_numbers(official_channels_of)
