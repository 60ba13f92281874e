"""What runs on this event loop, the bot's own tasks among it."""

import asyncio


def count_running(name: str) -> int:
    """Return how many tasks run a coroutine function of a qualified name, such as `Dispatcher.answer`."""
    names = (getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks())
    return sum(name == found for found in names)


async def wait_until_running(name: str, count: int) -> None:
    """Wait until so many tasks run it, each as far as it comes without an answer from elsewhere."""
    while count_running(name) < count:  # noqa: ASYNC110 - a task that begins tells nobody
        await asyncio.sleep(0.01)
    for _ in range(100):
        await asyncio.sleep(0)
