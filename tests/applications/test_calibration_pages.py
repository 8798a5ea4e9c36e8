"""The chair's page of severities, and what a reviewer is told of hers: who reads them, what they say and refuse."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from applications.evaluations.agreement import agreement_of
from applications.evaluations.severity import scores_of_wave
from applications.evaluations.severity_chart import chart_of
from applications.models import Assignment, Review
from applications.templatetags.scores import ratio
from programme.models import Wave
from tests import factories
from tests.applications import scored_waves as waves
from tests.applications.simulated_waves import Case

pytestmark = pytest.mark.django_db


def signed_in(user):
    client = Client()
    client.force_login(user, backend="accounts.backends.SignInBackend")
    return client


def page_of(wave, user=None):
    user = user or factories.panel_chair()
    return signed_in(user).get(reverse("applications:calibration", args=[wave.public_id]))


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def test_the_chair_reads_the_severity_of_each_reviewer():
    wave, _, people = waves.scored()
    shown = page_of(wave)
    text = text_of(shown)
    found = shown.context["found"]
    assert found.is_calibrated
    assert all(str(person) in text for person in people)
    severities = [line.severity.value for line in found.lines]
    assert severities == sorted(severities)
    assert "plus sévère que les autres" in text and "<svg" in text
    assert sum(share for _, share in found.shares) in (99, 100, 101)


def test_the_agreement_is_shown_with_its_values():
    wave, _, _ = waves.scored()
    scores = Review.objects.values_list("assignment__application", "assignment__reviewer", "score_hundredths")
    expected = agreement_of(list(scores))
    shown = text_of(page_of(wave))
    row = r'<th scope="row">([^<]+)</th>\s*<td class="fab-num" data-label="Valeur">([^<]+)<'
    assert dict(re.findall(row, shown)) == {
        "Corrélation intraclasse d’une note": ratio(expected.single),
        "Corrélation de la moyenne d’un dossier": ratio(expected.mean),
        "Alpha de Krippendorff": ratio(expected.alpha),
    }
    assert f"Entre {ratio(expected.low)} et {ratio(expected.high)}" in shown


def test_the_drawing_says_what_the_table_says():
    wave, _, _ = waves.scored()
    lines = scores_of_wave(wave).lines
    chart = chart_of(lines)
    assert [row.label for row in chart.rows] == [str(line.reviewer) for line in lines]
    for row, line in zip(chart.rows, lines, strict=True):
        assert chart.names <= row.low <= row.point <= row.high <= chart.width
        assert (row.point < chart.zero) == (line.severity.value < 0) or row.point == chart.zero


def test_a_refused_model_leaves_the_raw_figures_and_says_why():
    wave, _, people = waves.scored(Case("", 6, 2, 2))
    text = text_of(page_of(wave))
    assert "les notes brutes restent seules" in text
    assert "2\u00a0personnes ont rendu des évaluations\u00a0: il en faut 3 au moins" in text
    assert "Sévérité estimée" not in text and "<svg class" not in text and "fab-severites" not in text
    assert str(people[0]) in text


def test_who_owes_a_sheet_reads_no_severity_before_giving_it():
    wave, dossiers, people = waves.scored()
    chair = factories.user(Role.PANEL_CHAIR, Role.REVIEWER)
    Assignment.objects.create(application=dossiers[0], reviewer=chair, state="accepted")
    text = text_of(page_of(wave, chair))
    assert "Rendez d’abord vos évaluations" in text
    assert not any(str(person) in text for person in people)


def test_a_dossier_closed_to_the_reader_counts_nowhere():
    wave, dossiers, _ = waves.scored()
    chair = factories.user(Role.PANEL_CHAIR, Role.REVIEWER)
    whole = page_of(wave, chair).context["sheets"]
    Assignment.objects.create(application=dossiers[0], reviewer=chair, state="recused")
    assert page_of(wave, chair).context["sheets"] == whole - 3


def test_a_wave_without_a_sheet_says_so():
    assert "Aucune note rendue" in text_of(page_of(waves.wave_in_deliberation()))


def test_the_page_costs_the_same_whatever_the_number_of_reviewers():
    costs = []
    for case in (Case("", 8, 3, 3), waves.CLEAR):
        wave, _, _ = waves.scored(case)
        client = signed_in(factories.panel_chair())
        path = reverse("applications:calibration", args=[wave.public_id])
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            text_of(client.get(path))
        costs.append(len(captured))
    assert costs[0] == costs[1]


@pytest.mark.parametrize("role", [Role.PANEL_MEMBER, Role.DECISION_MAKER, Role.REVIEWER])
def test_severities_are_not_for_the_others(role):
    wave, _, _ = waves.scored(Case("", 4, 3, 2))
    assert page_of(wave, factories.user(role)).status_code == 403


# --- To the reviewer, hers -------------------------------------------------------------------------------------------


def feedback(wave, user):
    return signed_in(user).get(reverse("applications:review_feedback", args=[wave.public_id]))


def test_a_reviewer_reads_how_she_scored_once_the_wave_is_decided():
    wave, _, people = waves.scored()
    assert feedback(wave, people[0]).status_code == 404
    wave = waves.decided(wave)
    text = text_of(feedback(wave, people[0]))
    assert "Ma sévérité" in text
    assert not any(str(other) in text for other in people[1:])


def test_the_desk_leads_there_once_there_is_something_to_tell():
    wave, _, people = waves.scored()
    desk = reverse("applications:desk")
    path = reverse("applications:review_feedback", args=[wave.public_id])
    assert path not in text_of(signed_in(people[0]).get(desk))
    waves.decided(wave)
    assert path in text_of(signed_in(people[0]).get(desk))
    assert path not in text_of(signed_in(factories.reviewer()).get(desk))


def test_feedback_is_of_the_waves_that_one_has_read():
    wave, _, _ = waves.scored()
    assert feedback(waves.decided(wave), factories.reviewer()).status_code == 404


def test_feedback_says_why_a_severity_is_not_estimated():
    wave, _, people = waves.scored(Case("", 6, 2, 2))
    text = text_of(feedback(waves.decided(wave), people[0]))
    assert "n’a pas pu être estimée" in text and "il en faut 3 au moins" in text


def test_scores_of_two_waves_do_not_mix():
    one, _, people = waves.scored()
    waves.scored()
    assert Wave.objects.count() == 2
    assert {line.reviewer for line in scores_of_wave(one).lines} == set(people)
