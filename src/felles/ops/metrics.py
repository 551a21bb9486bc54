"""`/metrics`: what the workers did, as Prometheus text; for this machine, or whoever has its token.

With several workers each counts in files of its own below PROMETHEUS_MULTIPROC_DIR, which `serve` sets and
empties before it starts them, and any worker answers for all.
"""

from __future__ import annotations

import hmac
import os
from ipaddress import ip_address

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client import multiprocess as _multiprocess

CONTENT_TYPE = CONTENT_TYPE_LATEST
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Upper bounds of the latency buckets."""


class Metrics:
    """Requests of this worker: how many, by door, method and status, and how long they took."""

    def __init__(self) -> None:
        if FOLDER in os.environ:
            # The library looks at the variable when it is imported; `serve` sets it after that, and forks.
            values.ValueClass = values.MultiProcessValue()
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "felles_http_requests", "Requests answered.", ["door", "method", "status"], registry=self._registry
        )
        self._took = Histogram(
            "felles_http_seconds", "Seconds to answer.", ["door"], buckets=SECONDS, registry=self._registry
        )
        # The children are kept: finding one by its labels costs more than counting.
        self._counters: dict[tuple[str, str, int], Counter] = {}
        self._histograms: dict[str, Histogram] = {}

    def count(self, door: str, method: str, status: int, seconds: float) -> None:
        """One request more, through `door` (fhir, pages, own)."""
        counter = self._counters.get((door, method, status))
        if counter is None:
            # A method is text from outside: only those we serve get a line of their own.
            named = method if method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS") else "other"
            counter = self._counters[door, method, status] = self._requests.labels(door, named, str(status))
            if len(self._counters) > 1000:
                self._counters.clear()
        counter.inc()
        histogram = self._histograms.get(door)
        if histogram is None:
            histogram = self._histograms[door] = self._took.labels(door)
        histogram.observe(seconds)

    def text(self) -> bytes:
        """Everything counted, by all workers, in Prometheus' text format."""
        if FOLDER not in os.environ:
            return generate_latest(self._registry)
        everything = CollectorRegistry()
        _multiprocess.MultiProcessCollector(everything)
        return generate_latest(everything)


def may_see(client: str | None, authorization: str, token: str | None) -> bool:
    """Whether metrics are for this client: with a token set, for whoever sends it; without, for this machine.

    `client` is the peer's address; behind a proxy on this machine that is the proxy, so set a token there.
    """
    if token is not None:
        return hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode())
    try:
        return client is not None and ip_address(client).is_loopback
    except ValueError:
        return False
