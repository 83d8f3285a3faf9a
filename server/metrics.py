"""The figures that an operator watches, in Prometheus' terms. Names and labels are part of the interface.

With several HTTP processes the figures of all of them are added up through the folder PROMETHEUS_MULTIPROC_DIR, which
`kg serve` sets.
"""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The figures of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "paperkg_requests", "Requests answered.", ("route", "method", "status"), registry=self.registry
        )
        self.latency = Histogram(
            "paperkg_request_seconds", "Time to answer.", ("route",), buckets=_BUCKETS, registry=self.registry
        )
        self.failures = Counter(
            "paperkg_query_failures", "Queries and writes without a result.", ("reason",), registry=self.registry
        )
        self.cache = Counter(
            "paperkg_result_cache", "Look-ups in the result cache.", ("found",), registry=self.registry
        )
        self.cache_bytes = self._gauge("paperkg_result_cache_bytes", "Bytes that the result cache holds.")
        self.running = self._gauge("paperkg_queries_running", "Queries that are being evaluated.")
        self.waiting = self._gauge("paperkg_queries_waiting", "Queries that wait for a worker.")
        self.snapshot_age = self._gauge("paperkg_snapshot_age_seconds", "Since the snapshot was published.", "max")
        self.triples = self._gauge("paperkg_triples", "Triples of the merged graph.", "max")

    def _gauge(self, name: str, text: str, over_processes: str = "livesum") -> Gauge:
        return Gauge(name, text, registry=self.registry, multiprocess_mode=over_processes)  # type: ignore[arg-type]

    def exposition(self) -> bytes:
        """All figures in Prometheus' text format."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self.registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
