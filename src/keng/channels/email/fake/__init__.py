"""A mail server on 127.0.0.1 that takes letters as a strict one does, and shows them.

with running_provider(FakeMailServer()) as server:
    ...                                     # send to server.url
    server.wait_for("an@keng.example", "words")
"""

from keng.channels.email.fake.letters import KeptLetter, text_of
from keng.channels.email.fake.server import FakeMailServer, MailSettings

__all__ = ["FakeMailServer", "KeptLetter", "MailSettings", "text_of"]
