"""keng rewrite: write the files of the embedded database anew; the supervisor calls it at night."""

import argparse

from keng.kit.database import is_external
from keng.runtime.errors import CannotContinue
from keng.runtime.postgres import embedded_cluster, running_cluster
from keng.runtime.rewriting.work import ALONE, BESIDE_OTHERS, rewrite_database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--alone",
        action="store_true",
        help="without limits of time: everybody waits until a large table is done",
    )


def run(arguments: argparse.Namespace) -> int:
    if is_external():
        raise CannotContinue(
            "DATABASE_URL names a server of your own, whose files Kẻng does not write anew. What "
            "to do there stands in docs/operator/running.md."
        )
    cluster = embedded_cluster()
    if not cluster.is_created:
        raise CannotContinue("There is no embedded database here yet.")
    with running_cluster(cluster):
        done = rewrite_database(cluster, ALONE if arguments.alone else BESIDE_OTHERS)
    seconds = (done.ended - done.began).total_seconds()
    print(
        f"{done.tables} tables written anew in {seconds:.1f} s, "
        f"none closed for longer than {done.longest_lock_ms} ms."
    )
    if done.fault is not None:
        raise CannotContinue(f"Not whole: {done.fault}")
    return 0
