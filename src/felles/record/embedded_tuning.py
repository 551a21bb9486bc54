"""How the embedded PostgreSQL is set: durable, and sized by the machine it runs on."""

from __future__ import annotations

import os
from pathlib import Path

MEGABYTE = 1024 * 1024
CGROUP_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),  # cgroup v2
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),  # v1
)


def memory_bytes() -> int:
    """Memory we may use: the machine's, or the container's limit when that is less."""
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in CGROUP_LIMITS:
        try:
            limit = path.read_text().strip()
        except OSError:
            continue
        if limit.isdigit():
            found.append(int(limit))
    return min(found)


def server_settings(memory: int | None = None) -> dict[str, str]:
    """postgresql.conf for `memory` bytes (default: what there is)."""
    megabytes = (memory or memory_bytes()) // MEGABYTE
    return {
        # Durability: an acknowledged write is on disk.
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "wal_level": "replica",
        # Size: a quarter of memory is the manual's advice; beyond 4 GB the page cache serves as well.
        "shared_buffers": f"{min(max(megabytes // 4, 64), 4096)}MB",
        "effective_cache_size": f"{max(megabytes // 2, 128)}MB",
        "work_mem": f"{min(max(megabytes // 512, 4), 32)}MB",
        "maintenance_work_mem": f"{min(max(megabytes // 32, 64), 512)}MB",
        "huge_pages": "try",
        "max_connections": "100",
        # Speed: few, spread checkpoints; compressing WAL costs more CPU than the disk saves.
        "max_wal_size": "4GB",
        "min_wal_size": "256MB",
        "checkpoint_timeout": "15min",
        "checkpoint_completion_target": "0.9",
        "wal_compression": "off",
        "random_page_cost": "1.1",
        # A request is short and runs on one core, beside others: neither compiling nor splitting it pays,
        # and containers give too little /dev/shm for parallel workers.
        "jit": "off",
        "max_parallel_workers_per_gather": "0",
        # A page a client was slow to fetch must not hold back vacuum for everybody.
        "idle_in_transaction_session_timeout": "60s",
        "password_encryption": "scram-sha-256",
        "timezone": "UTC",
        "log_timezone": "UTC",
        # The server's log must not tell of persons: no statements, no DETAIL with their values.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_min_messages": "warning",
        "log_checkpoints": "off",
        "log_line_prefix": "%m [%p] ",
    }
