"""A server that answers as S3 does: moto's, in this process, with a bucket for each test."""

import contextlib
import itertools
import logging

import botocore.session
from moto.server import ThreadedMotoServer

KEY, SECRET = "a-key", "a-secret-of-tests"
_numbers = itertools.count(1)


@contextlib.contextmanager
def running_server():
    """Its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield "http://{}:{}".format(*server.get_host_and_port())
    finally:
        server.stop()


def client(address):
    """Of the library itself: what it sees is what lies in the store."""
    return botocore.session.Session().create_client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
    )


def new_bucket(address, **more):
    """Its name."""
    name = f"bucket-{next(_numbers)}"
    client(address).create_bucket(Bucket=name, **more)
    return name


def objects_in(address, bucket):
    """All there is, by name."""
    s3 = client(address)
    names = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket).get("Contents", ())]
    return {name: s3.get_object(Bucket=bucket, Key=name)["Body"].read() for name in names}
