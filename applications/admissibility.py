"""Is this dossier complete and within the conditions of the call? Officers' acts, and the applicant's answer."""

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal
from accounts.french import deadline, long_date
from accounts.models import Event, JournalEntry
from accounts.organisations import require_writer
from accounts.permissions import require
from applications import asked_items, budget, checklist, completeness, grounds, inadmissibility, receipts, sign_off
from applications.clocks import local_day, resume, suspended_from
from applications.models import Application, CorrectionRequest
from applications.models.application import INSTRUCT
from applications.submission import Incomplete, freeze, keep_revision, locked, tell, url_of

State = Application.State


def take_charge(*, application, by, version=None):
    """Become the agent in charge, named on letters (CRPA L111-2).

    Raises:
        NotAllowed, StalePage.
    """
    require(by, INSTRUCT)
    with transaction.atomic():
        application = locked(application)
        application.expect_version(version)
        application.officer = by
        application.save()
        JournalEntry.write(action="take_charge", subject=application, actor=by)
    return application


def request_correction(*, application, due_at, by, items="", targets=(), suspends_clock=True, version=None):
    """Ask for something, with a deadline; required pieces stop the clock of the implied rejection (CRPA L114-5).

    Args:
        items: what is asked for on the whole dossier, one item a line.
        targets: [(code of `asked_items.targets_of`, what is asked)] on a section or on a kind of piece.
        due_at: aware instant before which it must come.
        suspends_clock: these are pieces that the call requires. A request for better quality leaves the clock running.

    Raises:
        Refusal: nothing asked for, or a deadline that is past (fields "items", "due_at").
        NotAllowed, StalePage.
    """
    now, asked_for = timezone.now(), [*targets, *(("", line) for line in (items or "").splitlines())]
    if not any((text or "").strip() or code for code, text in asked_for):
        raise Refusal("Dites ce qui manque : une demande par ligne.", field="items")
    if due_at is None or due_at <= now:
        raise Refusal("La date limite doit être à venir : laissez le temps de répondre.", field="due_at")
    with transaction.atomic():
        application = locked(application)
        application.expect_version(version)
        wanted = asked_items.read(application, asked_for)
        stopped_on = suspended_from(application, local_day(now)) if suspends_clock else None
        application.move("request_correction", by=by, on=stopped_on)
        asked = ask_for(application, wanted, due_at=due_at, requested_by=by, suspends_clock=suspends_clock)
        tell(Event.REQUEST, application, f"correction:{asked.pk}", *correction_mail(application, asked))
        receipts.ask_for_pieces(asked, by)
    return asked


def ask_for(application, wanted, **fields):
    """The `CorrectionRequest` and its items; its text is what mails and lists say."""
    text = "\n".join(str(one) for one in wanted)
    asked = CorrectionRequest.objects.create(application=application, items=text, **fields)
    for one in wanted:
        one.request = asked
    asked.asked_items.bulk_create(wanted)
    return asked


def answer_correction(*, application, by, version=None, at=None):
    """Send the dossier again with what was asked for: a new revision; the clock starts again.

    Args:
        at: the instant of arrival, now by default.

    Raises:
        Refusal: the deadline of the request is past.
        Incomplete: a section lacks something.
        NotAllowed, StalePage.
    """
    at = at or timezone.now()
    with transaction.atomic():
        application = locked(application)
        require_writer(application.organisation, by)
        application.expect_version(version)
        asked = application.correction_requests.select_for_update(of=("self",)).filter(closed_at=None).first()
        if asked:
            refuse_too_late(application, asked, at)
        if problems := [*completeness.problems(application), *sign_off.problems(application, by)]:
            raise Incomplete(problems)
        resume(application, asked, at)
        freeze(application, at)
        application.requested_cents = budget.requested(budget.cells_of(application))
        application.move("answer_correction", by=by)
        revision = keep_revision(application, by, at)
        end(asked, answered_at=at)
        tell(Event.RECEIPT, application, f"resent:{revision.pk}", *resent_mail(application, at))
    return revision


def refuse_too_late(application, asked, at):
    if at < asked.due_at:
        return
    service = application.wave.call.programme.service_email
    raise Refusal(
        f"Le délai pour répondre est passé depuis le {deadline(asked.due_at)} (heure de Paris). Vos changements sont "
        "gardés, mais le dossier est examiné tel que vous l’aviez envoyé. "
        f"Pour demander un délai, écrivez à {service}."
    )


def end(asked, *, answered_at=None):
    if asked:
        asked.answered_at, asked.closed_at = answered_at, answered_at or timezone.now()
        asked.save(update_fields=["answered_at", "closed_at"])


def open_request(application):
    return application.correction_requests.select_for_update(of=("self",)).filter(closed_at=None).first()


def close_correction(*, application, by, version=None):
    """Nothing came in time: examine the dossier as it was sent.

    Raises:
        Refusal: the deadline is not past.
        NotAllowed, StalePage.
    """
    with transaction.atomic():
        application = locked(application)
        application.expect_version(version)
        asked, now = open_request(application), timezone.now()
        if asked and now < asked.due_at:
            raise Refusal(
                f"La structure peut répondre jusqu’au {deadline(asked.due_at)}."
                " Attendez cette date pour reprendre l’examen."
            )
        resume(application, asked, now)
        application.move("close_correction", by=by)
        end(asked)
    return application


def admit(*, application, by, version=None):
    """The conditions of the call are met: form, place, amounts, date (glossary 15); the dossier is complete (14).

    Raises:
        Refusal: an item of the checklist is open; names it.
        NotAllowed, StalePage.
    """
    with transaction.atomic():
        application = locked(application)
        application.expect_version(version)
        if application.state == State.SUBMITTED:
            checklist.refuse_open(application)
        application.move("admit", by=by)
        tell(Event.PROGRESS, application, f"admitted:{application.pk}", *admitted_mail(application))
    return application


def reject_as_inadmissible(*, application, by, ground, conditions=(), version=None):
    """A condition of the call is not met: say which; the dossier goes no further.

    Args:
        ground: why, in the words that the applicant will read, after those of the conditions.
        conditions: codes of `grounds.InadmissibilityGround`; none: the words alone say it.

    Raises:
        Refusal: no ground, or one that is not of the list (fields "ground", "conditions").
        NotAllowed, StalePage.
    """
    ground = (ground or "").strip()
    if not ground:
        raise Refusal("Indiquez le motif : la condition qui n’est pas remplie, et pourquoi.", field="ground")
    grounds.refuse_unknown(conditions)
    words = grounds.in_words(conditions, ground)
    with transaction.atomic():
        application = locked(application)
        application.expect_version(version)
        asked = open_request(application)
        application.move("reject_as_inadmissible", by=by, ground=words, grounds=conditions)
        end(asked)
        inadmissibility.make_available(application, at=timezone.now())
        tell(Event.DECISION, application, f"inadmissible:{application.pk}", *inadmissible_mail(application))
    return application


def signature(application):
    programme = application.wave.call.programme
    officer = f"{application.officer}, qui suit votre dossier\n" if application.officer else ""
    return f"{officer}{programme.service_name}\n{programme.service_phone}, {programme.service_email}\n"


def correction_mail(application, asked):
    lines = "\n".join(f"- {line}" for line in asked.lines)
    body = f"""Bonjour,

Pour continuer l’examen du dossier {application.reference}, « {application.fabrique.name} », il nous manque :

{lines}

Répondez avant le {deadline(asked.due_at)} (heure de Paris) : {url_of(application)}

{clock_words(application, asked)} Passé ce délai, le dossier sera examiné tel que vous l’avez envoyé.

{signature(application)}"""
    return f"Dossier {application.reference} : pièces demandées", body


def clock_words(application, asked):
    """What the request does to the date at which silence is a refusal, in the applicant's words."""
    if application.clock_suspended_on:
        return (
            "Ce sont des pièces obligatoires : le compte à rebours au bout duquel notre silence vaut refus est arrêté "
            "jusqu’à votre réponse, au plus tard jusqu’à cette date."
        )
    if asked.suspends_clock or application.implied_rejection_on is None:
        return "Cette demande ne change rien à la date à laquelle notre silence vaut refus."
    return (
        "Ces précisions aident à l’examen ; elles n’arrêtent pas le compte à rebours : sans réponse de notre part le "
        f"{long_date(application.implied_rejection_on)}, notre silence vaut refus."
    )


def silence_words(application):
    """The present date of the refusal born of silence, said to the applicant."""
    on = long_date(application.implied_rejection_on)
    if application.implied_rejection_noted_at:
        return f"Notre silence vaut refus depuis le {on} ; le dossier reste examiné, une attribution reste possible."
    return f"Si nous ne vous avons pas répondu le {on}, notre silence vaut refus : c’est la date à jour."


def resent_mail(application, at):
    body = f"""Bonjour,

Nous avons reçu le {deadline(at)} la nouvelle version du dossier {application.reference}, \
« {application.fabrique.name} ».

{silence_words(application)}

Votre dossier : {url_of(application)}

{signature(application)}"""
    return f"Dossier {application.reference} : compléments bien reçus", body


def admitted_mail(application):
    body = f"""Bonjour,

Le dossier {application.reference}, « {application.fabrique.name} », est recevable : il va être évalué selon les \
critères de l’appel. Cela ne préjuge pas du résultat.

Votre dossier, avec les dates de la suite : {url_of(application)}

{signature(application)}"""
    return f"Dossier {application.reference} : recevable", body


def inadmissible_mail(application):
    programme = application.wave.call.programme
    body = f"""Bonjour,

Le dossier {application.reference}, « {application.fabrique.name} », ne remplit pas une condition de l’appel. Il ne \
peut pas être examiné plus avant. Le motif :

{application.inadmissibility_ground}

Vous pouvez nous répondre, ou contester cette décision dans les deux mois : recours gracieux auprès du service, \
recours hiérarchique ({programme.appeal_authority}), recours devant le {programme.appeal_court} (www.telerecours.fr).

Votre dossier : {url_of(application)}

{signature(application)}"""
    return f"Dossier {application.reference} : irrecevable", body
