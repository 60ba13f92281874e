"""The files at the top of the repository say what is so."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.playground.page.serialization import COMMANDS
from bot.playground.page.serialization import SHORTCUTS as OF_MESSAGES
from bot.playground.simulators.slack.directory import EVENTS
from bot.playground.simulators.slack.directory import SCOPES as SCOPES_OF_LOCAL_SLACK
from bot.routing.controls import SHORTCUTS
from bot.settings import Settings

ROOT = Path(__file__).parents[3]

TEXT: dict[str, Any] = {"type": "string", "minLength": 1}


def _object(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


SCOPES = {"type": "array", "items": TEXT, "uniqueItems": True, "maxItems": 255}
MANIFEST = _object(
    ("display_information",),
    _metadata=_object(major_version={"const": 1}, minor_version={"type": "integer"}),
    display_information=_object(
        ("name",),
        name={**TEXT, "maxLength": 35},
        description={**TEXT, "maxLength": 140},
        long_description={"type": "string", "minLength": 175, "maxLength": 4000},
        background_color={"type": "string", "pattern": "^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"},
    ),
    features=_object(
        app_home=_object(
            home_tab_enabled={"type": "boolean"},
            messages_tab_enabled={"type": "boolean"},
            messages_tab_read_only_enabled={"type": "boolean"},
        ),
        bot_user=_object(
            ("display_name",), display_name={**TEXT, "maxLength": 80}, always_online={"type": "boolean"}
        ),
        slash_commands={
            "type": "array",
            "maxItems": 50,
            "items": _object(
                ("command", "description"),
                command={"type": "string", "pattern": "^/", "maxLength": 32},
                description={**TEXT, "maxLength": 2000},
                usage_hint={**TEXT, "maxLength": 1000},
                should_escape={"type": "boolean"},
                url={"type": "string", "pattern": "^https://"},
            ),
        },
        shortcuts={
            "type": "array",
            "maxItems": 10,
            "items": _object(
                ("name", "type", "callback_id", "description"),
                name={**TEXT, "maxLength": 24},
                type={"enum": ["message", "global"]},
                callback_id={**TEXT, "maxLength": 255},
                description={**TEXT, "maxLength": 150},
            ),
        },
    ),
    oauth_config=_object(scopes=_object(bot=SCOPES, bot_optional=SCOPES)),
    settings=_object(
        event_subscriptions=_object(
            request_url={"type": "string", "pattern": "^https://"},
            bot_events={"type": "array", "items": TEXT, "uniqueItems": True, "maxItems": 100},
        ),
        interactivity=_object(
            ("is_enabled",),
            is_enabled={"type": "boolean"},
            request_url={"type": "string", "pattern": "^https://"},
            message_menu_options_url={"type": "string", "pattern": "^https://"},
        ),
        org_deploy_enabled={"type": "boolean"},
        socket_mode_enabled={"type": "boolean"},
        token_rotation_enabled={"type": "boolean"},
    ),
)
"""Slack's manifest reference, the keys this app uses; version 1 refuses any other."""


def _manifest(*, over_http: bool) -> Any:
    text = (ROOT / "manifest.yaml").read_text()
    if over_http:
        text = re.sub(r"# (?=(request_|message_menu_options_)?url: https)", "", text).replace(
            "socket_mode_enabled: true", "socket_mode_enabled: false"
        )
    return yaml.safe_load(text)


def _validate(manifest: Any) -> None:
    import jsonschema  # noqa: PLC0415 - it takes a second to load, which each worker would spend on collecting

    jsonschema.validate(manifest, MANIFEST)


def test_the_manifest_is_valid_for_socket_mode() -> None:
    _validate(_manifest(over_http=False))


def test_the_manifest_is_valid_for_http_once_its_urls_are_filled_in() -> None:
    manifest = _manifest(over_http=True)
    _validate(manifest)
    for url in ("request_url", "message_menu_options_url"):
        assert manifest["settings"]["interactivity"][url].endswith("/slack/events")
    assert manifest["features"]["slash_commands"][0]["url"].endswith("/slack/events")
    assert manifest["settings"]["event_subscriptions"]["request_url"].endswith("/slack/events")


def test_the_manifest_asks_for_no_more_than_it_needs() -> None:
    scopes = _manifest(over_http=False)["oauth_config"]["scopes"]
    assert set(scopes["bot"]) - set(scopes["bot_optional"]) == {"commands", "chat:write", "users:read"}


def test_the_local_slack_grants_and_tells_what_the_manifest_asks_for() -> None:
    manifest = _manifest(over_http=False)
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == SCOPES_OF_LOCAL_SLACK
    assert set(manifest["settings"]["event_subscriptions"]["bot_events"]) == EVENTS
    assert manifest["features"]["app_home"]["messages_tab_enabled"] is True
    assert manifest["features"]["app_home"]["messages_tab_read_only_enabled"] is False


def test_the_bot_answers_every_shortcut_of_the_manifest() -> None:
    shortcuts = _manifest(over_http=False)["features"]["shortcuts"]
    assert {shortcut["callback_id"] for shortcut in shortcuts} == set(SHORTCUTS) == {"look_up"}
    assert {shortcut["type"] for shortcut in shortcuts} == {"message"}


def test_the_playground_completes_the_commands_of_the_manifest() -> None:
    shown = ("command", "description", "usage_hint")
    commands = _manifest(over_http=False)["features"]["slash_commands"]
    assert [{key: command[key] for key in shown} for command in commands] == list(COMMANDS)


def test_the_playground_offers_the_shortcuts_of_the_manifest() -> None:
    shown = ("callback_id", "name", "description")
    shortcuts = _manifest(over_http=False)["features"]["shortcuts"]
    of_messages = [shortcut for shortcut in shortcuts if shortcut["type"] == "message"]
    assert [{key: shortcut[key] for key in shown} for shortcut in of_messages] == list(OF_MESSAGES)


def test_the_example_names_only_settings_that_exist() -> None:
    named = re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert named
    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_every_requirement_is_pinned_with_hashes_and_names_no_host() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        pins = re.findall(
            r"^[a-z][^ \n]*==[^ \n]+(?: ; [^\n\\]+)? \\\n    --hash=sha256:", text, re.MULTILINE
        )
        assert len(pins) == len(re.findall(r"^[a-z]", text, re.MULTILINE)) > 10
        assert "://" not in text


def test_npm_lock_records_no_download_address() -> None:
    lock = (ROOT / "tests/system/engine/worker/package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert "registry." not in lock


def test_what_is_required_is_what_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = (ROOT / "requirements-dev.txt").read_text()
    for requirement in project["dependencies"] + project["optional-dependencies"]["dev"]:
        name = re.split(r"[\[<>=]", requirement)[0]
        assert f"\n{name}==" in f"\n{locked}".lower() or f"\n{name}[" in f"\n{locked}".lower(), name


@pytest.mark.parametrize("role", ["web", "worker"])
def test_what_the_procfile_runs_needs_no_installed_script(role: str, tmp_path: Path) -> None:
    lines = dict(line.split(": ") for line in (ROOT / "Procfile").read_text().splitlines())
    command = lines[role].split()
    assert command == ["python", "-m", "bot", "serve", "--role", role]
    run = subprocess.run(
        [sys.executable, "-m", "bot", *command[3:], "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONSAFEPATH": "", "PATH": str(tmp_path)},
    )
    assert "Run the bot." in run.stdout
