"""A minimal HTTP client for these tests."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
from multidict import CIMultiDictProxy
from yarl import URL


@dataclass(frozen=True)
class Answer:
    status: int
    headers: CIMultiDictProxy[str]
    text: str
    body: Any

    @property
    def ids(self) -> list[str]:
        return [row["id"] for row in self.body["result"]]

    @property
    def info(self) -> dict[str, Any]:
        info: dict[str, Any] = self.body["result_info"]
        return info

    @property
    def code(self) -> int:
        """The code of the only error."""
        assert self.body["success"] is False
        assert self.body["result"] is None
        [error] = self.body["errors"]
        code: int = error["code"]
        return code


@dataclass(frozen=True)
class Client:
    session: aiohttp.ClientSession
    url: str
    account_id: str

    async def get(self, path: str, query: dict[str, str] | None = None, **send: Any) -> Answer:
        """Request a percent-encoded path."""
        address = URL(f"{self.url}/{path}", encoded=True).with_query(query)
        async with self.session.get(address, allow_redirects=False, **send) as response:
            text = await response.text()
            body = await response.json() if response.content_type == "application/json" else None
            return Answer(response.status, response.headers, text, body)

    async def workflows(self, **query: str) -> Answer:
        return await self.get(f"accounts/{self.account_id}/workflows", query)

    async def workflow(self, name: str) -> Answer:
        return await self.get(f"accounts/{self.account_id}/workflows/{quote(name, safe='')}")

    async def instances(self, workflow: str = "orders", **query: str) -> Answer:
        return await self.get(f"accounts/{self.account_id}/workflows/{workflow}/instances", query)

    async def instance(self, workflow: str, instance_id: str, **query: str) -> Answer:
        path = f"accounts/{self.account_id}/workflows/{workflow}/instances/{quote(instance_id, safe='')}"
        return await self.get(path, query)

    async def versions(self, workflow: str, **query: str) -> Answer:
        return await self.get(f"accounts/{self.account_id}/workflows/{workflow}/versions", query)

    async def version(self, workflow: str, version_id: str) -> Answer:
        return await self.get(f"accounts/{self.account_id}/workflows/{workflow}/versions/{version_id}")

    async def step(self, workflow: str, instance_id: str, **query: str) -> Answer:
        path = f"accounts/{self.account_id}/workflows/{workflow}/instances/{quote(instance_id, safe='')}/step"
        return await self.get(path, query)

    async def walk(self, **query: str) -> list[list[str]]:
        """Follow the cursors from the start, and yield the ids of each page."""
        pages: list[list[str]] = []
        answer = await self.instances(**query)
        while True:
            assert answer.status == 200, answer.text
            pages.append(answer.ids)
            cursor = answer.info.get("cursor")
            if not cursor:
                return pages
            answer = await self.instances(**{**query, "cursor": cursor})
