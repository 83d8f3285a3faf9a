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


def test_they_are_kept_apart_from_the_program_where_python_keeps_nothing_beside_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    kept = compiled_templates("1")
    assert kept
    environment = jinja2.Environment(
        loader=jinja2.DictLoader({"page": "{{ 1 + 1 }}"}), autoescape=True, bytecode_cache=kept
    )
    assert environment.get_template("page").render() == "2"
    (folder,) = tmp_path.iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    assert len(list(folder.iterdir())) == 1


def test_what_somebody_else_might_have_written_is_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("os.getuid", lambda: 4711)
    assert compiled_templates("1") is None
