"""How the cluster is reached: settings of Spark, and what there has to be for it."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kg.errors import StoreError, UsageError

_RETRIES = 4  # of a task, as on a cluster: here Spark would try none again


@contextmanager
def spark_context(master: str | None, settings: Mapping[str, str], jobs: int | None) -> Iterator[Any]:
    """A SparkContext. Without a `master` that of `spark-submit`, or else this machine with so many processes."""
    try:
        with _unwarned():
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
    except (PySparkRuntimeError, OSError) as error:
        raise StoreError(f"Spark could not be started ({_first_line(error)}); see its messages above") from error
    try:
        yield context
    finally:
        context.stop()


@contextmanager
def _unwarned() -> Iterator[None]:
    """PySpark warns of libraries that nothing is asked of here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
