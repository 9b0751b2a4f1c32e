"""Holds the image's files: what is built in is pinned, nothing runs as root, and nothing is open that need not be."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from app.bootstrap.services import DRAIN_S
from app.settings import LOOPBACK, Settings

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()
BUILD, _, IMAGE = DOCKERFILE.partition("\n\n\n")
"""Its two stages, parted by two empty lines."""
COMPOSE: dict[str, Any] = YAML(typ="safe").load(ROOT / "docker" / "compose.yaml")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("scopenote", "worker")
SCRIPT = ROOT / "docker" / "build-without-engine.sh"
FILES = [ROOT / "Dockerfile", ROOT / ".dockerignore", *sorted((ROOT / "docker").iterdir())]
BASES = {"python:3.12-slim", "postgres:17"}


def _list_steps(stage: str, word: str) -> list[str]:
    """What a stage's instructions of one kind say, their lines joined."""
    return re.findall(rf"^{word} (.*)$", stage.replace("\\\n", " "), flags=re.MULTILINE)


def _read_variables(stage: str) -> dict[str, str]:
    return dict(re.findall(r"(\w+)=(\S+)", " ".join(_list_steps(stage, "ENV"))))


def test_the_image_has_two_stages_on_one_base() -> None:
    assert [step.split()[0] for step in _list_steps(DOCKERFILE, "FROM")] == ["python:3.12-slim"] * 2


def test_it_runs_as_an_ordinary_user_from_the_last_step_on() -> None:
    assert _list_steps(IMAGE, "USER") == ["10001:10001"]
    assert not re.search(r"^(RUN|COPY)", IMAGE.partition("\nUSER ")[2], flags=re.MULTILINE)


def test_every_package_is_pinned_by_hash() -> None:
    installs = re.findall(r"pip [^&\n]*?install ([^&\n]*)", BUILD.replace("\\\n", " "))
    assert len(installs) == 3
    *packages, ours = installs
    assert all("--no-deps --require-hashes" in install for install in packages)
    assert ours.split() == ["--no-deps", "--no-build-isolation", "--editable", "."]


@pytest.mark.parametrize("name", re.findall(r"\^\(([^)]*)\)==", BUILD)[0].split("|"))
def test_what_the_build_alone_needs_is_among_the_development_requirements(name: str) -> None:
    assert re.search(rf"^{name}==", (ROOT / "requirements" / "dev.txt").read_text(), flags=re.MULTILINE)


def test_its_packages_are_the_runtime_ones() -> None:
    assert "-r /build/requirements/runtime.txt" in BUILD
    assert set(re.findall(r"COPY --from=build /opt/scopenote/(\S+)", IMAGE)) == {".venv", "ranks", "app"}


def test_its_version_is_the_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert f'image.version="{project["version"]}"' in IMAGE
    assert f'image.description="{project["description"]}"' in IMAGE


def test_a_signal_reaches_the_program_itself() -> None:
    assert _list_steps(IMAGE, "ENTRYPOINT") == ['["scopenote"]']
    assert _list_steps(IMAGE, "CMD") == ['["serve"]']
    assert _list_steps(IMAGE, "STOPSIGNAL") == ["SIGTERM"]


def test_the_health_check_asks_the_service_itself() -> None:
    check = _list_steps(IMAGE, "HEALTHCHECK")[0]
    assert "ProxyHandler({})" in check
    assert '"http://127.0.0.1:${SCOPENOTE_PORT:-8000}/healthz"' in check


def test_everything_that_is_written_lies_on_the_volume() -> None:
    variables = _read_variables(IMAGE)
    assert _list_steps(IMAGE, "VOLUME") == ["/data"]
    for name in ("HOME", "TMPDIR", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        assert Path(variables[name]).is_relative_to("/data"), name


def test_the_image_itself_is_open_to_nobody() -> None:
    variables = _read_variables(IMAGE)
    assert variables["SCOPENOTE_HOST"] not in LOOPBACK
    assert "SCOPENOTE_ALLOW_OPEN" not in variables


def test_the_build_is_handed_what_it_copies_and_nothing_else() -> None:
    first, *let_in = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] not in ("#", "")]
    copied = {
        source.rstrip("/")
        for step in _list_steps(DOCKERFILE, "COPY")
        if not step.startswith("--from")
        for source in step.split()[:-1]
    }
    assert first == "*"
    assert {line[1:] for line in let_in if line.startswith("!")} == copied
    assert all((ROOT / source).exists() for source in copied)


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_gives_its_privileges_up(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service.get("user") not in ("root", "0", 0)


@pytest.mark.parametrize("name", OURS)
def test_our_containers_cannot_be_written_to(name: str) -> None:
    assert SERVICES[name]["read_only"] is True
    assert SERVICES[name]["tmpfs"] == ["/tmp"]  # noqa: S108 - a mount of the container's own


@pytest.mark.parametrize("name", OURS)
def test_our_containers_have_time_to_finish_what_they_began(name: str) -> None:
    assert float(SERVICES[name]["stop_grace_period"].removesuffix("s")) > DRAIN_S


def test_this_machine_alone_reaches_what_is_published() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert published == ["127.0.0.1:8000:8000"]


def test_one_service_starts_unless_more_is_asked_for() -> None:
    assert {name: service.get("profiles", []) for name, service in SERVICES.items()} == {
        "scopenote": [],
        "worker": ["postgres"],
        "postgres": ["postgres"],
    }


def test_only_what_is_published_to_this_machine_is_open() -> None:
    opened = [name for name, service in SERVICES.items() if "SCOPENOTE_ALLOW_OPEN" in service["environment"]]
    assert opened == ["scopenote"]


def test_a_password_has_to_be_given() -> None:
    assert SERVICES["postgres"]["environment"]["POSTGRES_PASSWORD"] == "${SCOPENOTE_DB_PASSWORD-}"
    for name in OURS:
        assert SERVICES[name]["environment"]["PGPASSWORD"] == "${SCOPENOTE_DB_PASSWORD-}"
        assert "scopenote@postgres/scopenote" in SERVICES[name]["environment"]["SCOPENOTE_DATABASE_URL"]


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting(name: str) -> None:
    fields = {field if field.startswith("openai_") else f"scopenote_{field}" for field in Settings.model_fields}
    assert {variable.lower() for variable in SERVICES[name]["environment"]} - fields == {"pgpassword"}


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in FILES])
def test_no_file_names_another_registry_or_host(path: Path) -> None:
    text = path.read_text()
    assert set(re.findall(r"\b[\w./-]*\b(?:python|postgres):\d[\w.-]*", text)) <= BASES
    hosts = set(re.findall(r"https?://([^\s/\"'`:]+)", text))
    assert hosts <= {"127.0.0.1", "192.0.2.1"}


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in FILES])
def test_no_file_holds_a_secret(path: Path) -> None:
    given = re.findall(r"[A-Z_]*(?:PASSWORD|SECRET|API_KEY)[A-Z_]*[=:](?![+?-])[ \t]*([^\s#]+)", path.read_text())
    assert [value for value in given if not value.startswith(("$", "..."))] == []


def test_the_script_is_one_that_bash_can_read() -> None:
    assert SCRIPT.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(SCRIPT)], check=True, timeout=10)  # noqa: S603, S607 - our own file
