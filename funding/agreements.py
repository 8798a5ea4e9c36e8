"""The agreement of an award, from its number to its force (L. 2000-321 art. 10); its texts are in `conventions/`."""

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.permissions import require
from documents.requests import take_number
from funding import awards
from funding.conventions import drafting, sending, sharing, signing
from funding.conventions.commitments import is_committed_by_agreement
from funding.conventions.taking_over import take_over
from funding.models import Agreement, Award, Schedule
from funding.schedules import default_plan, needs_agreement, plan

MANAGE = "funding.manage_agreement"
SERIES = "FT-C"


def prepare(*, award, by):
    """Draft the agreement of an award, with its number and its text; the one that exists already is given back.

    Args:
        award: a committed `Award` (a reserved one where the agreement is the act that commits).
        by: an officer, or None for the system.

    Raises:
        Refusal: no agreement is needed, or the award is not committed.
    """
    require(by, MANAGE)
    with transaction.atomic():
        award = Award.objects.select_for_update(of=("self",), no_key=True).get(pk=award.pk)
        known = Agreement.objects.filter(award=award).first()
        if known is not None:
            return known
        refuse_unready(award)
        today = timezone.localdate()
        if not award.schedules.filter(state=Schedule.State.CURRENT).exists():
            plan(award=award, instalments=default_plan(award, award.committed_on or today), by=by)
        share_as_asked(award, by)
        number = take_number(series=SERIES, year=today.year)
        agreement = Agreement.objects.create(award=award, number=number)
        drafting.draft(agreement=agreement, by=by)
        awards.record(award, "prepare_agreement", by, {"number": number})
    return agreement


def share_as_asked(award, by):
    """The consortium that the dossier names, until somebody shares it otherwise."""
    known = award.application_id is None or award.sharings.exists()
    if not known and (members := sharing.members_of_dossier(award.application)):
        sharing.share_out(award=award, members=members, by=by)


def refuse_unready(award):
    if not needs_agreement(award):
        raise Refusal("Cet appel ne demande pas de convention : la décision notifiée suffit.")
    if award.state not in (Award.State.COMMITTED, Award.State.IN_FORCE) and not is_committed_by_agreement(award):
        raise Refusal(
            f"L’attribution est « {award.get_state_display().lower()} » : "
            "la convention se prépare une fois la décision signée et les AE engagées."
        )


def send(*, agreement, by, checked=(), on=None, version=None):
    """Send the text of an agreement to the beneficiary, and tell its members.

    Args:
        checked: codes of the compulsory clauses that the officer has read again (`conventions.clauses`).
        on: Paris date, today when None.
        version: of the agreement, as the page showed it.

    Raises:
        Refusal: a clause was not read again, the organisation has no SIRET yet, or the date is wrong.
    """
    with transaction.atomic():
        agreement = drafting.lock_agreement(agreement)
        agreement.expect_version(version)
        text = drafting.draft(agreement=agreement, by=by)
        return sending.send(agreement_version=text, by=by, checked=checked, on=on).agreement


def record_beneficiary_signature(*, agreement, by, on, signatory, version=None):
    """Record the beneficiary's signature on paper.

    Args:
        on: Paris date of the signature.
        signatory: who signed for the beneficiary, with the quality.

    Raises:
        Refusal: wrong date, or nobody named.
    """
    with transaction.atomic():
        text = text_of(agreement, by, version)
        return signing.record_on_paper(agreement_version=text, by=by, on=on, signatory=signatory).agreement


def record_state_signature(*, agreement, by, on, signatory, version=None):
    """Record the State's signature on paper: the agreement is in force, the place contracted, a first payment due.

    Args:
        on: Paris date of the signature.
        signatory: the `User` who signed for the State, whose delegation covered it that day.
    """
    with transaction.atomic():
        text = text_of(agreement, by, version)
        return signing.record_state_signature(agreement_version=text, by=by, on=on, signatory=signatory).agreement


def text_of(agreement, by, version=None):
    """The text that is being signed, of a locked agreement.

    Raises:
        StalePage: there is none, or the page is old.
    """
    agreement = drafting.lock_agreement(agreement)
    agreement.expect_version(version)
    found = drafting.open_version(agreement) or take_over(agreement, by)
    if found is None:
        raise StalePage(f"La convention est « {agreement.get_state_display().lower()} » : rien n’attend de signature.")
    return found
