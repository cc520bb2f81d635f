"""The embedded PostgreSQL: found, created, started, recovered and stopped by our own launcher."""

from keng.runtime.postgres.cluster import Cluster, embedded_cluster, running_cluster

__all__ = ["Cluster", "embedded_cluster", "running_cluster"]
