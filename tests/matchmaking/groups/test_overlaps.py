from hypothesis import given
from hypothesis import strategies as st

from matchmaking.groups.overlaps import overlaps
from matchmaking.wishes import Wish, Wishes, wishes

AROMATICS, GAS = 1, 2


def person(number: int, *, seeks: tuple[str, ...] = (), offers: tuple[str, ...] = (), case: int = AROMATICS) -> Wishes:
    line = Wish(1, case, "component", offers, seeks)
    return wishes(participant=number, organisation=number, region=1, languages=["en"], lines=[line])


def test_those_who_seek_the_same_in_one_demo_case_could_be_a_group() -> None:
    people = [person(1, seeks=("lignin",)), person(2, seeks=("Kraft lignin",)), person(3, seeks=("lignin",))]
    giver, elsewhere = person(4, offers=("lignin",)), person(5, seeks=("lignin",), case=GAS)
    (found,) = overlaps([*people, giver, elsewhere], [(1, 4), (1, 5)], fewest=3)
    assert (found.demo_case, found.seeking, found.offering, found.asked) == (AROMATICS, (1, 2, 3), (4,), 1)


def test_those_who_do_not_want_to_meet_are_in_no_group_together() -> None:
    people = [person(number, seeks=("lignin",)) for number in range(1, 5)] + [person(5, offers=("lignin",))]
    (found,) = overlaps(people, apart={(1, 3), (2, 5)}, fewest=3)
    assert (found.seeking, found.offering) == ((1, 2, 4), ())
    assert overlaps(people[:3], apart={(2, 3)}, fewest=3) == []


def test_two_are_no_group_and_the_same_people_are_named_once() -> None:
    assert overlaps([person(1, seeks=("lignin",)), person(2, seeks=("lignin",))], fewest=3) == []
    three = [person(number, seeks=("lignin", "solvents")) for number in range(3)]
    assert len(overlaps(three, fewest=3)) == 1


def test_most_seekers_come_first_and_then_most_requests() -> None:
    few = [person(number, seeks=("gas cleaning",), case=GAS) for number in range(3)]
    many = [person(number, seeks=("lignin",)) for number in range(3, 7)]
    assert [one.demo_case for one in overlaps([*few, *many], fewest=3)] == [AROMATICS, GAS]
    assert [one.demo_case for one in overlaps([*few, *many[:3]], [(0, 1)], fewest=3)] == [GAS, AROMATICS]


words = st.lists(st.sampled_from(["lignin", "kraft lignin", "bark", "straw"]), max_size=3).map(tuple)


@given(st.lists(st.tuples(words, words, st.sampled_from([AROMATICS, GAS])), max_size=12))
def test_whoever_is_named_really_wants_it(lines: list[tuple[tuple[str, ...], tuple[str, ...], int]]) -> None:
    people = [person(n, seeks=seeks, offers=offers, case=case) for n, (seeks, offers, case) in enumerate(lines)]
    for found in overlaps(people, fewest=3):
        assert len(found.seeking) >= 3
        assert not {*found.seeking} & {*found.offering}
        for one in found.people:
            (line,) = people[one].lines
            assert line.demo_case == found.demo_case
            assert line.needs if one in found.seeking else line.offers
