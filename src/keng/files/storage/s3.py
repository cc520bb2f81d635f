"""Files as objects of an S3-compatible store, over botocore.

What is given to it is sealed already. Every call is limited in time, also where the store answers
byte by byte, and tried twice at most.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from keng.files.storage.base import StoredFile
from keng.kit.storage_away import StorageAway

_CONNECT_SECONDS = 3
_READ_SECONDS = 10
_TRIES = 2
# One object, however slowly its bytes come.
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

    def put(self, name: str, content: bytes) -> None:
        with _translated_errors():
            self._client.put_object(**self._object(name), Body=content)

    def read(self, name: str) -> bytes:
        return self._read(name)

    def read_head(self, name: str, size: int) -> bytes:
        # A range of an empty object is an error, and no file of ours is empty.
        return self._read(name, Range=f"bytes=0-{size - 1}")[:size]

    def size(self, name: str) -> int | None:
        try:
            with _translated_errors():
                return int(self._client.head_object(**self._object(name))["ContentLength"])
        except StorageAway as error:
            if str(error) not in _MISSING_OR_ANOTHER:
                raise
        except FileNotFoundError:
            return None
        with suppress(FileNotFoundError):
            self.read_head(name, 1)
            # It came in between.
            raise StorageAway("404")
        return None

    def delete(self, name: str) -> None:
        try:
            with _translated_errors():
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
        with _translated_errors():
            for page in pages:
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
            answer: dict[str, Any] = ask(**bucket)
        except ClientError as error:
            if _code_of(error) in _UNKNOWN_TO_STORE | _NO_LOCK:
                return {}
            if _is_refused(error):
                raise _Refused(_code_of(error)) from None
            raise StorageAway(_code_of(error)) from None
        except BotoCoreError as error:
            raise StorageAway(type(error).__name__) from None
        return answer

    def _read(self, name: str, **more: str) -> bytes:
        until = time.monotonic() + _WITHIN_SECONDS
        found = bytearray()
        with _translated_errors():
            answer = self._client.get_object(**self._object(name), **more)
            body = answer["Body"]
            try:
                for piece in body.iter_chunks(_PIECE):
                    found += piece
                    if len(found) > _MOST_BYTES:
                        raise StorageAway("TooLarge")
                    if time.monotonic() > until:
                        raise StorageAway("TooSlow")
            finally:
                body.close()
        return bytes(found)

    def _object(self, name: str) -> dict[str, str]:
        return {"Bucket": self._address.bucket, "Key": self._address.prefix + name}


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Raise FileNotFoundError or StorageAway for what the library raises."""
    try:
        yield
    except ClientError as error:
        if _code_of(error) == _MISSING:
            raise FileNotFoundError from None
        raise StorageAway(_code_of(error)) from None
    except BotoCoreError as error:
        raise StorageAway(type(error).__name__) from None


def _is_refused(error: ClientError) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return 400 <= status < 500 and status not in _REFUSED_FOR_NOW


def _code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "unknown"))
