"""The life of each wave of the demonstration, act by act, each by the person whose act it is."""

import datetime

from django.utils import timezone

from accounts import jobs
from applications import admissibility, assignments, networks, reviewing, submission
from applications.models import Application, Assignment
from documents import production
from funding import agreements, instalments
from funding.chorus import confirming, reading
from funding.conventions.clauses import COMPULSORY
from funding.models import Agreement, Instalment
from portal.demonstration import meeting, places
from programme import waves
from programme.models import Wave
from selection import decisions, notification, outcomes
from selection.models import Decision, Outcome

DAY = datetime.timedelta(days=1)
REASON = "Les éléments du dossier sont précis et étayés par des pièces jointes."
GROUND = (
    "Le besoin du territoire n’est pas encore établi : joignez une enquête ou un diagnostic local, "
    "et précisez les recettes propres de la première année."
)
# Points of each criterion by the two reviewers of each dossier of the first wave.
SHEETS_1 = ((4, 4), (4, 3), (3, 3), (3, 2), (2, 2), (1, 2))
SHEETS_2 = ((4, 4), (3, 4), (2, 3))
LAUREATES = 3
REVIEWERS = ("evaluation", "evaluation2", "evaluation3")


def fresh(instance):
    """The object as the database has it now."""
    return type(instance)._default_manager.get(pk=instance.pk)


# --- First wave: announced, contracted, paid -----------------------------------------------------------------------


def live_to_payment(wave, people, line):
    dossiers = deposit(wave, places.WAVE_1, people)
    close_deposit(wave, people)
    admit_all(dossiers, people)
    review_all(wave, dossiers, people, SHEETS_1)
    select(wave, dossiers, people, line)
    announce(wave, people)
    pay(wave, people)


def deposit(wave, invented, people, first="porteuse"):
    """Dossiers sent, the first by `first`, the others by the same person."""
    dossiers = []
    for rank, place in enumerate(invented):
        by = people[first if rank == 0 else "porteur"]
        dossier = places.write_dossier(place, fresh(wave), by)
        submission.submit(application=dossier, by=by, at=timezone.now() - (6 - rank) * DAY)
        dossiers.append(fresh(dossier))
    return dossiers


def close_deposit(wave, people):
    waves.amend_wave(
        wave=fresh(wave),
        by=people["instruction"],
        reason="Démonstration : le dépôt est clos pour montrer la suite.",
        closes_at=timezone.now(),
    )
    waves.start_instruction(wave=fresh(wave), by=people["instruction"])


def admit_all(dossiers, people):
    for dossier in dossiers:
        admissibility.take_charge(application=fresh(dossier), by=people["instruction"])
        admissibility.admit(application=fresh(dossier), by=people["instruction"])


def hand_out(wave, dossiers, people):
    """Two reviewers a dossier, in turn."""
    for rank, dossier in enumerate(dossiers):
        pair = [people[REVIEWERS[(rank + shift) % 3]] for shift in (0, 1)]
        assignments.assign(application=fresh(dossier), reviewers=pair, by=people["instruction"])
    assignments.send_to_review(wave=fresh(wave), by=people["instruction"])


def review_all(wave, dossiers, people, sheets=SHEETS_1):
    hand_out(wave, dossiers, people)
    for dossier, sheet in zip(dossiers, sheets, strict=True):
        for assignment, points in zip(dossier.assignments.order_by("pk"), sheet, strict=True):
            give_sheet(assignment, points)


def accept(assignment):
    reviewing.answer(assignment=assignment, has_interest=False, accept=True, by=assignment.reviewer)
    return fresh(assignment)


def give_sheet(assignment, points):
    assignment = accept(assignment)
    criteria = list(assignment.application.call_version.criteria.all())
    reviewing.submit_review(
        assignment=assignment,
        by=assignment.reviewer,
        version=None,
        points={criterion.pk: points for criterion in criteria},
        reasons={criterion.pk: REASON for criterion in criteria},
        comment="Avis inventé pour la démonstration.",
    )


def select(wave, dossiers, people, line):
    chair, year = people["presidence"], timezone.localdate().year
    waves.start_deliberation(wave=fresh(wave), by=people["instruction"])

    def prepare():
        for rank, dossier in enumerate(dossiers):
            outcomes.prepare(application=fresh(dossier), by=chair, **prepared(rank, dossier, line, year))

    # Where everyone is proposed, nobody is examined alone to be refused.
    meeting.hold(fresh(wave), dossiers, people, prepare, reread=len(dossiers) > LAUREATES)


def prepared(rank, dossier, line, year):
    if rank < LAUREATES:
        return {
            "outcome": Outcome.PROPOSED,
            "amount_cents": fresh(dossier).requested_cents,
            "line": line,
            "fiscal_year": year,
        }
    if rank == LAUREATES:
        return {"outcome": Outcome.WAITLIST}
    return {"outcome": Outcome.NOT_RETAINED, "ground": GROUND}


def announce(wave, people):
    decisions.sign_wave(wave=fresh(wave), by=people["decision"])
    for letter in decisions.letters_of(Decision.objects.filter(wave=wave)):
        production.produce(letter.pk)
    decisions.announce(wave=fresh(wave), by=people["decision"])


def pay(wave, people):
    """The first laureate is paid an advance, the second is owed one, the third has not signed yet."""
    officer = people["instruction"]
    awarded = Decision.objects.filter(wave=wave, act=Decision.Act.AWARD).order_by("pk")
    for decision in awarded:
        notification.open_letter(decision=decision, by=decision.application.created_by)
    decisions.prepare_agreements(wave=fresh(wave), by=officer)
    first, second, third = Agreement.objects.filter(award__wave=wave).order_by("pk")
    for agreement in (first, second):
        contract(agreement, people)
    agreements.send(agreement=third, by=officer, checked=COMPULSORY)
    pay_advance(Instalment.objects.filter(award=first.award_id, state=Instalment.State.DUE).get(), people)


def contract(agreement, people):
    today, officer = timezone.localdate(), people["instruction"]
    agreements.send(agreement=agreement, by=officer, checked=COMPULSORY)
    agreements.record_beneficiary_signature(
        agreement=fresh(agreement), by=officer, on=today, signatory="Le ou la représentante légale (exemple)"
    )
    agreements.record_state_signature(agreement=fresh(agreement), by=officer, on=today, signatory=people["decision"])


def pay_advance(instalment, people, number=1):
    instalments.certify(instalment=instalment, by=people["finances1"])
    instalments.order(instalment=fresh(instalment), by=people["finances2"])
    paid_by_chorus(fresh(instalment), people["finances3"], number)


def paid_by_chorus(instalment, by, number):
    """The line of Chorus that pays it, read, confirmed and applied by a third person.

    Args:
        number: of the EJ and of the payment request, among those of the year.
    """
    typed = reading.Typed(
        commitment=f"21{timezone.localdate():%Y}{number:04d}", request=f"DP{timezone.localdate():%Y}{number:06d}",
        cents=instalment.cents, paid_on=timezone.localdate(), siret=instalment.award.organisation.siret or "",
    )  # fmt: skip
    file = reading.type_row(typed=typed, by=by)
    seen = confirming.preview(file=file, by=by)
    jobs.run(confirming.confirm(file=file, by=by, digest=seen.digest).pk)


# --- Second wave: before the panel -----------------------------------------------------------------------------------


def live_to_panel(wave, people):
    """Every sheet given, and the members called for next week: one of them leaves for a dossier."""
    dossiers = deposit(wave, places.WAVE_2, people)
    close_deposit(wave, people)
    admit_all(dossiers, people)
    review_all(wave, dossiers, people, SHEETS_2)
    waves.start_deliberation(wave=fresh(wave), by=people["instruction"])
    meeting.call_members(fresh(wave), fresh(dossiers[-1]), people)


# --- Third wave: in review -------------------------------------------------------------------------------------------


def live_to_review(wave, people):
    """Everyone has something on the desk: a dossier to answer for, one to score, one given."""
    dossiers = deposit(wave, places.WAVE_3, people)
    close_deposit(wave, people)
    admit_all(dossiers, people)
    hand_out(wave, dossiers, people)
    on_desk = Assignment.objects.filter(application__wave=wave).select_related("reviewer", "application__call_version")
    for rank, assignment in enumerate(on_desk.order_by("pk")):
        if rank % 4 == 1:
            give_sheet(assignment, 3)
        elif rank % 4 == 3:
            accept(assignment)


# --- Fourth wave: open to deposit ------------------------------------------------------------------------------------


def live_to_deposit(wave, people):
    """A draft half filled in that a network reads, and a dossier sent whose pieces are asked for."""
    draft, sent = places.WAVE_4
    started = places.write_dossier(draft, fresh(wave), people["porteuse"], complete=False)
    network = places.enrol_network(people["reseau"], people["instruction"])
    networks.consent(application=started, network=network, by=people["porteuse"])
    dossier = places.write_dossier(sent, Wave.objects.get(pk=wave.pk), people["porteuse"])
    submission.submit(application=dossier, by=people["porteuse"])
    admissibility.take_charge(application=fresh(dossier), by=people["instruction"])
    admissibility.request_correction(
        application=Application.objects.get(pk=dossier.pk),
        items="Joindre le titre d’occupation du lieu (bail, convention ou acte de propriété).",
        due_at=(timezone.localtime() + 14 * DAY).replace(hour=17, minute=0, second=0, microsecond=0),
        by=people["instruction"],
    )
