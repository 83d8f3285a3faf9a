"""Files wherever Hadoop's classes reach (`hdfs://`, `s3a://`, `file://` …): listed, read as streams, written.

Python on a cluster has no way to them: Spark's own ends in the driver, and gives files whole, in memory. So a process
that needs them starts a small Java process of its own, from the jars of Spark, and gets a block at a time.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from glob import glob
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, NamedTuple, cast

from py4j.java_gateway import GatewayParameters, JavaGateway, launch_gateway
from py4j.protocol import Py4JError, Py4JJavaError
from pyspark import SparkFiles
from pyspark.find_spark_home import _find_spark_home

Settings = tuple[tuple[str, str], ...]
_BLOCK = 2**20


class Listed(NamedTuple):
    """A file; `is_named` itself, or else below a folder that is."""

    address: str
    size: int
    is_named: bool


@dataclass(frozen=True)
class Hadoop:
    """Hadoop's file systems, with settings in place of their files' (`fs.s3a.endpoint`); to be sent to any process."""

    settings: Settings = ()

    def files(self, address: str) -> list[Listed]:
        """The files that an address means: it is one, a pattern, or a folder that they are below."""
        system, path = self._at(address)
        found = []
        with _os_errors(address):
            for status in system.globStatus(path) or ():
                if not status.isDirectory():
                    found.append(Listed(status.getPath().toString(), status.getLen(), True))
                    continue
                below = system.listFiles(status.getPath(), True)
                while below.hasNext():
                    each = below.next()
                    found.append(Listed(each.getPath().toString(), each.getLen(), False))
        return sorted(found)

    def open(self, address: str, start: int = 0) -> BinaryIO:
        """The content from `start` on. FileNotFoundError if there is no such file, OSError if it cannot be read."""
        system, path = self._at(address)
        with _os_errors(address):
            stream = system.open(path)
            if start:
                stream.seek(start)
        return cast(BinaryIO, io.BufferedReader(_Stream(stream, address), _BLOCK))

    def put(self, path: Path, address: str) -> None:
        """Copy a file of this machine there, in the place of what is there."""
        system, target = self._at(address)
        with _os_errors(address):
            source = _java(self.settings)[0].org.apache.hadoop.fs.Path(path.absolute().as_uri())
            system.copyFromLocalFile(False, True, source, target)

    def remove(self, address: str) -> None:
        """Remove a file, if there is one."""
        system, path = self._at(address)
        with _os_errors(address):
            system.delete(path, False)

    def _at(self, address: str) -> tuple[Any, Any]:
        """The file system of an address, and the path in it."""
        jvm, configuration = _java(self.settings)
        with _os_errors(address):
            path = jvm.org.apache.hadoop.fs.Path(address)
            return path.getFileSystem(configuration), path


@dataclass(frozen=True)
class HadoopFile:
    """A file, as far as it is asked what a Path is asked."""

    hadoop: Hadoop
    address: str

    def open(self, _: str = "rb") -> BinaryIO:
        return self.hadoop.open(self.address)

    @property
    def name(self) -> str:
        return PurePosixPath(self.address).name

    def __str__(self) -> str:
        return self.address


class _Stream(io.RawIOBase):
    """A stream of Java's."""

    def __init__(self, stream: Any, address: str) -> None:
        self._stream = stream
        self._address = address

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        with _os_errors(self._address):
            block = self._stream.readNBytes(len(view))
        view[: len(block)] = block
        return len(block)

    def close(self) -> None:
        if not self.closed:
            with _os_errors(self._address):
                self._stream.close()
        super().close()


@contextmanager
def _os_errors(address: str) -> Iterator[None]:
    """What goes wrong in Java, as it does in Python."""
    try:
        yield
    except Py4JJavaError as error:
        thrown = error.java_exception
        name = thrown.getClass().getSimpleName()
        if name in ("FileNotFoundException", "NoSuchFileException"):
            raise FileNotFoundError(f"{address}: there is no such file") from error
        raise OSError(f"{address}: {thrown.getMessage() or name}") from error
    except Py4JError as error:
        raise OSError(f"{address}: {error}") from error


@cache
def _java(settings: Settings) -> tuple[Any, Any]:
    """A Java process with Hadoop's classes, and the configuration in force."""
    jvm = _gateway().jvm
    configuration = jvm.org.apache.hadoop.conf.Configuration()
    for name, value in settings:
        configuration.set(name, value)
    return jvm, configuration


@cache
def _gateway() -> JavaGateway:
    """It ends with this process. Beside Spark's jars it knows those that were sent with the program (`spark.jars`)."""
    jars = Path(_find_spark_home()) / "jars"
    (bridge,) = glob(str(jars / "py4j-*.jar"))  # noqa: PTH207 - a pattern in a folder
    classes = [os.environ.get("HADOOP_CONF_DIR", ""), f"{jars}/*", f"{SparkFiles.getRootDirectory()}/*"]
    port, token = launch_gateway(
        jarpath=bridge,
        classpath=os.pathsep.join(filter(None, classes)),
        javaopts=["-Xmx256m", "-XX:+UseSerialGC"],
        die_on_exit=True,
        enable_auth=True,
        java_path=None,  # that of JAVA_HOME, else the usual one
    )
    return JavaGateway(gateway_parameters=GatewayParameters(port=port, auth_token=token, auto_convert=True))
