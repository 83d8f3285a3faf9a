"""Templates as the code that they become, kept beside Python's own: compiling them all takes half a second.

https://jinja.palletsprojects.com/en/stable/api/#bytecode-cache
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket

_DIGEST = hashlib.sha256().digest_size


class CompiledTemplates(jinja2.BytecodeCache):
    """Files in a folder, which may be removed at any time. Where none can be written, templates are compiled anew."""

    def __init__(self, folder: Path, program: str) -> None:
        """`program` tells one version of what templates call from another."""
        self._folder = folder
        self._made_of = f"{program} {jinja2.__version__} {sys.implementation.cache_tag}"

    def get_source_checksum(self, source: str) -> str:
        return hashlib.sha256(f"{self._made_of} {source}".encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            content = self._path(bucket).read_bytes()
            digest, code = content[:_DIGEST], content[_DIGEST:]
            if digest == _digest(bucket, code):
                bucket.code = marshal.loads(code)  # noqa: S302 - as Python does with its own; written here, and whole

    def dump_bytecode(self, bucket: Bucket) -> None:
        code = marshal.dumps(bucket.code)
        path = self._path(bucket)
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(f".{os.getpid()}")
            part.write_bytes(_digest(bucket, code) + code)
            part.replace(path)

    def _path(self, bucket: Bucket) -> Path:
        return self._folder / f"{bucket.key}.{sys.implementation.cache_tag}"


def compiled_templates(program: str) -> CompiledTemplates | None:
    """Those of this program: in the folder of its compiled modules or, where Python is told to write none, in a folder
    below the system's temporary one that nobody else can write to. None where that belongs to somebody else."""
    if not sys.dont_write_bytecode:
        return CompiledTemplates(Path(cache_from_source(__file__)).with_name("templates"), program)
    with suppress(RuntimeError, OSError):
        return CompiledTemplates(Path(jinja2.FileSystemBytecodeCache().directory), program)
    return None


def _digest(bucket: Bucket, code: bytes) -> bytes:
    """Of what the code was made of and of the code: a file that is older or cut off has another one."""
    return hashlib.sha256(bucket.checksum.encode() + code).digest()
