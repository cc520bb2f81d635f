"""The clients of both sites, as the tests beside the code have them."""

from keng.conftest import desk_client, public_client

__all__ = ["desk_client", "public_client"]
