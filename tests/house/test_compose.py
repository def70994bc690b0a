"""No container engine is needed to see that compose.yaml and the Containerfile hang together."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cli.serve import ROLES
from core.config import PREFIX, Settings
from tests.house.commands import ROOT, compose

SERVICES: dict[str, dict[str, Any]] = compose()["services"]
KEYS = {
    "build", "cap_drop", "command", "depends_on", "deploy", "env_file", "environment", "healthcheck", "image",
    "ports", "profiles", "read_only", "restart", "security_opt", "tmpfs", "volumes",
}  # fmt: skip
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "ascolto"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_whole(name: str) -> None:
    service = SERVICES[name]
    assert set(service) <= KEYS
    assert service["profiles"] in (["one"], ["several"])
    for needed in service.get("depends_on", []):
        assert SERVICES[needed]["profiles"] == service["profiles"]
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        assert source in compose()["volumes"] or (ROOT / source).is_file()
    for published in service.get("ports", []):
        assert re.fullmatch(r"(127\.0\.0\.1:)?\d+:\d+", published)


@pytest.mark.parametrize("name", OURS)
def test_a_service_of_ours_is_given_known_settings_and_few_rights(name: str) -> None:
    given = {setting.removeprefix(PREFIX).lower() for setting in OURS[name].get("environment", {})}
    assert given <= set(Settings.model_fields)
    assert OURS[name]["cap_drop"] == ["ALL"]
    assert OURS[name]["read_only"] is True


def test_on_several_machines_every_role_runs_twice() -> None:
    roles = {
        service["command"][-1]: service["deploy"]["replicas"]
        for service in OURS.values()
        if service["command"][:3] == ["ascolto", "serve", "--roles"]
    }
    assert roles == dict.fromkeys(ROLES, 2)


@pytest.mark.parametrize("profile", ["one", "several"])
def test_tables_are_made_before_anything_serves(profile: str) -> None:
    upgrades = [
        name
        for name, service in OURS.items()
        if service["command"] == ["ascolto", "db", "upgrade"] and service["profiles"] == [profile]
    ]
    assert len(upgrades) == 1
    for service in OURS.values():
        if service["profiles"] == [profile] and service["command"][:2] == ["ascolto", "serve"]:
            assert service["depends_on"][upgrades[0]] == {"condition": "service_completed_successfully"}


def test_the_proxy_leads_to_services_that_exist() -> None:
    led_to = re.findall(r"dynamic a (\w+) \d+", (ROOT / "deploy" / "Caddyfile").read_text("utf-8"))
    assert led_to
    assert set(led_to) <= set(OURS)


def test_what_the_image_copies_is_let_into_it() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Containerfile").read_text("utf-8"), re.MULTILINE)
    for source in " ".join(copied).split():
        assert source == "." or source.split("/")[0] in let_in
    for name in let_in - {"README.md"}:
        assert (ROOT / name).exists()


def test_the_image_does_not_run_as_root() -> None:
    lines = (ROOT / "Containerfile").read_text("utf-8").splitlines()
    assert next(line for line in lines if line.startswith(("USER", "CMD"))) == "USER ascolto"
