"""Sending a dossier: judged by the server's clock at arrival, once, with a receipt."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.french import deadline, euros, hour, long_date, long_datetime
from accounts.models import Event, Membership, User
from accounts.notify import notify_each
from accounts.organisations import require_writer
from applications import budget, completeness, duplicates, receipts, sign_off, snapshots
from applications.clocks import local_day, months_after
from applications.drafting import DepositClosed
from applications.following import refuse_outdated
from applications.models import Application, Revision
from applications.read_once import read_once
from applications.routing import route
from applications.windows import window_of
from documents.models import Document
from documents.requests import take_number
from programme.models import Wave
from programme.zoning import zoning_of

SERIES = "DOS"


class Incomplete(Refusal):
    """Something is missing; `problems` says what, section by section."""

    title = "Le dossier n’est pas complet"

    def __init__(self, problems):
        count = len(problems)
        more = f" et {count - 1} autre{'s' if count > 2 else ''} point{'s' if count > 2 else ''}" if count > 1 else ""
        super().__init__(f"Le dossier n’est pas envoyé. À corriger d’abord : {problems[0].sentence}{more}")
        self.problems = problems


def submit(*, application, by, version=None, at=None):
    """Send a draft. Sending what was sent already changes nothing and gives the same receipt.

    Args:
        by: a person who may write for the organisation.
        version: of the dossier as the page read it, or None.
        at: the instant of arrival; now by default. A view gives the time at which the request came in.

    Returns:
        The receipt, a `documents.models.Document`.

    Raises:
        DepositClosed: `at` is neither within the window of the wave (`opens_at` included, `closes_at` excluded), nor
            within the grace of the call, nor within the time given to this structure (`windows.Window`).
        Incomplete: a section lacks something.
        NotAllowed, StalePage.

    Source: CRPA L112-11 (receipt), L231-4 3° (silence on a financial request is a refusal).
    """
    at = at or timezone.now()
    with transaction.atomic():
        application = locked(application)
        require_writer(application.organisation, by)
        if application.submitted_at:
            return receipt_of(application)
        window = window_of(application)
        application.deposit_basis = in_time_by(application, window, at)
        read_once(application)
        signers = refuse_unsendable(application, by, version, window.in_force)
        freeze(application, at)
        application.requested_cents = budget.requested(budget.cells_of(application))
        application.implied_rejection_on = months_after(local_day(at), application.call_version.silence_months)
        application.reference = take_number(series=SERIES, year=local_day(at).year)
        application.index()
        route(application)
        application.move("submit", by=by, at=at)
        revision = keep_revision(application, by, at, signers=signers, number=1)
        receipt = receipts.ask(application, revision, by)
        duplicates.find(application)
        tell(Event.RECEIPT, application, f"receipt:{application.pk}", *receipt_mail(application))
    return receipt


def locked(application):
    """The dossier with what its verbs read, locked."""
    related = ("wave__call__programme", "fabrique__commune", "organisation", "call_version", "officer", "project")
    return Application.objects.select_for_update(of=("self",)).select_related(*related).get(pk=application.pk)


def receipt_of(application):
    """The receipt of a sent dossier."""
    return Document.objects.about(application).get(kind=Document.Kind.RECEIPT)


def in_time_by(application, window, at):
    """The `DepositBasis` of a sending that arrives at this instant.

    Raises:
        DepositClosed: none applies; nothing is lost, and the sentence says what to do.
    """
    if basis := window.basis(at):
        return basis
    wave = application.wave
    if wave.closes_at is None or wave.state == Wave.State.PLANNED or (wave.opens_at and at < wave.opens_at):
        opening = f" Il ouvre le {deadline(wave.opens_at)} (heure de Paris)." if wave.opens_at else ""
        raise DepositClosed(
            f"Le dépôt de la vague {wave.number} n’est pas encore ouvert.{opening} Votre brouillon est gardé."
        )
    raise DepositClosed(too_late(window, at))


def too_late(window, at):
    wave = window.wave
    if window.extended_until:
        closed = f"Le délai accordé à votre structure est passé depuis le {deadline(window.extended_until)}"
    else:
        closed = f"Le dépôt de la vague {wave.number} est clos depuis le {deadline(wave.closes_at)}"
    tolerance = f", tolérance comprise jusqu’au {deadline(window.grace_until)}" if window.has_grace else ""
    return (
        f"{closed} (heure de Paris{tolerance}). "
        f"Votre envoi est arrivé le {long_date(at)} à {precise_hour(at)} : il n’a pas été enregistré. "
        "Votre brouillon est gardé : vous pouvez le relire et le reprendre pour une prochaine vague. "
        f"Si une panne vous a empêché d’envoyer à temps, écrivez à {wave.call.programme.service_email}."
    )


def precise_hour(at):
    return f"{hour(at)} et {timezone.localtime(at).second} secondes"


def refuse_unsendable(application, by, version, in_force):
    """Raise what keeps the dossier from being sent; returns the representatives of the structure."""
    if application.state != Application.State.DRAFT:
        raise StalePage(application.refused_transition_message())
    application.expect_version(version)
    refuse_outdated(application, in_force)
    signature = sign_off.standing(application, by)
    if problems := [*completeness.problems(application), *sign_off.problems_of(signature)]:
        raise Incomplete(problems)
    return signature.representatives


def freeze(application, at):
    """Take the segment asked for and the zoning of the commune that day; "unknown" stays unknown."""
    application.segment = application.declared_segment
    application.zoning = zoning_of(application.fabrique.commune, local_day(at))


def keep_revision(application, by, at, *, signers=None, number=None):
    """Freeze what is sent.

    Args:
        signers: the representatives of the structure, and `number` that of the version, when the caller knows them.
    """
    content = snapshots.snapshot(application)
    sha256 = snapshots.digest(content)
    sign_off.at_sending(application, content, sha256, by, signers)
    return Revision.objects.create(
        application=application,
        number=number or application.revisions.count() + 1,
        content=content,
        sha256=sha256,
        sent_at=at,
        sent_by=by,
    )


def url_of(application):
    return f"{settings.PUBLIC_URL}/dossiers/{application.public_id}/"


def tell(event, application, key, subject, body):
    """One mail to each person who may write for the organisation, in the caller's transaction."""
    tell_writers(event, application.organisation, key, subject, body, url=f"/dossiers/{application.public_id}/")


def tell_writers(event, organisation, key, subject, body, url="/mes-dossiers/"):
    writers = User.objects.filter(
        memberships__organisation=organisation, memberships__role__in=Membership.WRITERS, is_active=True
    )
    notify_each(event, recipients=writers.order_by("pk"), key=key, subject=subject, body=body, url=url)


def receipt_mail(application):
    programme, wave = application.wave.call.programme, application.wave
    body = f"""Bonjour,

Nous avons bien reçu le dossier {application.reference}, « {application.fabrique.name} », le \
{long_datetime(application.submitted_at)} (heure de Paris).
Montant demandé : {euros(application.requested_cents)}. Appel « {wave.call} », vague {wave.number}.

Votre accusé de réception est sur la page de votre dossier : {url_of(application)}

Si nous ne vous avons pas répondu le {long_date(application.implied_rejection_on)}, notre silence vaut refus. \
L’accusé de réception dit ce que vous pouvez faire alors, et ce qui vient ensuite.

{programme.service_name}
{programme.service_address}
{programme.service_phone}, {programme.service_email}
"""
    return f"Dossier {application.reference} bien reçu", body
