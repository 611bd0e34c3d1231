from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.models import Event
from matchmaking.directory import own_card
from matchmaking.profiles import write_profile
from matchmaking.ranking import points_of
from matchmaking.spreading import working
from matchmaking.spreading.easing import CROWDED, MOST, ease, exposures, favourites
from matchmaking.spreading.models import Easing
from matchmaking.wishes import crowd
from tests.planted import gini, mean_ndcg, planted

SHOWN = 20
GONE = date(2020, 5, 12)


def test_the_popular_do_not_fill_every_list_and_lists_hardly_lose() -> None:
    event = planted(800, seed=31)
    among = crowd(event.written, interregional=False)
    points = [points_of(one, among) for one in event.written]
    lists = [favourites(each, shown=SHOWN) for each in points]
    losses = ease(lists, shown=SHOWN)
    before, after = exposures(lists, {}, shown=SHOWN), exposures(lists, losses, shown=SHOWN)
    assert max(after.values()) < 0.75 * max(before.values())
    assert gini([after[n] for n in range(800)]) < gini([before[n] for n in range(800)]) - 0.04
    assert all(1 <= lost <= MOST for lost in losses.values())

    def ranking(reader: int, lost: dict[int, int]) -> list[int]:
        eased = sorted(points[reader], key=lambda pair: (-(pair[0] * (100 - lost.get(pair[1], 0)) // 100), pair[1]))
        return [one for _points, one in eased[:10]]

    plain = mean_ndcg(event, lambda reader: ranking(reader, {}), readers=range(0, 800, 16))
    spread = mean_ndcg(event, lambda reader: ranking(reader, losses), readers=range(0, 800, 16))
    assert spread > plain - 0.02


points = st.lists(st.tuples(st.integers(1, 1000), st.integers(0, 9)), max_size=10, unique_by=lambda pair: pair[1])


@given(st.lists(points, max_size=12))
def test_only_the_crowded_lose_anything(lists: list[list[tuple[int, int]]]) -> None:
    kept = [favourites(each, shown=2) for each in lists]
    ever = exposures(kept, {}, shown=2)
    losses = ease(kept, shown=2)
    assert all(1 <= lost <= MOST for lost in losses.values())
    if max(ever.values(), default=0) <= CROWDED * 2:
        assert losses == {}


@pytest.mark.parametrize(("counts", "worth"), [([3, 3, 3], 0), ([0, 0, 9], 2 / 3), ([], 0), ([0, 0], 0)])
def test_gini(counts: list[int], worth: float) -> None:
    assert gini(counts) == pytest.approx(worth)


async def test_it_is_worked_out_anew_when_a_profile_changes_and_by_one_worker_only(fair, monkeypatch):
    monkeypatch.setattr(working, "FEWEST", 3)
    for name in ("Anna", "Mikko", "Jan"):
        last = await fair.delegate(name, region=1, offers=("lignin",), needs=("bark",))
    one, other = working.Looking(), working.Looking()
    assert await one.work()
    assert not await other.work()
    assert not await one.work()
    easing = await Easing.get(event=fair.event)
    assert easing.losses == {}
    card = await own_card(last)
    await write_profile(last, about="New", languages=["pl"], interests=card.lines, version=2, by=fair[last])
    assert not await one.work()  # it has looked a moment ago
    assert await working.Looking().work()
    assert (await Easing.get(event=fair.event)).mark != easing.mark
    await Event.filter(id=fair.event.id).update(first_day=GONE, last_day=GONE)
    await Easing.filter(event=fair.event).update(mark="old")
    assert not await working.Looking().work()  # nobody is recommended any more
