"""Until when a decision may be contested: dates worked out by hand from the texts."""

import datetime

import pytest

from selection.appeal_clocks import (
    Contest,
    administrative_limit,
    court_delay,
    distance_months,
    easter_sunday,
    free_delay,
    silence_day,
)


def d(text):
    return datetime.date.fromisoformat(text)


NOTIFIED = d("2026-01-15")


def delay(*contests, distance=0, today="2026-12-31", notified=NOTIFIED):
    return court_delay(notified_on=notified, distance_months=distance, contests=contests, today=d(today))


def gracious(lodged, silence=None, **fields):
    fields = {name: d(value) for name, value in fields.items()}
    return Contest(True, d(lodged), silence_on=d(silence) if silence else silence_day(d(lodged)), **fields)


def mediation(lodged, ended=None):
    ended = d(ended) if ended else None
    return Contest(False, d(lodged), answered_on=ended, told_on=ended)


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        # Neither the first day nor the last one counts: 15 January, two months, until 16 March at midnight.
        ("2026-01-15", 2, "2026-03-16"),
        # 14 March 2026 + 2 months + 1 day is Friday 15 May.
        ("2026-03-14", 2, "2026-05-15"),
        # Saturday 2 May: Monday 4 May.
        ("2026-03-01", 2, "2026-05-04"),
        # Thursday 14 May 2026 is Ascension day: the next working day.
        ("2026-03-13", 2, "2026-05-15"),
        # From 31 December: the last day of February, then one more, a Sunday.
        ("2026-12-31", 2, "2027-03-01"),
        ("2026-01-15", 3, "2026-04-16"),
        ("2026-01-15", 4, "2026-05-18"),
    ],
)
def test_a_delay_in_months_counts_neither_its_first_day_nor_its_last(start, months, last):
    assert free_delay(d(start), months) == d(last)


def test_easter_of_known_years():
    assert [easter_sunday(y).isoformat() for y in (2000, 2024, 2026, 2027)] == [
        "2000-04-23",
        "2024-03-31",
        "2026-04-05",
        "2027-03-28",
    ]


def test_nothing_runs_against_who_was_not_notified():
    assert delay(notified=None).last_day is None
    assert "pas notifiée" in delay(notified=None).why


def test_two_months_then_it_is_over():
    assert delay().last_day == d("2026-03-16")
    assert not delay().is_over(d("2026-03-16"))
    assert delay().is_over(d("2026-03-17"))


def test_distance_lengthens_the_delay_before_the_court():
    assert delay(distance=1).last_day == d("2026-04-16")
    assert delay(distance=2).last_day == d("2026-05-18")


def test_distance_does_not_lengthen_the_time_for_an_appeal_to_the_administration():
    assert administrative_limit(NOTIFIED) == d("2026-03-16")
    late = gracious("2026-03-17")
    assert delay(late, distance=1, today="2026-04-01").last_day == d("2026-04-16")


def test_an_appeal_in_time_stops_the_delay_until_silence_refuses_it():
    appeal = gracious("2026-02-02")
    waiting = delay(appeal, today="2026-04-02")
    assert (waiting.last_day, waiting.interrupted) == (None, True)
    # Silence refuses on 2 April; two months from there, whole.
    assert delay(appeal, today="2026-04-03").last_day == d("2026-06-03")


def test_an_answer_gives_two_new_months_from_the_day_it_is_told():
    appeal = gracious("2026-02-02", answered_on="2026-02-20", told_on="2026-02-25")
    assert delay(appeal).last_day == d("2026-04-27")
    untold = gracious("2026-02-02", answered_on="2026-02-20")
    assert delay(untold).last_day is None
    assert "pas notifiée" in delay(untold).why


def test_a_late_answer_gives_new_months_only_while_those_of_the_silence_run():
    within = gracious("2026-02-02", answered_on="2026-05-20", told_on="2026-05-22")
    assert delay(within).last_day == d("2026-07-23")
    after = gracious("2026-02-02", answered_on="2026-07-20", told_on="2026-07-22")
    assert delay(after).last_day == d("2026-06-03")


def test_a_late_appeal_stops_nothing():
    assert delay(gracious("2026-03-17"), today="2026-03-18").last_day == d("2026-03-16")


def test_with_both_appeals_the_delay_waits_for_both():
    first = gracious("2026-02-02", answered_on="2026-02-20", told_on="2026-02-20")
    second = gracious("2026-02-10")
    assert delay(first, second, today="2026-03-01").last_day is None
    assert delay(first, second, today="2026-04-11").last_day == d("2026-06-11")


def test_a_mediation_stops_the_delay_and_gives_it_back_whole():
    assert delay(mediation("2026-03-10"), today="2026-04-01").last_day is None
    assert delay(mediation("2026-03-10", "2026-05-05")).last_day == d("2026-07-06")


def test_a_mediation_agreed_too_late_stops_nothing():
    assert delay(mediation("2026-03-20", "2026-05-05")).last_day == d("2026-03-16")


def test_an_appeal_after_a_mediation_does_not_stop_the_delay_again():
    ended = mediation("2026-01-20", "2026-02-03")
    assert delay(ended, gracious("2026-02-10"), today="2026-02-11").last_day == d("2026-04-07")


@pytest.mark.parametrize(
    ("postal_code", "country", "court", "months"),
    [
        ("63300", "", "tribunal administratif de Paris", 0),
        ("97300", "", "tribunal administratif de Paris", 1),
        ("98713", "", "tribunal administratif de Paris", 1),
        ("97300", "", "tribunal administratif de la Guyane", 0),
        ("75001", "", "tribunal administratif de la Guyane", 1),
        ("97200", "", "tribunal administratif de la Guyane", 1),
        ("97150", "", "tribunal administratif de Saint-Martin", 0),
        ("97150", "", "tribunal administratif de la Guadeloupe", 1),
        ("", "Belgique", "tribunal administratif de Paris", 2),
        ("75001", "France", "tribunal administratif de Paris", 0),
        ("98000", "Monaco", "tribunal administratif de Paris", 2),
    ],
)
def test_distance_of_a_structure_to_the_court(postal_code, country, court, months):
    assert distance_months(postal_code=postal_code, country=country, court=court) == months
