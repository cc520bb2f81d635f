"""A push service with its browsers on 127.0.0.1: it checks what comes and reads it as they do.

with running_push_service() as service:
    browser = service.browser()             # what PushManager.subscribe would give
    service.wait_for(browser, "words")      # the notification, decrypted as a browser does
"""

from keng.channels.web_push.fake.service import (
    FakeBrowser,
    FakePushService,
    PushSettings,
    running_push_service,
)

__all__ = ["FakeBrowser", "FakePushService", "PushSettings", "running_push_service"]
