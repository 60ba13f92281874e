"""The playground's page in a real browser."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NoReturn, get_args

import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    BrowserContext,
    CDPSession,
    ConsoleMessage,
    Locator,
    Page,
    async_playwright,
)
from yarl import URL

from bot.playground.accounts import OpenAccount, SimulatedAccount
from bot.playground.exchange_log import ExchangeLog
from bot.playground.page.server import run_page
from bot.playground.playground import Playground, run_playground
from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import LocalSlack
from bot.ui.notices import asking_message
from tests.support.servers import GivenSettings

from .sampler import run_sampler

ARTIFACTS = Path(__file__).parents[3] / "artifacts"
CHROMIUM = ("chromium-headless-shell", "chromium", "google-chrome")
SWITCHES = (
    "--no-sandbox",  # in a container there is nobody else to be kept apart from
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--js-flags=--no-opt --no-maglev",  # a page lives for a second, which optimised code does not earn back
    "--renderer-process-limit=1",  # all pages are in one; no spare one is started beside it
)
WIDTH, HEIGHT = 1280, 800  # pixels, of most pages
Scheme = Literal["light", "dark"]


@dataclass(frozen=True)
class Opened:
    """A page in the browser, and the warnings of its console."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    async def type(self, text: str) -> None:
        """Send a line from the composer."""
        await self.composer.fill(text)
        await self.composer.press("Enter")

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message #")

    @property
    def messages(self) -> Locator:
        """All messages in the channel, oldest first, but for what a busy bot says before its answer."""
        return self.page.locator("article[data-ts]").filter(has_not_text=asking_message().text)

    @property
    def last(self) -> Locator:
        """The newest message."""
        return self.messages.last

    def option(self, name: str) -> Locator:
        """Return an option of the open menu."""
        return self.page.locator("[role=option]:visible").filter(has_text=name)

    def exchange(self, title: str) -> Locator:
        """Return the newest request with this title in the panel."""
        return self.page.locator("[data-exchange]").filter(has_text=title).first

    async def schemes(self) -> AsyncIterator[Scheme]:
        """Show the page in one colour scheme after the other, for what has to hold in both."""
        for scheme in get_args(Scheme):
            await self.page.emulate_media(color_scheme=scheme)
            yield scheme

    async def shot(self, name: str) -> None:
        """Save a screenshot, if `SCREENSHOTS` is set: they are for people, and no test compares them."""
        if "SCREENSHOTS" in os.environ:
            await self.page.screenshot(path=ARTIFACTS / f"{name}.png", animations="disabled")


@dataclass(frozen=True)
class Pages:
    """The browser's profile that all pages share, and a connection to its storage."""

    context: BrowserContext
    storage: CDPSession

    @asynccontextmanager
    async def open(self, address: str) -> AsyncIterator[Page]:
        """Open a page that is to show an address, and leave nothing of it behind.

        A later playground may get the same port, and with it what the page has stored.
        """
        page = await self.context.new_page()
        try:
            yield page
        finally:
            await page.close()
            await self.context.clear_permissions()
            origin = str(URL(address).origin())
            await self.storage.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})


Open = Callable[..., Awaitable[Opened]]
"""Opens the page of a playground."""

Visit = Callable[..., Awaitable[Opened]]
"""Opens an address."""


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def browser() -> AsyncIterator[Browser]:
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        _skip_or_fail(
            "there is no Chromium: install your system's package `chromium-headless-shell` or `chromium`"
        )
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(SWITCHES))
        yield browser
        await browser.close()


def _skip_or_fail(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"in CI the browser has to run: {reason}")
    pytest.skip(reason)


@pytest_asyncio.fixture(loop_scope="package")
async def playground() -> AsyncIterator[Playground]:
    """Run the real bot with a simulated account."""
    async with run_playground(SimulatedAccount(seed=1, instances=300)) as playground:
        yield playground


@pytest_asyncio.fixture(loop_scope="package")
async def sampler_playground() -> AsyncIterator[Playground]:
    """Run a playground with the sampler instead of the bot."""
    async with LocalSlack().serve() as slack, run_sampler(slack):
        settings = GivenSettings(
            slack_bot_token=slack.bot_token,
            slack_signing_secret=slack.signing_secret,
            wrangler_dev_url="http://127.0.0.1:9",
        )
        account = OpenAccount("wrangler", "The sampler", settings, ())
        yield Playground(slack, account, ExchangeLog(slack))


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def pages(browser: Browser) -> AsyncIterator[Pages]:
    """Open the pages of all tests in one process of the browser, which an empty page keeps from ending.

    A process of its own for each would read the same fonts, languages and scripts again.
    """
    context = await browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT},
        locale="en-GB",
        timezone_id="Asia/Tokyo",  # nobody's in the workspace: times are the reader's all the same
    )
    empty = await context.new_page()
    await empty.route("**", lambda route: route.fulfill(body=""))
    await empty.goto("http://127.0.0.1/")  # the same site as each playground's, whatever its port
    yield Pages(context, await context.new_cdp_session(empty))
    await context.close()


@pytest_asyncio.fixture(loop_scope="package")
async def visit(pages: Pages) -> AsyncIterator[Visit]:
    """Open addresses; unexpected console warnings fail the test."""
    heard: list[str] = []
    async with AsyncExitStack() as stack:

        async def visit(
            address: str,
            scheme: Scheme = "light",
            width: int = WIDTH,
            height: int = HEIGHT,
            *,
            complains: bool = False,
        ) -> Opened:
            page = await stack.enter_async_context(pages.open(address))
            if scheme != "light":
                await page.emulate_media(color_scheme=scheme)
            if (width, height) != (WIDTH, HEIGHT):
                await page.set_viewport_size({"width": width, "height": height})
            opened = Opened(page, [] if complains else heard)

            def listen(message: ConsoleMessage) -> None:
                if message.type in {"error", "warning"}:
                    opened.complaints.append(message.text)

            page.on("console", listen)
            page.on("pageerror", lambda error: opened.complaints.append(str(error)))
            await page.goto(address)
            return opened

        yield visit
    assert heard == []


@pytest_asyncio.fixture(loop_scope="package")
async def open_page(visit: Visit) -> AsyncIterator[Open]:
    """Serve the page of a playground, and open it."""
    async with AsyncExitStack() as stack:

        async def open_page(
            playground: Playground, scheme: Scheme = "light", width: int = WIDTH, height: int = HEIGHT
        ) -> Opened:
            address = await stack.enter_async_context(run_page(playground, "the-secret", 0))
            opened = await visit(address, scheme, width, height)
            await opened.composer.wait_for()  # and with it what there is so far
            return opened

        yield open_page


@pytest.fixture
def simulation(playground: Playground) -> Simulation:
    """Return the account that the playground's bot reads."""
    assert playground.account.faults is not None
    return playground.account.faults.simulation
