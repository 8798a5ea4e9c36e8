"""The facts that the letters of a decision state, gathered once and frozen with the act."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from accounts.french import MONTHS, NBSP, deadline, euros, integer, long_date
from accounts.models import User
from applications.receipts import addressee_of, appeal_of, dossier_of, service_of, years_in_words
from documents.facts import (
    AwardFacts,
    DeferralFacts,
    Instalment,
    RefusalFacts,
    Signature,
    Titled,
    WaitlistFacts,
)
from documents.models import Document
from documents.notifying import notice_of
from funding.conventions.commitments import is_yearly
from funding.conventions.obligation import is_needed
from funding.schedules import call_version_of
from programme.models import CallVersion, Programme, Wave
from selection.models import Decision, PanelSession, PreparedOutcome

A = Decision.Act
KIND_OF_ACT = {
    A.AWARD: Document.Kind.AWARD_LETTER,
    A.WAITLIST: Document.Kind.WAITLIST_LETTER,
    A.REFUSAL: Document.Kind.REFUSAL_LETTER,
    A.DEFERRAL: Document.Kind.DEFERRAL_LETTER,
}
NEXT_WAVE = (
    "Vous pouvez présenter un nouveau dossier à une prochaine vague : les dates sont publiées sur la page de l’appel. "
    "Votre dossier reste dans votre espace, vous pourrez en reprendre les réponses."
)
LATER_WAVE = (
    "Votre dossier reste dans votre espace. Complétez-le : vous pourrez le présenter à une autre vague, "
    "dont les dates sont publiées sur la page de l’appel."
)
NAMED_WAVE = (
    "Votre dossier reste dans votre espace. Complétez-le, puis présentez-le à la {wave}, {dates}. Vos réponses sont "
    "reprises : vous n’avez pas à les saisir de nouveau."
)


@dataclass(frozen=True)
class Signing:
    """What all the letters of one signed wave share."""

    wave: Wave
    session: PanelSession
    signatory: User
    at: datetime
    laureates: int

    @property
    def programme(self) -> Programme:
        return self.wave.call.programme

    @property
    def on(self) -> date:
        return timezone.localdate(self.at)

    @property
    def opinion(self) -> str:
        return f"Le comité de sélection, réuni le {long_date(self.session.held_on)},"


def facts_of(signing: Signing, decision: Decision, prepared: PreparedOutcome, instalments=()):
    """The data class of the decision's letter.

    Args:
        decision: signed, with its delegation.
        prepared: the outcome it comes from, with dossier, structure, place and line.
        instalments: for an award, the `funding.models.Instalment`s of its schedule, with their year.
    """
    common = common_facts(signing, decision, prepared.application)
    if decision.act == A.AWARD:
        return award(signing, decision, prepared, common, instalments)
    if decision.act == A.WAITLIST:
        return waitlist(signing, decision, common)
    if decision.act == A.REFUSAL:
        return refusal(decision, common)
    return deferral(decision, common)


def common_facts(signing, decision, application):
    return {
        "service": service_of(application),
        "addressee": addressee_of(application.organisation),
        "dossier": dossier_of(application),
        "issued_on": signing.on,
        "signature": signature(signing, decision.delegation),
        "appeal": appeal_of(application, decision.delegation.authority),
    }


def award(signing, decision, prepared, common, instalments):
    application = prepared.application
    years = sorted({i.schedule_year.year for i in instalments})
    reduced = decision.amount_cents != application.requested_cents
    return AwardFacts(
        **common,
        amount_cents=decision.amount_cents,
        requested_cents=application.requested_cents,
        first_year=years[0],
        last_year=years[-1],
        duration=years_in_words(years[-1] - years[0] + 1),
        reasons=f"{signing.opinion} a donné un avis favorable."
        + (f" {decision.ground}" if decision.ground and not reduced else ""),
        reduction_reason=decision.ground if reduced else "",
        instalments=tuple(payment(i) for i in instalments),
        commitment_year=prepared.fiscal_year,
        committed_cents=committed_at_once(prepared.award),
        imputation=imputation(prepared.line),
        aid_regime=aid_regime(application.call_version, decision.amount_cents),
        dossier_version_on=received_on(application),
        conditions=agreement_condition(prepared.award, instalments),
    )


AID_REGIMES = {
    CallVersion.StateAid.DE_MINIMIS: (
        "Cette aide est une aide «\u00a0de minimis\u00a0» au sens du règlement (UE) 2023/2831 de la Commission du "
        "13 décembre 2023\u00a0; son équivalent-subvention brut est de {amount}."
    ),
    CallVersion.StateAid.SIEG_DE_MINIMIS: (
        "Cette aide est une aide «\u00a0de minimis\u00a0» accordée à un service d’intérêt économique général au sens "
        "du règlement (UE) 2023/2832 de la Commission du 13 décembre 2023\u00a0; son équivalent-subvention brut est "
        "de {amount}."
    ),
    CallVersion.StateAid.EXEMPTED: (
        "Cette aide est accordée sur le fondement d’un régime exempté de notification (règlement (UE) n° 651/2014 de "
        "la Commission du 17 juin 2014)."
    ),
}


def aid_regime(call_version, amount_cents):
    """What the addressee must be told in writing: amount, nature and regulation (Reg. (EU) 2023/2831 art. 7 § 4).

    Args:
        call_version: whose `state_aid_basis` holds for the award; "" when it is no State aid.
        amount_cents: of the award, which is its gross grant equivalent.
    """
    sentence = AID_REGIMES.get(CallVersion.StateAid(call_version.state_aid_basis), "")
    return sentence.format(amount=euros(amount_cents))


def committed_at_once(award):
    """The first part, where the call commits year by year; None: the whole."""
    return min(award.draws.all(), key=lambda draw: draw.pk).cents if is_yearly(award) else None


def payment(instalment):
    month = instalment.expected_on
    return Instalment(
        year=instalment.schedule_year.year,
        kind=instalment.get_kind_display(),
        condition=instalment.condition,
        expected=f"{MONTHS[month.month - 1]}{NBSP}{month.year}",
        amount_cents=instalment.cents,
    )


def imputation(line):
    action = f", action {line.action}" if line.action else ""
    return f"programme {line.lolf_programme}{action}"


def agreement_condition(award, instalments):
    """Aid above 23 000 € a year to a private body needs an agreement (L. 2000-321 art. 10, D. 2001-495).

    Judged on the schedule that the letter states: before the signature it is not written yet.
    """
    by_year = Counter()
    for instalment in instalments:
        by_year[instalment.schedule_year.year] += instalment.cents
    if not is_needed(call_version_of(award), award.organisation, max(by_year.values(), default=0)):
        return ()
    return (
        Titled(
            title="Signer la convention",
            text="que nous vous enverrons. Aucun versement n’a lieu avant sa signature par les deux parties "
            "(loi n° 2000-321 du 12 avril 2000, article 10).",
        ),
    )


def waitlist(signing, decision, common):
    return WaitlistFacts(
        **common,
        rank=decision.rank,
        valid_until=decision.valid_until,
        requested_cents=decision.application.requested_cents,
        reasons=f"{signing.opinion} propose de placer votre projet sur la liste complémentaire. "
        + laureates_sentence(signing.laureates)
        + (f" {decision.ground}" if decision.ground else ""),
        dossier_version_on=received_on(decision.application),
    )


def laureates_sentence(count):
    if not count:
        return "Les crédits de la vague ne permettent pas de l’aider aujourd’hui."
    if count == 1:
        return "Les crédits de la vague vont au projet retenu."
    return f"Les crédits de la vague vont aux {integer(count)} projets retenus."


def refusal(decision, common):
    return RefusalFacts(**common, grounds=grounds_of(decision.ground), next_step=NEXT_WAVE)


def deferral(decision, common):
    wave = decision.deferred_to
    return DeferralFacts(
        **common,
        grounds=grounds_of(decision.ground),
        next_step=NAMED_WAVE.format(wave=f"vague {wave.number}", dates=deposit_words(wave)) if wave else LATER_WAVE,
        deferred_to=f"vague {wave.number}" if wave else "",
        improvements=grounds_of(decision.improvements),
    )


def deposit_words(wave):
    """When a wave takes dossiers, as far as it is known."""
    if not wave.has_window():
        return "dont les dates sont publiées sur la page de l’appel"
    opens, closes = timezone.localdate(wave.opens_at), deadline(wave.closes_at)
    return f"qui reçoit les dossiers du {long_date(opens)} au {closes} (heure de Paris)"


def grounds_of(text):
    """One ground a paragraph; its first sentence is its title."""
    paragraphs = [" ".join(part.split()) for part in text.splitlines() if part.strip()]
    return tuple(ground_of(paragraph) for paragraph in paragraphs)


def ground_of(paragraph):
    title, dot, rest = paragraph.partition(". ")
    return Titled(title=f"{title}.", text=rest) if dot else Titled(title=paragraph)


def received_on(application):
    return timezone.localdate(application.submitted_at)


def signature(signing, delegation):
    return Signature(
        name=str(signing.signatory),
        capacity_lines=tuple(line.strip() for line in delegation.formula.splitlines() if line.strip()),
        signed_at=timezone.localtime(signing.at),
        delegation_act=delegation.act_words,
    )


def announcement_mail(application, address):
    """Subject and body of the mail that says an answer is there, without saying which (CRPA R112-19)."""
    service = application.wave.call.programme
    subject = f"Votre dossier {application.reference} : la réponse est dans votre espace"
    body = (
        "Bonjour,\n\n"
        f"La décision sur votre dossier {application.reference}, « {application.fabrique.name} », est disponible "
        f"dans votre espace :\n{address}\n\n"
        f"{notice_of(application.organisation)}\n\n"
        f"{service.service_name}\n{service.service_phone}, {service.service_email}\n"
    )
    return subject, body
