"""The deployment files agree with each other, with their formats and with the code."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import pytest
import yaml

from hub.settings import Settings, variable

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "deploy"
COMPOSE: Final = DEPLOY / "compose.yaml"
DOCKERFILE: Final = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
METRICS: Final = tuple(
    ROOT / "hub" / name for name in ("metrics.py", "intake_metrics.py", "backup/watching.py")
)

YAML_FILES: Final = sorted([*DEPLOY.rglob("*.yaml"), *DEPLOY.rglob("*.yml")])
DASHBOARDS: Final = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))

# What a metric's name gets on the way from its declaration to Prometheus.
EXPORTED_ENDINGS: Final = ("_total", "_info", "_bucket", "_count", "_sum")
PROMETHEUS_OWN: Final = {"up"}
PINNED_IMAGE: Final = re.compile(r"[\w./-]+:v?\d+\.\d+(\.\d+)?(-[\w.-]+)?")

# Taken out of an expression in this order, they leave the names of metrics.
NOT_METRICS: Final = (
    r'"[^"]*"',
    r"\{[^}]*\}|\[[^]]*\]",  # label matchers, ranges
    r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)",
    r"\b[a-z_]+\s*(?=\()",  # functions and aggregations
    r"\b(?:and|or|unless|bool|offset)\b",
)


def test_the_compose_file_satisfies_the_compose_specification() -> None:
    schema = json.loads((DEPLOY / "compose-spec" / "compose-spec.json").read_bytes())
    validator = jsonschema_rs.validator_for(schema)

    problems = [str(problem) for problem in validator.iter_errors(load(COMPOSE))]

    assert problems == []
    assert not validator.is_valid({"services": {"hub": {"prots": []}}})


@pytest.mark.parametrize("path", YAML_FILES, ids=lambda path: path.name)
def test_every_yaml_file_holds_one_mapping(path: Path) -> None:
    assert isinstance(load(path), dict)


def test_only_the_hub_has_a_port_open_and_only_on_this_machine() -> None:
    ports = {name: service["ports"] for name, service in services() if "ports" in service}

    assert list(ports) == ["hub"]
    assert all(port.startswith("127.0.0.1:") for port in ports["hub"])


def test_every_service_has_a_health_check_and_comes_back_after_a_crash() -> None:
    assert [name for name, service in services() if "healthcheck" not in service] == []
    assert {service["restart"] for _, service in services()} == {"unless-stopped"}


def test_services_wait_for_the_health_of_those_that_they_need() -> None:
    conditions = [
        needed["condition"]
        for _, service in services()
        for needed in service.get("depends_on", {}).values()
    ]

    assert set(conditions) == {"service_healthy"}


def test_only_the_hub_has_a_way_to_the_outside() -> None:
    networks = load(COMPOSE)["networks"]
    joined = {name: service["networks"] for name, service in services()}

    assert networks["inside"] == {"internal": True}
    assert [name for name, ways in joined.items() if ways != ["inside"]] == ["hub"]


def test_every_image_is_pinned_to_a_release() -> None:
    images = [service["image"] for _, service in services()]
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)

    assert [image for image in images + bases if not PINNED_IMAGE.fullmatch(image)] == []


def test_kafka_is_the_release_that_the_tests_run_against() -> None:
    pom = (DEPLOY / "kafka" / "pom.xml").read_text(encoding="utf-8")
    release = re.findall(r"<kafka\.version>(.+)</kafka\.version>", pom)
    sums = (DEPLOY / "kafka" / "SHA256SUMS").read_text(encoding="utf-8")

    assert [load(COMPOSE)["services"]["kafka"]["image"]] == [f"apache/kafka:{release[0]}"]
    assert f"  kafka_2.13-{release[0]}.jar\n" in sums


def test_the_broker_makes_no_topic_by_itself() -> None:
    kafka = load(COMPOSE)["services"]["kafka"]

    assert kafka["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


def test_the_image_of_the_hub_has_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert load(COMPOSE)["services"]["hub"]["image"] == f"{project['name']}:{project['version']}"


def test_secrets_come_from_files_and_no_service_has_one_in_its_environment() -> None:
    secrets = load(COMPOSE)["secrets"]
    script = (DEPLOY / "secrets.sh").read_text(encoding="utf-8")
    used = {secret for _, service in services() for secret in service.get("secrets", [])}
    suspects = [
        f"{name}: {key}"
        for name, service in services()
        for key, value in service.get("environment", {}).items()
        if re.search("password|secret|token", f"{key}={value}", re.IGNORECASE)
        and not re.fullmatch("/run/secrets/[a-z_]+", value)
    ]

    assert suspects == []
    assert used == set(secrets)
    assert {name: secret["file"] for name, secret in secrets.items()} == {
        name: f"./secrets/{name}" for name in secrets
    }
    assert [name for name in secrets if name not in script] == []


def test_every_variable_given_to_the_hub_is_one_of_its_settings() -> None:
    known = {variable(setting) for setting in Settings.model_fields}
    given = {
        *load(COMPOSE)["services"]["hub"]["environment"],
        *re.findall(r"\b(HUB_[A-Z_]+)=", DOCKERFILE),
    }

    assert given <= known
    assert {"HUB_PROFILE", "HUB_DATABASE_URL", "HUB_KAFKA_BROKERS", "HUB_METRICS_HOST"} <= given


def test_every_volume_and_file_that_a_service_mounts_exists() -> None:
    volumes = load(COMPOSE)["volumes"]
    sources = [mount.split(":")[0] for _, service in services() for mount in mounts(service)]

    assert [
        source
        for source in sources
        if source not in volumes and not (source.startswith("./") and (DEPLOY / source).exists())
    ] == []
    assert set(volumes) <= set(sources)


def test_the_image_installs_locked_packages_by_hash_and_runs_without_rights() -> None:
    users = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)
    installs = re.findall(r"pip install (?:.*\\\n)*.*", DOCKERFILE)

    assert users
    assert not users[-1].startswith(("0", "root"))
    assert len(installs) == 2
    assert "--require-hashes" in installs[0]
    assert "--no-deps" in installs[1]


def test_what_the_image_copies_is_not_kept_out_of_its_build() -> None:
    ignore = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
        if not source.startswith("--")
    ]

    assert copied
    assert [source for source in copied if f"!{source}" not in ignore] == []


def test_prometheus_reads_the_hub_and_the_rules_that_are_there() -> None:
    config = load(DEPLOY / "prometheus" / "prometheus.yml")
    targets = [
        target
        for job in config["scrape_configs"]
        for group in job["static_configs"]
        for target in group["targets"]
    ]

    assert f"hub:{Settings.model_fields['metrics_port'].default}" in targets
    assert all((DEPLOY / "prometheus" / name).is_file() for name in config["rule_files"])


def test_every_alert_says_what_is_wrong_what_to_do_and_how_urgent_it_is() -> None:
    alerts = list(alert_rules())

    assert alerts
    assert len({alert["alert"] for alert in alerts}) == len(alerts)
    assert {alert["labels"]["severity"] for alert in alerts} <= {"page", "ticket"}
    assert all({"summary", "action"} == set(alert["annotations"]) for alert in alerts)


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.name)
def test_every_panel_of_a_dashboard_has_a_title_a_description_and_a_known_source(
    path: Path,
) -> None:
    sources = load(DEPLOY / "grafana" / "provisioning" / "datasources" / "prometheus.yml")
    known = {source["uid"] for source in sources["datasources"]}
    panels = [panel for panel in json.loads(path.read_bytes())["panels"] if panel["type"] != "row"]

    assert panels
    assert all(panel["title"] and panel["description"] for panel in panels)
    assert {target["datasource"]["uid"] for panel in panels for target in panel["targets"]} <= known


def test_the_dashboard_that_opens_first_is_where_grafana_looks_for_it() -> None:
    grafana = load(COMPOSE)["services"]["grafana"]
    home = grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    provider = load(DEPLOY / "grafana" / "provisioning" / "dashboards" / "hub.yml")["providers"][0]
    folder = provider["options"]["path"]

    assert f"./grafana/dashboards:{folder}:ro" in grafana["volumes"]
    assert [f"{folder}/{path.name}" for path in DASHBOARDS] == [home]


def test_every_expression_names_only_metrics_that_the_hub_exports() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in METRICS)
    exported = set(re.findall(r'"(hub_[a-z0-9_]+)"', sources))
    declared = {base(name) for name in exported} | PROMETHEUS_OWN

    unknown = {
        f"{where}: {name}"
        for where, expression in expressions()
        for name in metrics_in(expression)
        if base(name) not in declared
    }

    assert unknown == set()


def test_a_misspelt_metric_in_an_expression_is_noticed() -> None:
    expression = 'sum by (publisher) (rate(hub_evens_total{outcome="x"}[5m])) > time() and up == 1'

    assert metrics_in(expression) == {"hub_evens_total", "up"}


def load(path: Path) -> Any:
    """The content of a YAML file."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def services() -> Iterator[tuple[str, dict[str, Any]]]:
    """The services of the compose file with their names."""
    yield from load(COMPOSE)["services"].items()


def mounts(service: dict[str, Any]) -> list[str]:
    """What a service mounts, as `source:target`."""
    volumes: list[str] = service.get("volumes", [])
    return volumes


def alert_rules() -> Iterator[dict[str, Any]]:
    """Every alert of every group."""
    for group in load(DEPLOY / "prometheus" / "alerts.yml")["groups"]:
        yield from group["rules"]


def expressions() -> Iterator[tuple[str, str]]:
    """Every PromQL expression with the alert or panel that holds it."""
    for alert in alert_rules():
        yield alert["alert"], alert["expr"]
    for path in DASHBOARDS:
        for panel in json.loads(path.read_bytes())["panels"]:
            for target in panel.get("targets", []):
                yield panel["title"], target["expr"]


def metrics_in(expression: str) -> set[str]:
    """The names in an expression that can only be metrics."""
    for pattern in NOT_METRICS:
        expression = re.sub(pattern, " ", expression)
    return set(re.findall(r"\b[a-zA-Z_:][\w:]*", expression))


def base(name: str) -> str:
    """The name of a metric without what is added to it when it is exported."""
    for ending in EXPORTED_ENDINGS:
        name = name.removesuffix(ending)
    return name
