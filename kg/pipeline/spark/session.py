"""How the cluster is reached: settings of Spark, and what there has to be for it."""

from __future__ import annotations

import os
import re
import shutil
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kg.errors import StoreError, UsageError

_RAISED = re.compile(r"(?!org\.|java\.|py4j\.)[\w.]*(Error|Exception): ")
_RETRIES = 4  # of a task, as on a cluster: here Spark would try none again


@contextmanager
def spark_context(master: str | None, settings: Mapping[str, str], jobs: int | None) -> Iterator[Any]:
    """A SparkContext. Without a `master` that of `spark-submit`, or else this machine with so many processes."""
    try:
        with _unwarned():
            from py4j.protocol import Py4JError
            from pyspark import SparkConf, SparkContext
            from pyspark.errors import PySparkRuntimeError
    except ImportError as error:
        raise UsageError("--engine spark needs what pip install 'paperkg[spark]' adds") from error
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise UsageError("--engine spark needs Java 17 or newer: install it, or set JAVA_HOME to where it is")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    conf = SparkConf().setIfMissing("spark.app.name", "paperkg")
    conf.setIfMissing("spark.master", f"local[{jobs or '*'},{_RETRIES}]")
    if master:
        conf.setMaster(master)
    conf.setIfMissing("spark.ui.showConsoleProgress", str(sys.stderr.isatty()).lower())
    conf.setIfMissing("spark.log.level", "ERROR")
    conf.setIfMissing("spark.executorEnv.PYTHONWARNINGS", "ignore::FutureWarning")
    if str(conf.get("spark.master")).startswith("local"):
        # Nothing but this machine takes part, so nothing else may.
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        conf.setIfMissing("spark.driver.host", "127.0.0.1").setIfMissing("spark.driver.bindAddress", "127.0.0.1")
        conf.setIfMissing("spark.ui.enabled", "false")
    for name, value in settings.items():
        conf.set(name, value)
    try:
        with _unwarned():
            context = SparkContext(conf=conf)
    except (PySparkRuntimeError, Py4JError, OSError) as error:
        raise StoreError(f"Spark could not be started: {_reason(error)}") from error
    try:
        yield context
    except Py4JError as error:
        raise StoreError(f"Spark gave up, as a task failed again and again: {_reason(error)}") from error
    finally:
        context.stop()


@contextmanager
def _unwarned() -> Iterator[None]:
    """PySpark warns of libraries that nothing is asked of here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _reason(error: Exception) -> str:
    """The line of a long message that says what it was: the last of a Python traceback in it, else the first."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    raised = [line for line in lines if _RAISED.match(line)]
    return (raised or lines or [type(error).__name__])[0][:500]
