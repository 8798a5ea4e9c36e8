"""The adversarial phase: a letter says what is reproached, the structure answers, nothing is decided before.

CRPA L121-1 and L122-1: observations in writing, on request aloud, with a counsel or a proxy.
"""

import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.french import NBSP, euros, long_date
from accounts.models import Event, JournalEntry
from accounts.notify import notify
from accounts.permissions import require
from applications.receipts import addressee_of, appeal_of, dossier_of, service_of
from documents.detection import ACCEPTED
from documents.ending_facts import HearingFacts
from documents.facts import Signature
from documents.frozen import to_json
from documents.models import Document
from documents.notifying import notice_of
from documents.requests import request
from documents.uploads import examine, keep
from funding.conventions import standing
from funding.conventions.authority import authority_of
from funding.conventions.signing import writes_for
from funding.endings.partners_heard import refuse_stranger, still_heard
from funding.instalments import refuse_before
from funding.models import Award, Ground, Hearing, Instalment, Observation
from funding.models.hearing import CONDUCT
from programme.letter_scopes import scopes_of_dossier

# The law asks for a time in which one can answer and sets none; the mail alone may take fifteen days to be opened
# (CRPA R112-20), so that less would leave nothing.
LEAST_DAYS = 15
USUAL_DAYS = 30
MOST_OBSERVATIONS = 50


def answer_day(on, days=USUAL_DAYS):
    """The last day to answer a letter of that Paris day."""
    return on + datetime.timedelta(days=days)


def open_hearing(award, *, ground, facts, cents, known_on, answer_by, considered, by, notice=None):
    """Write to the structure what is considered and why, in the caller's transaction, the award locked.

    Args:
        ground: a `Ground`. facts: what is found, as the letter says it.
        cents: what could be taken back at most. known_on: Paris date at which the service knew for certain.
        answer_by: last Paris day to answer, at least fifteen days from today.
        considered: what could be decided, an infinitive.
        notice: the `FormalNotice` closed by it (`notices.begin_what_follows`), if it follows one.

    Raises:
        Refusal: a part is missing, or the time to answer is too short.
    """
    require(by, CONDUCT)
    on = timezone.localdate()
    refuse_incomplete(award, ground, facts, cents, known_on, on)
    refuse_too_short(answer_by, on)
    hearing = Hearing.objects.create(
        award=award, ground=ground, facts=facts.strip(), asked_cents=cents, known_on=known_on, opened_on=on,
        answer_by=answer_by, opened_by=by, notice=notice,
    )  # fmt: skip
    details = {"ground": ground, "cents": cents, "answer_by": answer_by.isoformat()}
    JournalEntry.write(action="open_hearing", subject=hearing, actor=by, details=details)
    tell(
        award, Event.REQUEST, f"hearing:{hearing.pk}",
        f"Vos observations sont attendues avant le {long_date(answer_by)}",
        f"Le service envisage de {considered}{NBSP}: {euros(cents)} au plus. Rien n’est décidé. Lisez la lettre et "
        f"répondez sur votre page « Versements » avant le {long_date(answer_by)}.",
        letter=True,
    )  # fmt: skip
    hearing.written = to_json(facts_of(hearing, considered))
    hearing.document = ask_letter(hearing, Document.Kind.HEARING_LETTER, hearing.written, by)
    hearing.save(update_fields=["document", "written"])
    return hearing


def refuse_nobody(award):
    if award.application_id is None or award.organisation_id is None:
        raise Refusal("Cette attribution est reconstituée d’une source : il n’y a personne à qui écrire.")


def refuse_incomplete(award, ground, facts, cents, known_on, on):
    refuse_nobody(award)
    if ground not in Ground.values:
        raise Refusal("Choisissez le motif.", field="ground")
    if not (facts or "").strip():
        raise Refusal("Dites ce que vous constatez : la structure y répond.", field="facts")
    if cents <= 0:
        raise Refusal("Le montant envisagé est positif.", field="cents")
    if known_on > on:
        raise Refusal("Les faits sont connus au plus tard aujourd’hui : corrigez la date.", field="known_on")
    refuse_before(known_on, award.committed_on, "l’aide est engagée le")


def refuse_too_short(answer_by, on):
    earliest = answer_day(on, LEAST_DAYS)
    if answer_by < earliest:
        raise Refusal(
            f"La structure a au moins {LEAST_DAYS} jours pour répondre : choisissez une date à partir du "
            f"{long_date(earliest)}.",
            field="answer_by",
        )


def facts_of(hearing, considered):
    award = hearing.award
    facts = common_facts(award) | {"issued_on": hearing.opened_on}
    return HearingFacts(
        **facts, considered=considered, ground=hearing.get_ground_display(), facts=hearing.facts,
        amount_cents=hearing.asked_cents, granted_cents=award.total_cents, paid_cents=paid_cents(award),
        decided_on=award.committed_on, answer_by=hearing.answer_by,
    )  # fmt: skip


# --- The structure -------------------------------------------------------------------------------------------------


def may_answer(award, user):
    return writes_for(user, award)


def observe(*, hearing, by, text, uploaded=None, complete=False, version=None, partner=None):
    """Keep what the structure answers, with a paper if she has one.

    Args:
        by: a member who writes for the structure, or represents it.
        text: her words. uploaded: a file, or None.
        complete: she has nothing more to say: the decision may come before the last day, once everybody who is heard
            has said so.
        partner: the `Organisation` that answers for the share it was paid itself; None: the beneficiary.

    Raises:
        NotAllowed: `by` does not write for the structure.
        Refusal: nothing is said. StalePage: what was considered is decided or dropped.
    """
    if not (text or "").strip():
        raise Refusal("Écrivez vos observations.", field="text")
    examined = examine(uploaded=uploaded, allowed=ACCEPTED, field="uploaded") if uploaded else None
    with transaction.atomic():
        hearing = lock(hearing, version)
        if partner is not None:
            refuse_stranger(hearing, partner, by)
        elif not may_answer(hearing.award, by):
            raise NotAllowed
        refuse_decided(hearing)
        if hearing.observations.filter(organisation=partner).count() >= MOST_OBSERVATIONS:
            raise Refusal("Vous avez déjà beaucoup écrit ici : écrivez au service à l’adresse de la lettre.")
        now = timezone.now()
        Observation.objects.create(
            hearing=hearing, text=text.strip(), file=keep(examined=examined, by=by) if examined else None, by=by,
            at=now, is_late=timezone.localdate(now) > hearing.answer_by, organisation=partner, ends=complete,
        )  # fmt: skip
        details = {"partner": str(partner)} if partner else None
        JournalEntry.write(action="observe", subject=hearing, actor=by, details=details)
        if complete and hearing.complete_at is None and not still_heard(hearing):
            hearing.complete_at, hearing.complete_by = now, by
            JournalEntry.write(action="end_observations", subject=hearing, actor=by)
        hearing.save()
        tell_officer(hearing)
    return hearing


def lock(hearing, version=None):
    """The award, then its hearing: the same order everywhere."""
    award = standing.lock(Award(pk=hearing.award_id), None)
    locked = Hearing.objects.select_for_update(of=("self",)).get(pk=hearing.pk)
    locked.expect_version(version)
    locked.award = award
    return locked


def about(hearing):
    """What the hearing prepares: its withdrawal, else its recovery; None before either."""
    return getattr(hearing, "withdrawal", None) or getattr(hearing, "recovery", None)


def refuse_decided(hearing):
    found = about(hearing)
    if found is None or found.state != "hearing":
        raise StalePage("Le service a décidé : vous pouvez contester sa décision, comme la lettre le dit.")


def tell_officer(hearing):
    officer = hearing.award.application.officer
    if officer is not None and officer.is_active:
        notify(
            Event.PROGRESS,
            key=f"observations:{hearing.pk}:{hearing.version}",
            recipient=officer,
            subject=f"Observations reçues : {hearing.award.fabrique}",
            body=f"La structure répond à la procédure contradictoire du {long_date(hearing.opened_on)}.\n",
            url=about(hearing).get_absolute_url(),
        )


# --- Deciding ------------------------------------------------------------------------------------------------------


def is_over(hearing, on):
    """The structure answered all that she had to say, or her time is past."""
    return hearing.complete_at is not None or on > hearing.answer_by


def refuse_unheard(hearing, on):
    if not is_over(hearing, on):
        raise Refusal(
            f"La structure peut répondre jusqu’au {long_date(hearing.answer_by)} : rien ne se décide avant, sauf si "
            "elle dit n’avoir rien à ajouter (code des relations entre le public et l’administration, article "
            "L. 122-1)."
        )


def observations_words(hearing):
    """What became of the observations, for the letter of the decision."""
    rows = list(hearing.observations.all())
    days = sorted({timezone.localdate(one.at) for one in rows if one.organisation_id is None})
    said = (
        f"Nous avons lu vos observations du {', du '.join(long_date(day) for day in days)}."
        if days
        else "Vous ne nous avez pas adressé d’observations."
    )
    if any(one.organisation_id for one in rows):
        said += " Nous avons lu aussi celles des partenaires qui ont reçu directement leur part."
    return said


def signature_of(award, by, cents, on, at=None):
    """The signature of a decision that takes money back, under a delegation that covers it (CRPA L212-1).

    Raises:
        Refusal: no delegation covers the amount and the day.
    """
    held = authority_of(signatory=by, award=award, cents=cents, on=on)
    return Signature(
        name=str(by),
        capacity_lines=tuple(line.strip() for line in held.formula.splitlines() if line.strip()),
        signed_at=timezone.localtime(at),
        delegation_act=held.act,
    )


def common_facts(award):
    application = award.application
    return {
        "service": service_of(application),
        "addressee": addressee_of(award.organisation),
        "dossier": dossier_of(application),
        "issued_on": timezone.localdate(),
    }


def signed_facts(award, by, cents, at=None):
    """What a signed letter states besides its subject.

    Args:
        at: the instant of a signature that was given already; None: now.
    """
    facts = common_facts(award) | {"issued_on": timezone.localdate(at)}
    return {
        **facts,
        "signature": signature_of(award, by, cents, facts["issued_on"], at),
        "appeal": appeal_of(award.application),
    }


def ask_letter(subject, kind, facts, by):
    """Ask for a letter and hand it over at once: asked for last, its number series stays locked until the commit."""
    return request(
        kind=kind, subject_type=subject._meta.label, subject_id=subject.pk, facts=facts, by=by,
        released_at=timezone.now(), scopes=scopes_of_dossier(subject.award.application),
    )  # fmt: skip


def paid_cents(award):
    """What the comptable has paid on an award, in cents."""
    return sum(one.cents for one in award.instalments.live() if one.state == Instalment.State.PAID)


def page_of(award):
    return reverse("funding:my_hearings", args=[award.application.public_id])


def tell(award, event, key, subject, text, *, letter=False):
    """One message to each member of the structure.

    Args:
        letter: a letter is made available with it: the mail says since when, what notifies it, and who writes
            (CRPA R112-19).
    """
    if award.organisation is None or award.application is None:
        return
    if letter:
        service = award.application.wave.call.programme
        text += f"\n\n{notice_of(award.organisation)}\n\n{service.service_name}\n"
        text += f"{service.service_phone}, {service.service_email}"
    for member in award.organisation.members.filter(is_active=True):
        notify(
            event, key=f"{key}:{member.pk}", recipient=member, subject=subject, body=f"Bonjour,\n\n{text}\n",
            url=page_of(award),
        )  # fmt: skip
