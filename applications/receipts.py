"""The receipt of a dossier: the facts of its letter (CRPA L112-3, L112-11, R112-11-1)."""

import datetime
import re
from dataclasses import replace

from django.utils import timezone

from accounts.french import deadline, long_date, long_datetime
from applications.clocks import overseas_time
from applications.distance import months_of
from applications.models import DepositBasis
from documents.facts import Addressee, Appeal, Dossier, PiecesRequestFacts, ReceiptFacts, Service, Titled
from documents.models import Document
from documents.requests import request
from programme.letter_scopes import scopes_of_dossier


def ask(application, revision, by):
    """Ask for the receipt, in the transaction of the sending; its holder may open it at once."""
    return request(
        kind=Document.Kind.RECEIPT,
        subject_type=application._meta.label,
        subject_id=application.pk,
        facts=facts_of(application, revision.content),
        by=by,
        released_at=revision.sent_at,
        scopes=scopes_of_dossier(application),
    )


def facts_of(application, content):
    at = application.submitted_at
    return ReceiptFacts(
        service=service_of(application),
        addressee=addressee_of(application.organisation),
        dossier=dossier_of(application),
        issued_on=timezone.localtime(at).date(),
        received_at=at,
        received_local=overseas_time(at, application.fabrique.commune),
        postmarked_on=application.postmarked_on,
        silence_is_refusal_on=application.implied_rejection_on,
        requested_cents=application.requested_cents,
        requested_years=years_in_words(application.call_version.years),
        pieces=tuple(Titled(title=piece["label"], text=piece["name"]) for piece in content["attachments"]),
        in_time_by=in_time_words(application),
        missing=missing_of(content),
        steps=next_steps(application),
        appeal=appeal_of(application),
        sender=sender_of(application),
    )


def ask_for_pieces(asked, by):
    """Ask for the letter of a request of pieces, in its transaction; its holder may open it at once (CRPA L114-5)."""
    application = asked.application
    return request(
        kind=Document.Kind.PIECES_REQUEST,
        subject_type=asked._meta.label,
        subject_id=asked.pk,
        facts=PiecesRequestFacts(
            service=service_of(application),
            addressee=addressee_of(application.organisation),
            dossier=dossier_of(application),
            issued_on=timezone.localdate(asked.requested_at),
            items=tuple(Titled(title=line) for line in asked.lines),
            due_words=deadline(asked.due_at),
            suspends=asked.suspends_clock,
            silence_is_refusal_on=application.implied_rejection_on,
        ),
        by=by,
        released_at=asked.requested_at,
        scopes=scopes_of_dossier(application),
    )


def pieces_letter_of(application):
    """The letter of the latest request of pieces, or None."""
    asked = application.correction_requests.order_by("-pk").first()
    return Document.objects.about(asked).released().first() if asked else None


def sender_of(application):
    """Who sent it: on paper the structure, whatever officer entered it."""
    if application.deposit_basis == DepositBasis.PAPER:
        return application.organisation.representative_name or application.organisation.name
    return str(application.submitted_by)


def in_time_words(application):
    """How a sending after the closing was in time, and by which rule."""
    closed = long_datetime(application.wave.closes_at) if application.wave.closes_at else ""
    postmark = long_date(application.postmarked_on) if application.postmarked_on else ""
    return {
        DepositBasis.WINDOW: "",
        DepositBasis.GRACE: f"dans la tolérance que l’appel prévoit après la clôture du {closed}",
        DepositBasis.EXTENSION: f"par un délai accordé à votre structure après la clôture du {closed}",
        DepositBasis.PAPER: f"sur papier, par le cachet de la poste du {postmark}",
    }[application.deposit_basis]


def missing_of(content):
    """What a request that may be sent still lacks: only what the call allows to come later."""
    if content["organisation"]["siret"]:
        return ()
    return (Titled(title="Le SIRET de votre structure", text="à donner avant toute attribution."),)


def service_of(application):
    """The service that answers, with the agent in charge when there is one (CRPA L111-2)."""
    return replace(service_of_wave(application.wave), officer=officer_words(application.officer))


def service_of_wave(wave):
    """The service that writes about a wave."""
    programme = wave.call.programme
    lines = tuple(line.strip() for line in re.split(r"[\n,]", programme.service_address) if line.strip())
    return Service(
        name=programme.service_name,
        address_lines=lines,
        phone=programme.service_phone,
        email=programme.service_email,
        city=re.sub(r"^\d{5}\s+", "", lines[-1]) if lines else "",
    )


def appeal_of(application, authority=""):
    """Where and until when this addressee may contest (CJA R421-1, R421-7).

    Args:
        authority: in whose name the decision is signed, "" for the one that the programme names.
    """
    programme = application.wave.call.programme
    return Appeal(
        court=programme.appeal_court,
        hierarchical_authority=authority or programme.appeal_authority,
        distance_months=months_of(application.organisation, programme.appeal_court),
    )


def officer_words(officer):
    return ", ".join(filter(None, [str(officer), officer.title])) if officer else ""


def addressee_of(organisation):
    person = ", ".join(filter(None, [organisation.representative_name, organisation.representative_title]))
    town = f"{organisation.postal_code} {organisation.city}".strip()
    lines = tuple(line for line in (organisation.address, town) if line)
    return Addressee(organisation=organisation.name, address_lines=lines, person=person)


def dossier_of(application):
    """What every letter says of the dossier it answers."""
    return Dossier(
        reference=application.reference,
        call=application.wave.call.title,
        wave=f"vague {application.wave.number}",
        place=application.fabrique.name,
        commune=str(application.fabrique.commune or "commune non connue"),
        received_on=timezone.localtime(application.submitted_at).date(),
    )


def years_in_words(years):
    words = {1: "un an", 2: "deux ans", 3: "trois ans", 4: "quatre ans", 5: "cinq ans"}
    return f"sur {words.get(years, f'{years} ans')}"


def next_steps(application):
    """What comes next, with its dates, and the warning that the law obliges to give when it takes over two months."""
    wave = application.wave
    planned = [
        (
            "Vérification.",
            "Nous vérifions que le dossier est complet et recevable",
            wave.instruction_until,
            "jusqu’au",
        ),
        (
            "Évaluation.",
            "Des évaluateurs lisent le dossier selon les critères de l’appel",
            wave.reviews_due_on,
            "jusqu’au",
        ),
        ("Comité.", "Un comité donne un avis ; il ne décide pas", wave.panel_on, "le"),
        ("Annonce.", "Toutes les réponses de la vague sont annoncées le même jour", wave.announcement_on, "prévue le"),
    ]
    steps = [Titled(title=title, text=dated(text, day, word)) for title, text, day, word in planned]
    return (*steps, *silence_warning(wave.announcement_on, application.implied_rejection_on))


def dated(text, day, word):
    return f"{text}, {word} {long_date(day)}." if day else f"{text}. La date n’est pas encore fixée."


def silence_warning(announced_on: datetime.date | None, refused_on: datetime.date):
    if announced_on is not None and announced_on < refused_on:
        return ()
    when = f"prévue le {long_date(announced_on)}" if announced_on else "sans date fixée aujourd’hui"
    text = (
        f"L’annonce de cette vague est {when}, après le {long_date(refused_on)}. À cette dernière date, la loi tient "
        "notre silence pour un refus, même si l’examen de votre dossier continue. Une réponse favorable reste "
        "possible ensuite ; vos droits à contester ce refus de fait sont expliqués plus bas."
    )
    return (Titled(title="Une attente plus longue que deux mois.", text=text),)
