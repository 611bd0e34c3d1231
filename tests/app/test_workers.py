"""Workers are woken by commits, look again when nobody wakes them, and end when they are told to."""

import asyncio

import pytest

from app.workers import woken_within


async def test_wakes_when_told_and_after_a_while_anyway() -> None:
    woken = asyncio.Event()
    await woken_within(woken, 0.01)
    woken.set()
    await asyncio.wait_for(woken_within(woken, 60), 1)


async def test_told_to_end_in_the_moment_of_being_woken_ends() -> None:
    woken = asyncio.Event()

    async def work() -> None:
        while True:
            await woken_within(woken, 0.01)
            woken.clear()

    working = asyncio.create_task(work())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    woken.set()
    await asyncio.sleep(0)
    working.cancel()
    done, _still = await asyncio.wait({working}, timeout=5)
    working.cancel()
    assert done
    with pytest.raises(asyncio.CancelledError):
        await working
