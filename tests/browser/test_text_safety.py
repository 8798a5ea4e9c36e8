"""The short form of the proof `text_safety`: one cut of each kind, on the real site."""

import pytest

from tests.browser import cuts, steps

pytestmark = [pytest.mark.browser, pytest.mark.proof]
DRAFT = "Le Préau numérique"


@pytest.fixture
def desk(people):
    """(path of a section, value of the session cookie) of the applicant of the demonstration."""
    applicant = people.page("porteuse")
    applicant.goto("/mes-dossiers/")
    applicant.get_by_role("link", name=DRAFT, exact=True).first.click()
    applicant.wait_for_url("**/dossiers/*/")
    session = next(one["value"] for one in applicant.context.cookies() if one["name"] == "sessionid")
    return f"{steps.path_of(applicant)}projet/", session


def test_a_cut_at_any_moment_loses_two_seconds_at_most(site, desk):
    # Each thread has its own playwright; the test itself must not share one.
    done, kinds = [], iter(cuts.KINDS)
    cuts.apart(lambda: cuts.suffer_all(site.url, *desk, seed=0, next_kind=lambda: next(kinds, None), done=done))
    assert [cut.kind for cut in done] == list(cuts.KINDS)
    assert cuts.worst(done).lost_s <= 2, cuts.worst(done)
