"""Agreements signed and amended by several people at once, on real connections: one effect, nothing moved twice."""

from collections import Counter

import pytest
from django.db import transaction

from accounts.models import Role
from funding import agreements, awards
from funding.conventions import amending, sending, signing
from funding.conventions.clauses import COMPULSORY
from funding.models import AgreementSignature, AgreementVersion, Award, Kind, Posting
from funding.reconciliation import differences
from tests.funding import conftest as make
from tests.funding import rush
from tests.funding.conftest import CAP, GRANT, today
from tests.funding.test_amendments import later

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


def contracted(officer, *, cents=GRANT, line=None):
    """An award in force of `cents`, its agreement signed by both."""
    line = line or make.make_line()
    wave = make.make_wave(line.programme)
    make.open_credits(line, "ae", cents)
    application = make.make_application(wave, announced=True)
    (award,) = make.reserve(wave, [make.request_for(wave, line, application=application, cents=cents)])
    make.commit([award])
    make.announce(award)
    award.refresh_from_db()
    make.sign_agreement(award, officer)
    awards.mark_notified(award=award, on=today())
    return Award.objects.get(pk=award.pk)


def test_the_state_signs_once_though_eight_click():
    officer = make.make_user(Role.OFFICER)
    line = make.make_line()
    wave = make.make_wave(line.programme)
    make.open_credits(line, "ae", GRANT)
    application = make.make_application(wave, announced=True)
    (award,) = make.reserve(wave, [make.request_for(wave, line, application=application)])
    make.commit([award])
    make.announce(award)
    award.refresh_from_db()
    agreement = agreements.prepare(award=award, by=officer)
    agreements.send(agreement=agreement, by=officer, checked=COMPULSORY)
    agreements.record_beneficiary_signature(agreement=agreement, by=officer, on=today(), signatory="Mme A")
    text = AgreementVersion.objects.get()
    signatory = make.make_signatory(line.programme)
    told = rush.at_once([lambda: signing.sign_for_state(agreement_version=text, by=signatory)] * 8)
    assert Counter(one if one == rush.WON else "stale" for one in told) == {rush.WON: 1, "stale": 7}
    assert AgreementSignature.objects.filter(side="state").count() == 1


def test_one_amendment_at_a_time_though_six_officers_prepare_one():
    officer = make.make_user(Role.OFFICER)
    award = contracted(officer)
    changes = amending.Changes(plans=later(CAP // 2))
    agreement = award.agreement
    told = rush.at_once([lambda: amending.amend(agreement=agreement, changes=changes, reason="Motif", by=officer)] * 6)
    assert told.count(rush.WON) == 1 and all("StalePage" in one for one in told if one != rush.WON)
    assert AgreementVersion.objects.filter(kind="amendment").count() == 1


def test_two_amendments_after_the_last_euro_of_a_line():
    officer = make.make_user(Role.OFFICER)
    line = make.make_line()
    pair = [contracted(officer, cents=CAP, line=line) for _ in range(2)]
    # What is owed already stays: each adds as much again, and the line has it once.
    extra = pair[0].instalments.get(number=1).cents
    make.open_credits(line, "ae", extra)
    changes = amending.Changes(plans=later(CAP), line=line, fiscal_year=today().year)

    def more(award):
        amending.amend(agreement=award.agreement, changes=changes, reason="Motif", by=officer)

    told = Counter(rush.at_once([lambda award=award: more(award) for award in pair]))
    assert told == {rush.WON: 1, rush.REFUSED: 1}
    won = AgreementVersion.objects.get(kind="amendment")
    sending.send(agreement_version=won, by=officer)
    signing.record_on_paper(agreement_version=won, by=officer, on=today(), signatory="Mme A")
    signatory = make.make_signatory(line.programme)
    told = rush.at_once([lambda: signing.sign_for_state(agreement_version=won, by=signatory)] * 4)
    assert told.count(rush.WON) == 1
    assert Posting.objects.filter(key__startswith="amendment:").count() == 2
    with transaction.atomic():
        assert differences() == []
    standing = Award.objects.get(pk=won.agreement.award_id)
    assert standing.total_cents == CAP + extra
    assert standing.accounts.get(kind=Kind.AE_COMMITTED).balance_cents == CAP + extra
