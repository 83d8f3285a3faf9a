"""Compiled templates are kept, and are used only for what they were made of."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest

from server.compiled import CompiledTemplates, compiled_templates


def rendered(folder: Path, text: str, program: str = "1") -> str:
    templates = jinja2.DictLoader({"page": text})
    environment = jinja2.Environment(
        loader=templates, autoescape=True, bytecode_cache=CompiledTemplates(folder, program)
    )
    return environment.get_template("page").render()


def test_what_was_compiled_is_used_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rendered(tmp_path / "kept", "{{ 1 + 1 }}") == "2"
    monkeypatch.setattr(jinja2.Environment, "_generate", lambda *_, **__: pytest.fail("compiled again"))
    assert rendered(tmp_path / "kept", "{{ 1 + 1 }}") == "2"


def test_other_templates_and_other_programs_are_compiled_anew(tmp_path: Path) -> None:
    assert rendered(tmp_path, "{{ 1 + 1 }}") == "2"
    assert rendered(tmp_path, "{{ 1 + 2 }}") == "3"
    (kept,) = tmp_path.iterdir()
    before = kept.read_bytes()
    assert rendered(tmp_path, "{{ 1 + 2 }}", program="2") == "3"
    assert kept.read_bytes() != before


@pytest.mark.parametrize("content", [b"", b"\0" * 10, b"\0" * 100])
def test_a_damaged_file_is_written_anew(tmp_path: Path, content: bytes) -> None:
    rendered(tmp_path, "{{ 1 + 1 }}")
    (kept,) = tmp_path.iterdir()
    whole = kept.read_bytes()
    for damaged in (content, whole[:-1], whole[:-1] + b"\xff"):
        kept.write_bytes(damaged)
        assert rendered(tmp_path, "{{ 1 + 1 }}") == "2"
        assert kept.read_bytes() == whole


def test_where_nothing_can_be_written_pages_are_rendered_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert rendered(tmp_path / "file" / "below", "{{ 1 + 1 }}") == "2"


def test_nothing_is_kept_where_python_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    assert compiled_templates("1") is None
