"""The files for pipelines and our own workflows are what their services read."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PIPELINES = ROOT / "docs" / "pipelines"
TOOLS = Path(sys.executable).parent
WORKFLOWS = [PIPELINES / "github-actions.yml", *sorted(ROOT.glob(".github/workflows/*.yml"))]


def run(tool: str, *arguments: object) -> str:
    """What a tool prints when it finds fault, and else nothing."""
    command = [str(TOOLS / tool), *map(str, arguments)]
    ran = subprocess.run(command, capture_output=True, text=True)
    return (ran.stdout + ran.stderr or "failed") if ran.returncode else ""


def schema(name: str, file: Path) -> str:
    return run("check-jsonschema", "--builtin-schema", f"vendor.{name}", file)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.name)
def test_workflows_follow_their_schema(workflow: Path) -> None:
    assert schema("github-workflows", workflow) == ""


def test_gitlab_ci_follows_its_schema() -> None:
    assert schema("gitlab-ci", PIPELINES / "gitlab-ci.yml") == ""


@pytest.mark.parametrize("kind", ["github-workflows", "gitlab-ci"])
def test_a_mistake_is_found(kind: str, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text("on: push\njobs:\n  one:\n    runs-on: 5\n    script: {}\n")
    assert schema(kind, wrong) != ""


def test_the_linter_finds_nothing_in_the_containerfile() -> None:
    assert run("hadolint", "--no-color", PIPELINES / "Containerfile") == ""


def test_the_linter_finds_what_runs_as_root(tmp_path: Path) -> None:
    text = (PIPELINES / "Containerfile").read_text()
    wrong = tmp_path / "Containerfile"
    wrong.write_text(text.replace("USER 1000", "USER root"))
    assert "Last USER should not be root" in run("hadolint", "--no-color", wrong)
