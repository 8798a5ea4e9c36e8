"""Under what a decision is signed: checked on the day, printed in the letter."""

import datetime

import pytest
from django.db import IntegrityError
from django.utils import timezone

from documents.models import Document
from documents.rendering import as_html
from selection.decisions import sign_wave
from selection.delegations import NotDelegated, delegation_for
from selection.models import SignatureDelegation
from selection.outcomes import adopt
from tests.documents.words_of_letters import words
from tests.selection.conftest import GRANT, prepare_all

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def the_delegation(panel, **fields):
    SignatureDelegation.objects.filter(holder=panel.signatory).update(**fields)
    return SignatureDelegation.objects.get(holder=panel.signatory)


def asked(panel, on, cents=GRANT):
    held = [the_delegation(panel)]
    return delegation_for(
        signatory=panel.signatory,
        programme=panel.wave.call.programme,
        delegations=held,
        act="award",
        cents=cents,
        on=on,
    )


def test_a_delegation_holds_from_its_publication_to_its_last_day_up_to_its_ceiling(panel):
    today = timezone.localdate()
    found = the_delegation(panel, published_on=today)
    assert asked(panel, today) == found
    for on, cents in ((today - DAY, GRANT), (found.ends_on + DAY, GRANT), (today, GRANT + 1)):
        with pytest.raises(NotDelegated):
            asked(panel, on, cents)


def test_a_publication_before_its_act_is_refused_by_the_database(panel):
    with pytest.raises(IntegrityError):
        the_delegation(panel, act_on=timezone.localdate(), published_on=timezone.localdate() - DAY)


def test_the_letter_prints_for_whom_by_which_act_published_when(panel):
    the_delegation(
        panel, published_act="Arrêté n° 12", act_on="2026-01-04", published_on="2026-01-08", authority="le ministre"
    )
    prepare_all(panel)
    adopt(wave=panel.wave, by=panel.chair)
    sign_wave(wave=panel.wave, by=panel.signatory)
    letter = Document.objects.filter(kind="refusal_letter").first()
    said = words(as_html(letter.template, letter.facts))
    assert "Pour le ministre et par délégation, la cheffe de service" in said
    assert "Délégation : Arrêté n° 12, publié le 8 janvier 2026" in said
    assert "la contester devant le ministre (recours hiérarchique)" in said
