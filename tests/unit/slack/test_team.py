"""Who belongs to the bot's workspace, and how the bot learns which one that is."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.simulators.slack import ErrorCode, Failed, LocalSlack, Slow
from bot.settings import Settings
from bot.slack.client import SlackUnreachable, TokenRefused, slack_client
from bot.slack.interaction import Interaction
from bot.slack.team import InstalledTeam, Team
from bot.slack.users import UserProfiles, UserTimeZones
from tests.support.fixtures import ReadLog
from tests.support.teams import OTHER_TEAM, TEAM

ALONE = Team(TEAM)
IN_A_GRID = Team(TEAM, "E0OURS001")


@dataclass
class Adopted:
    """The teams that were adopted; it fails as often as it is told to."""

    teams: list[str] = field(default_factory=list)
    failures: int = 0

    async def __call__(self, team: str) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("the disk is full")
        self.teams.append(team)


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack().serve() as slack:
        yield slack


@pytest.fixture
async def client(slack: LocalSlack) -> AsyncIterator[AsyncWebClient]:
    settings = Settings.model_validate(
        {
            "slack_bot_token": slack.bot_token,
            "slack_signing_secret": slack.signing_secret,
            "slack_api_url": slack.api_url,
            "wrangler_dev_url": "http://127.0.0.1:1",
        }
    )
    async with slack_client(settings) as client:
        yield client


@pytest.fixture
def adopted() -> Adopted:
    return Adopted()


@pytest.fixture
async def installed(client: AsyncWebClient, adopted: Adopted) -> AsyncIterator[InstalledTeam]:
    installed = InstalledTeam(client, adopted)
    yield installed
    await installed.close()


def _named(*teams: str) -> frozenset[str]:
    return frozenset(filter(None, teams))


@pytest.mark.parametrize(
    ("team", "request_from", "home", "is_member"),
    [
        (ALONE, TEAM, "", True),
        (ALONE, TEAM, TEAM, True),
        (ALONE, TEAM, OTHER_TEAM, False),
        (ALONE, TEAM, "E0OURS001", False),
        (ALONE, OTHER_TEAM, "", False),
        (ALONE, OTHER_TEAM, TEAM, False),
        (ALONE, OTHER_TEAM, OTHER_TEAM, False),
        (ALONE, "", "", False),
        (IN_A_GRID, TEAM, TEAM, True),
        (IN_A_GRID, TEAM, "E0OURS001", True),
        (IN_A_GRID, TEAM, "E0THEIRS1", False),
        (IN_A_GRID, OTHER_TEAM, "E0OURS001", False),
        (IN_A_GRID, "E0OURS001", "E0OURS001", False),
    ],
)
def test_a_member_acts_in_the_workspace_and_comes_from_it(
    team: Team, request_from: str, home: str, is_member: bool
) -> None:
    assert team.includes(Interaction("U1", team=request_from, home_teams=_named(home))) == is_member


def test_a_request_of_nobody_is_no_members() -> None:
    assert not ALONE.includes(Interaction("", team=TEAM, home_teams=_named(TEAM)))


@pytest.mark.parametrize(
    ("body", "team", "home"),
    [
        ({"team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T2"}}, "T1", "T2"),
        ({"team": {"id": "T1"}, "user": {"id": "U1"}}, "T1", ""),
        ({"team": None, "user": {"id": "U1", "team_id": "T2"}}, "T2", "T2"),
        ({"team": None, "enterprise": {"id": "E1"}, "user": {"id": "U1"}}, "", ""),
        ({"team_id": "T1", "event": {"user": "U1"}}, "T1", ""),
        ({"team": "T1", "user": "U1"}, "", ""),
        ({}, "", ""),
    ],
)
def test_a_payload_says_where_it_comes_from_and_where_the_person_does(
    body: dict[str, object], team: str, home: str
) -> None:
    read = Interaction.of_payload(body)
    assert read.team == team
    assert read.home_teams == _named(home)


def test_a_modal_that_the_version_before_opened_is_read() -> None:
    view = {"private_metadata": "https://hooks.slack.com/x\nC1\n2.abc"}
    read = Interaction.of_payload({"team": {"id": TEAM}, "user": {"id": "U1"}, "view": view})
    assert read.response_url == "https://hooks.slack.com/x"
    assert read.channel == "C1"
    assert read.carried == "2.abc"
    assert read.dump(read.carried) == view["private_metadata"]


async def test_slack_is_asked_once_for_all_who_want_to_know(
    installed: InstalledTeam, slack: LocalSlack, adopted: Adopted
) -> None:
    found = await asyncio.gather(*(installed.get() for _ in range(5)))
    assert {*found, await installed.get()} == {Team(TEAM)}
    assert len(slack.calls_of("auth.test")) == 1
    assert adopted.teams == [TEAM]


@pytest.mark.parametrize(
    ("fault", "error"), [(Failed(503), SlackUnreachable), (ErrorCode("invalid_auth"), TokenRefused)]
)
async def test_slack_is_asked_again_after_it_did_not_say(
    installed: InstalledTeam, slack: LocalSlack, fault: Failed | ErrorCode, error: type[Exception]
) -> None:
    slack.faults.add("auth.test", fault, times=2)
    for _ in range(2):
        with pytest.raises(error):
            await installed.get()
    assert (await installed.get()).id == TEAM


async def test_whoever_does_not_wait_leaves_the_question_to_the_others(
    installed: InstalledTeam, slack: LocalSlack
) -> None:
    slack.faults.add("auth.test", Slow(0.3))
    patient = asyncio.ensure_future(installed.get())
    cancelled = asyncio.ensure_future(installed.get())
    await asyncio.sleep(0)
    cancelled.cancel()
    with pytest.raises(TimeoutError):
        await installed.get(timedelta(seconds=0.05))
    assert (await patient).id == TEAM
    assert len(slack.calls_of("auth.test")) == 1


async def test_the_team_is_not_known_before_its_rows_are_adopted(
    installed: InstalledTeam, adopted: Adopted
) -> None:
    adopted.failures = 1
    with pytest.raises(OSError, match="the disk is full"):
        await installed.get()
    assert (await installed.get()).id == TEAM
    assert adopted.teams == [TEAM]


async def test_an_answer_without_a_team_is_none(installed: InstalledTeam, slack: LocalSlack) -> None:
    slack.workspace.team = replace(slack.workspace.team, id="")
    with pytest.raises(SlackUnreachable, match="did not say which workspace"):
        await installed.get()


APP = "A0LOCAL01"


async def test_the_app_is_learned_with_the_team(installed: InstalledTeam, slack: LocalSlack) -> None:
    assert installed.app == ""
    await installed.get()
    await installed.get()
    assert installed.app == APP
    assert len(slack.calls_of("bots.info")) == 1


async def test_a_token_that_may_not_know_its_app_is_a_good_one(
    installed: InstalledTeam, slack: LocalSlack, read_log: ReadLog
) -> None:
    slack.workspace.scopes -= {"users:read"}
    assert await installed.get() == Team(TEAM)
    assert installed.app == ""
    assert [(line["event"], line["reason"]) for line in read_log()] == [("app_unknown", "missing_scope")]


async def test_an_app_that_slack_does_not_know_is_none(installed: InstalledTeam, slack: LocalSlack) -> None:
    slack.workspace.team = replace(slack.workspace.team, app_id="")
    await installed.get()
    assert installed.app == ""


@pytest.mark.parametrize("fault", [Failed(503), ErrorCode("internal_error"), Failed(200, "hello")], ids=repr)
async def test_the_app_is_asked_for_again_when_slack_could_not_say_it(
    client: AsyncWebClient, slack: LocalSlack, fault: Failed | ErrorCode
) -> None:
    slack.faults.add("bots.info", fault)
    installed = InstalledTeam(client, Adopted(), app_timeout=timedelta(seconds=0.1))
    assert await installed.get() == Team(TEAM), "nobody waits for it"
    assert installed.app == ""
    for _ in range(100):
        if installed.app:
            break
        await asyncio.sleep(0.05)
    assert installed.app == APP
    await installed.close()


async def test_a_time_zone_belongs_to_a_person_of_one_workspace(
    client: AsyncWebClient, slack: LocalSlack
) -> None:
    zones = UserTimeZones(UserProfiles(client, lambda: 0.0))
    for _ in range(2):
        for team in (TEAM, OTHER_TEAM):
            assert (await zones.get(team, "U0ADA0001")).name == "Europe/London"
    assert len(slack.calls_of("users.info")) == 2
