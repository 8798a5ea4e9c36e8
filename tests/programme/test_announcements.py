"""What was announced: the statement in force on a day, the ones beside it, the targets."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from programme import founding
from programme.models import Announcement, AnnouncementPart, Programme, Segment, Target

pytestmark = pytest.mark.django_db
MILLION = 100_000_000


def in_force(programme, on, kind="money"):
    return Announcement.objects.in_force(programme, kind=kind, on=datetime.date.fromisoformat(on))


def test_nothing_is_in_force_before_it_was_said(programme):
    assert in_force(programme, "2018-09-18") is None


@pytest.mark.parametrize("on", ["2018-09-19", "2019-06-17", "2021-08-27", "2022-01-01", "2026-11-22"])
def test_the_110_millions_stay_in_force_whatever_was_said_beside_them(programme, on):
    statement = in_force(programme, on)
    assert statement.amount_cents == 110 * MILLION
    assert statement.grants_cents == 3 * 20 * MILLION
    assert statement.fund_cents == 50 * MILLION
    assert statement.grants_cents + statement.fund_cents == statement.amount_cents


def test_every_other_sum_is_kept_with_its_date_and_source(programme):
    said = programme.announcements.filter(kind="money")
    assert {row.amount_cents // MILLION for row in said} == {45, 54, 62, 100, 110, 130, 175, 190}
    assert all(row.source and row.stated_on for row in said)
    first = in_force(programme, "2026-01-01")
    assert all(row.contradicts == first for row in said if row != first)


def test_france_relance_takes_the_45_millions_back_not_the_110(programme):
    relance = programme.announcements.get(amount_cents=54 * MILLION)
    assert relance.supersedes.amount_cents == 45 * MILLION
    assert relance.contradicts.amount_cents == 110 * MILLION
    assert relance.date_note
    standing = Announcement.objects.filter(kind="money").standing(datetime.date(2022, 1, 1))
    assert relance in standing
    assert relance.supersedes not in standing


def test_a_statement_that_supersedes_is_in_force_from_its_day_only(programme):
    first = in_force(programme, "2026-01-01")
    new = Announcement.objects.create(
        programme=programme,
        kind="money",
        stated_on=datetime.date(2026, 6, 1),
        statement="120 millions, qui remplacent les 110",
        amount_cents=120 * MILLION,
        source="essai",
        supersedes=first,
    )
    assert in_force(programme, "2026-05-31") == first
    assert in_force(programme, "2026-06-01") == new


def test_the_targets_count_300_with_150_150_and_30_inside(programme):
    numbers = dict(Target.objects.values_list("segment", "number"))
    assert numbers == {"": 300, Segment.QPV: 150, Segment.QPV_DIGITAL: 30, Segment.OUTSIDE_LARGE_CENTRES: 150}
    assert numbers[Segment.QPV] + numbers[Segment.OUTSIDE_LARGE_CENTRES] == numbers[""]
    assert all(target.source and target.definition and target.due_on for target in Target.objects.all())


def test_the_target_in_force_is_the_split_of_2019(programme):
    assert "150 en quartier prioritaire" in in_force(programme, "2026-01-01", "target").statement
    assert "300 Fabriques" in in_force(programme, "2019-01-01", "target").statement


def test_creating_the_programme_twice_changes_nothing(programme):
    before = Announcement.objects.count(), Target.objects.count()
    again = founding.create_programme(slug=programme.slug, origin="real")
    assert (again, again.origin) == (programme, "demonstration")
    assert (Announcement.objects.count(), Target.objects.count()) == before
    assert Programme.objects.count() == 1


def test_a_real_programme_gets_no_invented_address():
    real = founding.create_programme(slug="vrai", origin="reconstruction")
    invented = founding.create_programme(slug="essai", origin="demonstration")
    assert "Non donné" in real.service_phone
    assert invented.service_email.endswith(".example")


def test_statements_are_never_deleted(programme):
    with pytest.raises(IntegrityError), transaction.atomic():
        programme.announcements.all()._raw_delete("default")


def test_the_same_statement_is_kept_once(programme):
    row = programme.announcements.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Announcement.objects.create(
            programme=programme, kind=row.kind, stated_on=row.stated_on, source=row.source, statement="x"
        )


def test_an_announced_sum_is_positive(programme):
    with pytest.raises(IntegrityError), transaction.atomic():
        Announcement.objects.create(
            programme=programme, kind="money", stated_on="2026-01-01", source="x", statement="x", amount_cents=0
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Target.objects.create(
            programme=programme, number=1, due_on="2026-01-01", stated_on="2018-09-19", definition="x", source="x"
        )


def parts(programme, amount):
    said = programme.announcements.get(kind="money", amount_cents=amount * MILLION, parts__isnull=False, parts__rank=1)
    return [(part.amount_cents // MILLION, part.owner, part.instrument) for part in said.parts.all()]


def test_what_each_sum_was_said_to_be_made_of(programme):
    assert parts(programme, 110) == [(20, "state", "grant")] * 3 + [(50, "state", "fund")]
    assert parts(programme, 45) == [(45, "state", "grant"), (50, "other", "grant"), (50, "other", "fund")]
    assert parts(programme, 54) == [(54, "state", "grant")]


def test_a_scheme_founded_earlier_receives_the_parts_once(programme):
    AnnouncementPart.objects.all().delete()
    for _ in range(2):
        founding.create_programme(slug=programme.slug, origin=programme.origin)
    assert AnnouncementPart.objects.filter(announcement__programme=programme).count() == 8
