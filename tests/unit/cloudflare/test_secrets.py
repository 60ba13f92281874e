"""No error, repr or text shows a secret."""

import traceback

import pytest

from bot.cloudflare.client import WorkflowsClient
from bot.cloudflare.endpoint import ApiToken, Credentials, Endpoint, GlobalKey, production_endpoint
from bot.cloudflare.errors import CloudflareError
from bot.playground.simulators.cloudflare import (
    DEFAULT_ACCOUNT_ID,
    Dropped,
    Fault,
    HtmlPage,
    JsonError,
    Simulation,
)
from bot.settings import Settings
from tests.unit.cloudflare.responses import page_query

from .conftest import MakeClient

SECRET = "s3cr3t-t0k3n"
BOTH_SCHEMES = [ApiToken(SECRET), GlobalKey("ada@example.com", SECRET)]


@pytest.mark.parametrize("credentials", BOTH_SCHEMES)
def test_an_endpoint_does_not_show_its_secret(credentials: Credentials) -> None:
    endpoint = production_endpoint("https://api.example.com", DEFAULT_ACCOUNT_ID, credentials)
    for shown in (repr(endpoint), str(endpoint), f"{endpoint}", repr(credentials), str(credentials)):
        assert SECRET not in shown


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("credentials", BOTH_SCHEMES)
@pytest.mark.parametrize("fault", [None, JsonError(), HtmlPage(403), Dropped()])
async def test_no_error_shows_the_secret(
    make_client: MakeClient,
    base_url: str,
    simulation: Simulation,
    credentials: Credentials,
    fault: Fault | None,
) -> None:
    if fault is not None:
        simulation.inject(fault, times=None)
    client = make_client(production_endpoint(base_url, DEFAULT_ACCOUNT_ID, credentials))
    with pytest.raises(CloudflareError) as caught:
        await client.list_instances(page_query())
    with pytest.raises(CloudflareError) as caught_too:
        await client.get_instance("orders", "a")
    for error in (caught.value, caught_too.value):
        text = "".join(traceback.format_exception(error))
        assert SECRET not in text + repr(error) + repr(vars(error))


@pytest.mark.parametrize("token", [f"{SECRET}\n", f"{SECRET}\r\nX-Evil: 1", f"{SECRET}\0"])
async def test_a_token_that_no_header_can_hold_is_a_cloudflare_error(
    make_client: MakeClient, base_url: str, simulation: Simulation, token: str
) -> None:
    client: WorkflowsClient = make_client(Endpoint(base_url, ApiToken(token)))
    with pytest.raises(CloudflareError) as caught:
        await client.list_workflows()
    assert SECRET not in str(caught.value)
    assert simulation.calls == []


def settings(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(name.upper(), value)
    return Settings(_env_file=None)


def test_settings_do_not_show_their_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    known = settings(
        monkeypatch,
        slack_bot_token=f"xoxb-{SECRET}",
        slack_signing_secret=SECRET,
        slack_app_token=f"xapp-{SECRET}",
        cloudflare_account_id=DEFAULT_ACCOUNT_ID,
        cloudflare_api_token=SECRET,
        cloudflare_email="ada@example.com",
        cloudflare_api_key=SECRET,
        cloudflare_accounts=f'{{"staging":{{"account_id":"x","api_token":"{SECRET}"}}}}',
        database_url=f"postgres://bot:{SECRET}@db.example.com/bot",
    )
    for shown in (
        repr(known),
        str(known),
        repr(known.endpoints),
        str(known.model_dump()),
        known.model_dump_json(),
    ):
        assert SECRET not in shown
