"""The fixtures that the tests beside the product's code have, as far as the tools use them."""

from keng.conftest import (
    cards_are_not_drawn,
    desk_client,
    draw_a_card,
    leaves_the_environment_as_it_was,
    no_time_passes_at_signing_in,
    nobody_has_asked,
    open_folder,
    public_client,
    starts_in_vietnamese,
    static_files_are_listed_once,
)

__all__ = [
    "cards_are_not_drawn",
    "desk_client",
    "draw_a_card",
    "leaves_the_environment_as_it_was",
    "no_time_passes_at_signing_in",
    "nobody_has_asked",
    "open_folder",
    "public_client",
    "starts_in_vietnamese",
    "static_files_are_listed_once",
]
