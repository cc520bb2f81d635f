"""What stands before every call of the interface: the token's header, its age, the rate."""

import hashlib
import hmac

from keng.channels.zalo_oa.fake.state import ACCESS_SECONDS, ApiCall, FakeState, ZaloError

PHONE_PATH = "/message/template"


class Gate:
    """Counts the calls of each minute of the fake's clock."""

    def __init__(self, state: FakeState) -> None:
        self._state = state
        self._minute = -1
        self._used = 0

    def check(self, call: ApiCall) -> None:
        """Raises the provider's error for a call that may not come in."""
        self._count()
        state = self._state
        # The interface for telephone numbers has codes of its own.
        dead_token = -124 if call.path == PHONE_PATH else -216
        token = call.headers.get("access_token", "")
        if not hmac.compare_digest(token.encode(), state.access_token.encode()):
            raise ZaloError(dead_token, "Access token is invalid")
        if state.clock.now() - state.token_issued_at > ACCESS_SECONDS:
            raise ZaloError(dead_token, "Access token has expired")
        proof = call.headers.get("appsecret_proof")
        if proof is not None and proof != self._proof(token):
            raise ZaloError(-242, "appsecret_proof is invalid")

    def headers(self) -> dict[str, str]:
        limit = self._state.settings.rate_limit
        if not limit:
            return {}
        left = str(max(limit - self._used, 0))
        return {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remain": left}

    def _count(self) -> None:
        limit = self._state.settings.rate_limit
        if not limit:
            return
        minute = int(self._state.clock.now() // 60)
        if minute != self._minute:
            self._minute, self._used = minute, 0
        self._used += 1
        if self._used > limit:
            raise ZaloError(-32, "Rate limit exceeded")

    def _proof(self, token: str) -> str:
        key = self._state.settings.app_secret.encode()
        return hmac.new(key, token.encode(), hashlib.sha256).hexdigest()
