"""On PostgreSQL each sort of the officers' list, either way and from either end, is read from an index."""

import pytest
from django.db import connection
from django.test import RequestFactory

from accounts.lists import slice_of_keys
from applications.lists import DossierList
from applications.models import Application
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.concurrency]
SORTS = [f"{sign}{column.key}" for column in DossierList.columns if column.sort for sign in ("", "-")]


@pytest.fixture
def officer():
    return factories.officer()


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("reverse", [False, True])
def test_a_sort_is_read_from_an_index(officer, sort, reverse):
    request = RequestFactory().get("/pilotage/dossiers/", {"tri": sort})
    request.user = officer
    listing = DossierList(request, Application.objects.visible_to(officer))
    ordered = listing.ordered.reverse() if reverse else listing.ordered
    with connection.cursor() as cursor:
        # An empty table is read whole, whatever its indexes: the planner is asked what it could do.
        cursor.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off;"
            "SET LOCAL enable_incremental_sort = off"
        )
    plan = ordered.values_list("pk", flat=True).explain()
    assert "application_list_" in plan and "Sort" not in plan, plan


def test_a_search_may_use_the_trigrams():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
    plan = Application.objects.filter(search_text__contains="thiers").values_list("pk", flat=True).explain()
    assert "application_search_trigrams" in plan


def test_the_last_page_is_read_from_the_end(officer, django_assert_num_queries):
    wave = factories.wave()
    sent = [factories.submitted(wave_=wave) for _ in range(3)]
    ordered = Application.objects.visible_to(officer).order_by("submitted_at", "pk")
    with django_assert_num_queries(1):
        assert slice_of_keys(ordered, 2, 1, 3) == [sent[2].pk]
