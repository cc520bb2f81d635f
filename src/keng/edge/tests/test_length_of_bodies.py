"""A body that says it is too long is not read, whatever number stands there."""

import asyncio

import pytest

from keng.edge import http


@pytest.mark.parametrize("length", [str(http.MAX_WEBHOOK_BODY + 1), "1" + "0" * 12, "9" * 5000])
def test_a_body_that_says_it_is_too_long_is_not_read(length):
    async def receive():
        raise AssertionError("it was read")

    scope = {"headers": [(b"content-length", length.encode())]}
    with pytest.raises(http.TooLarge):
        asyncio.run(http._body_of(scope, receive))
