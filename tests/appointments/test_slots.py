import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from appointments.slots import OnDuty, Slot, free_slots
from citemetiers.kernel.dates import overlaps

START = dt.datetime(2027, 3, 26, 0, 0, tzinfo=dt.UTC)  # the clocks change two nights later
MINUTE = dt.timedelta(minutes=1)
WEEK = 7 * 24 * 60

moments = st.integers(0, WEEK).map(lambda minutes: START + minutes * MINUTE)
lengths = st.integers(5, 240).map(lambda minutes: minutes * MINUTE)
periods = st.builds(lambda start, length: (start, start + length), moments, lengths)


@st.composite
def shifts(draw):
    start, end = draw(periods)
    languages = tuple(draw(st.sets(st.sampled_from(["fr", "nl", "de", "en"]), min_size=1)))
    return OnDuty(draw(st.integers(1, 3)), draw(st.integers(1, 4)), start, end + draw(lengths), languages)


rotas = st.lists(shifts(), max_size=8)
diaries = st.dictionaries(st.integers(1, 4), st.lists(periods, max_size=5))


@given(rotas, diaries, lengths, moments, moments)
def test_free_slots_lie_inside_a_shift_overlap_nothing_and_are_in_time(rota, taken, length, earliest, latest):
    slots = free_slots(rota, taken=taken, length=length, earliest=earliest, latest=latest)

    for slot in slots:
        assert earliest <= slot.starts_at < latest
        assert slot.ends_at - slot.starts_at == length
        assert slot.advisor_ids
        for advisor_id in slot.advisor_ids:
            period = (slot.starts_at, slot.ends_at)
            assert not any(overlaps(period, other) for other in taken.get(advisor_id, []))
            assert any(
                (shift.site_id, shift.advisor_id) == (slot.site_id, advisor_id)
                and shift.starts_at <= slot.starts_at
                and slot.ends_at <= shift.ends_at
                for shift in rota
            )


@given(rotas, diaries, lengths)
def test_free_slots_lose_none(rota, taken, length):
    slots = free_slots(rota, taken=taken, length=length, earliest=START, latest=START + 60 * WEEK * MINUTE)

    offered = {(slot.site_id, slot.starts_at, advisor) for slot in slots for advisor in slot.advisor_ids}
    for shift in rota:
        for number in range((shift.ends_at - shift.starts_at) // length):
            starts_at = shift.starts_at + number * length
            busy = [
                other for other in taken.get(shift.advisor_id, []) if overlaps((starts_at, starts_at + length), other)
            ]
            assert busy or (shift.site_id, starts_at, shift.advisor_id) in offered


@given(rotas, diaries, lengths)
def test_free_slots_come_first_one_first_and_once_a_site(rota, taken, length):
    slots = free_slots(rota, taken=taken, length=length, earliest=START, latest=START + WEEK * MINUTE)

    keys = [(slot.starts_at, slot.site_id) for slot in slots]
    assert keys == sorted(set(keys))


def test_free_slots_start_on_the_grid_of_the_shift():
    shift = OnDuty(1, 7, START, START + 100 * MINUTE, ("fr",))

    slots = free_slots([shift], taken={}, length=45 * MINUTE, earliest=START, latest=START + WEEK * MINUTE)

    assert slots == [
        Slot(1, START, START + 45 * MINUTE, ("fr",), (7,)),
        Slot(1, START + 45 * MINUTE, START + 90 * MINUTE, ("fr",), (7,)),
    ]


def test_free_slots_of_two_advisors_at_one_moment_are_one():
    rota = [
        OnDuty(1, 8, START, START + 45 * MINUTE, ("nl",)),
        OnDuty(1, 7, START, START + 45 * MINUTE, ("fr",)),
    ]

    slots = free_slots(rota, taken={}, length=45 * MINUTE, earliest=START, latest=START + WEEK * MINUTE)

    assert slots == [Slot(1, START, START + 45 * MINUTE, ("fr", "nl"), (7, 8))]
