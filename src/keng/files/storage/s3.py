"""Files as objects of an S3-compatible store, over botocore.

What is given to it is sealed already. Every call is limited in time, also where the store answers
byte by byte, and tried twice at most.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from keng.files.storage.base import StoredFile
from keng.files.storage.call_deadline import CallDeadline, obey_deadlines
from keng.kit.refused_certificates import refused_certificate
from keng.kit.storage_away import StorageAway

_CONNECT_SECONDS = 3
_READ_SECONDS = 10
_TRIES = 2
# A call with its tries, however slowly its bytes go or come.
_WITHIN_SECONDS = 60.0
# More than the largest copy to view (keng.files.copies).
_MOST_BYTES = 128 * 1024**2
_PIECE = 256 * 1024
_PER_PAGE = 1000
# Which store, and by which key, only our settings say. Of each: its name in a file and in the
# environment, what it is, and how that is read.
_NOTHING_OF_THE_ACCOUNT = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
# Of no other 404 is it known whose it is: of a proxy, or of a bucket that is not there.
_MISSING = "NoSuchKey"
# Who asks for a head alone gets no code with it.
_MISSING_OR_ANOTHER = {"404", "NotFound"}
# Refusals that may be over soon.
_REFUSED_FOR_NOW = {408, 425, 429}
# Of a store that has no versions and no locks at all.
_UNKNOWN_TO_STORE = {"NotImplemented", "MethodNotAllowed", "501", "405"}
_NO_LOCK = {"ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration"}


@dataclass(frozen=True, slots=True)
class S3Address:
    """Which bucket, and what its names begin with."""

    endpoint: str
    bucket: str
    prefix: str

    @classmethod
    def from_url(cls, url: str) -> "S3Address":
        """Of `https://host/bucket/prefix`, which keng.kit.configuration has checked."""
        parts = urlsplit(url)
        bucket, _, prefix = parts.path.strip("/").partition("/")
        return cls(f"{parts.scheme}://{parts.netloc}", bucket, f"{prefix}/" if prefix else "")


class _Refused(Exception):
    """The store answers, and does not let this key ask."""


class S3Storage:
    """What `FileStorage` asks for, over one bucket."""

    def __init__(self, address: S3Address, *, key: str, secret: str, region: str) -> None:
        self._address = address
        session = botocore.session.Session(session_vars=_NOTHING_OF_THE_ACCOUNT)
        self._client = session.create_client(
            "s3",
            endpoint_url=address.endpoint,
            region_name=region,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            config=Config(
                connect_timeout=_CONNECT_SECONDS,
                read_timeout=_READ_SECONDS,
                retries={"total_max_attempts": _TRIES, "mode": "standard"},
                max_pool_connections=16,
                proxies={},
                s3={"addressing_style": "path"},
                signature_version="s3v4",
                # Newer checksums of AWS, which other stores do not know.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )
        obey_deadlines(self._client)

    def put(self, name: str, content: bytes) -> None:
        with _limited_call():
            self._client.put_object(**self._object(name), Body=content)

    def read(self, name: str) -> bytes:
        return self._read(name)

    def read_head(self, name: str, size: int) -> bytes:
        # A range of an empty object is an error, and no file of ours is empty.
        return self._read(name, Range=f"bytes=0-{size - 1}")[:size]

    def size(self, name: str) -> int | None:
        try:
            with _limited_call():
                answer = self._client.head_object(**self._object(name))
        except FileNotFoundError:
            return None
        except StorageAway as error:
            if str(error) not in _MISSING_OR_ANOTHER:
                raise
            self._require_missing(name)
            return None
        if "ContentLength" not in answer:
            # What ends among its heads is an answer to the library.
            raise StorageAway("CutShort")
        return int(answer["ContentLength"])

    def _require_missing(self, name: str) -> None:
        """By a call that is answered with a code. Raises StorageAway."""
        try:
            self.read_head(name, 1)
        except FileNotFoundError:
            return
        # It came in between.
        raise StorageAway("404")

    def delete(self, name: str) -> None:
        try:
            with _limited_call():
                answer = self._client.delete_object(**self._object(name))
        except FileNotFoundError:
            return
        if answer.get("DeleteMarker"):
            # Since we looked at the bucket somebody has it keep versions.
            raise StorageAway("DeleteMarker")

    def listed(self, folder: str) -> Iterator[StoredFile]:
        start = self._address.prefix
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._address.bucket,
            Prefix=f"{start}{folder}/",
            PaginationConfig={"PageSize": _PER_PAGE},
        )
        each_page = iter(pages)
        while True:
            # One call, and not what is done with the files of the page.
            with _limited_call():
                page = next(each_page, None)
            if page is None:
                return
            for each in page.get("Contents", ()):
                yield StoredFile(
                    each["Key"][len(start) :],
                    int(each["Size"]),
                    each["LastModified"].timestamp(),
                    each["ETag"],
                )

    def fault(self) -> str:
        """Why this bucket is not to be used, "" if it is.

        It keeps what was deleted, or it refuses to say so. Raises StorageAway.
        """
        try:
            return self._fault_by_its_words()
        except _Refused as error:
            return f"refuses to say whether it keeps what was deleted ({error}): see to the key"

    def _fault_by_its_words(self) -> str:
        bucket = {"Bucket": self._address.bucket}
        state = self._bucket_answer(self._client.get_bucket_versioning, bucket)
        # Suspended keeps the versions that were made before.
        if state.get("Status"):
            return "keeps versions of what was deleted: take a bucket that never had versioning"
        lock = self._bucket_answer(self._client.get_object_lock_configuration, bucket)
        if lock.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled"):
            return "has object lock, so nothing in it can be destroyed: take one without"
        return ""

    def _bucket_answer(self, ask: Any, bucket: dict[str, str]) -> dict[str, Any]:
        try:
            with CallDeadline(_WITHIN_SECONDS):
                answer: dict[str, Any] = ask(**bucket)
        except ClientError as error:
            if _code_of(error) in _UNKNOWN_TO_STORE | _NO_LOCK:
                return {}
            if _is_refused(error):
                raise _Refused(_code_of(error)) from None
            raise StorageAway(_code_of(error)) from None
        except BotoCoreError as error:
            raise StorageAway(_why(error)) from None
        return answer

    def _read(self, name: str, **more: str) -> bytes:
        found = bytearray()
        with _limited_call():
            answer = self._client.get_object(**self._object(name), **more)
            body = answer["Body"]
            try:
                for piece in body.iter_chunks(_PIECE):
                    found += piece
                    if len(found) > _MOST_BYTES:
                        raise StorageAway("TooLarge")
            finally:
                body.close()
        return bytes(found)

    def _object(self, name: str) -> dict[str, str]:
        return {"Bucket": self._address.bucket, "Key": self._address.prefix + name}


@contextmanager
def _limited_call() -> Iterator[None]:
    """Ends in time. Raises FileNotFoundError or StorageAway for what the library raises."""
    with CallDeadline(_WITHIN_SECONDS) as deadline:
        try:
            yield
        except ClientError as error:
            if _code_of(error) == _MISSING:
                raise FileNotFoundError from None
            raise StorageAway(_code_of(error)) from None
        except BotoCoreError as error:
            raise StorageAway("TooSlow" if deadline.is_over else _why(error)) from None
        if deadline.is_over:
            # What was read may be a part of it.
            raise StorageAway("TooSlow")


def _why(error: BotoCoreError) -> str:
    """Nobody answered, or one whose certificate is over or another one's."""
    if words := refused_certificate(error):
        return f"its certificate is not accepted: {words}"
    return type(error).__name__


def _is_refused(error: ClientError) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return 400 <= status < 500 and status not in _REFUSED_FOR_NOW


def _code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "unknown"))
