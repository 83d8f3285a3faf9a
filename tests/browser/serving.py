"""Services that run beside a browser."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def served(store: Path, **settings: str) -> Iterator[str]:
    """The address of a service over a store, as `kg serve` runs it with these settings alone."""
    command = [sys.executable, "-m", "kg", "--store", str(store), "serve", "--port", "0"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    with subprocess.Popen(
        command, env=clean | settings, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, "the service does not say where it is"
        try:
            yield found.group().rstrip("/")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
