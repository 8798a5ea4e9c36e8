"""What fills each URL, in the state that its act is for. Each function takes the world and gives a `Target`."""

import datetime

from allauth.account.models import EmailConfirmationHMAC
from django.utils import timezone

from accounts.models import Role
from applications import admissibility, assignments
from applications.completeness import PIECES, PLACE, PLAN
from applications.models import Attachment
from applications.sheets import criteria_of
from documents.models import Document
from funding.models import Award
from programme.waves import amend_wave
from selection import decisions, outcomes
from selection.forms import session_initial
from tests import factories
from tests.access.rows import Target
from tests.applications import review_steps
from tests.selection import conftest as panels

REASON = "Motif du test."


def today():
    return timezone.localdate()


def words_of(application):
    """What nobody learns who may not read the dossier."""
    return tuple(
        word for word in (application.fabrique.name, application.reference, application.organisation.name) if word
    )


def dossier(application, **data):
    return Target({"public_id": application.public_id}, data, words_of(application))


# --- Accounts ------------------------------------------------------------------------------------------------------


def own_role(world):
    """Each acts in a role that she holds; the newcomer holds none."""
    return Target(data=lambda actor: {"role": next(iter(world.people[actor].roles), "") if actor in world.people else ""})


def own_details(world):
    return Target(data={"first_name": "Prénom", "last_name": "Nom"})


def organisation(world):
    fields = {name: getattr(world.organisation, name) or "" for name in ("name", "legal_form", "siret")}
    return Target({"public_id": world.organisation.public_id}, {**fields, "city": "Thiers"}, (world.organisation.name,))


def new_organisation(world):
    return Target(data={"name": "Association nouvelle", "legal_form": "association"})


def invite(world):
    return Target(organisation(world).kwargs, {"email": "nouvelle@exemple.test", "role": "reader"}, organisation(world).words)


def cancel_invitation(world):
    where = organisation(world)
    return Target({**where.kwargs, "invitation_id": world.invitation.public_id}, {}, where.words)


def remove_reader(world):
    where = organisation(world)
    return Target({**where.kwargs, "person_id": world.people["reader"].public_id}, {}, where.words)


def accept_invitation(world):
    return Target({"invitation_id": world.invitation.public_id}, {}, (world.organisation.name,))


def person(world):
    other = world.people["newcomer"]
    return Target({"public_id": other.public_id}, {"role": Role.REVIEWER}, (other.email,))


def person_with_role(world):
    other = world.people["other_reviewer"]
    return Target({"public_id": other.public_id}, {"role": Role.REVIEWER}, (other.email,))


def message(world):
    from accounts.models import OutboxMessage

    mail = OutboxMessage.objects.earliest("pk")
    return Target({"public_id": mail.public_id}, {}, (mail.subject, mail.recipient))


def stuck_mail(world):
    from accounts.models import OutboxMessage
    from accounts.notify import MAX_ATTEMPTS

    stuck = OutboxMessage.objects.filter(sent_at=None).earliest("pk")
    OutboxMessage.objects.filter(pk=stuck.pk).update(attempts=MAX_ATTEMPTS, last_error="Refusé")
    return Target()


def reset_key(world):
    return Target({"uidb36": "1", "key": "cle-inconnue"}, {"password1": "un mot de passe nouveau"})


def sign_in(world):
    from portal.demonstration.people import PASSWORD

    return Target(data={"login": world.people["owner"].email, "password": PASSWORD})


def sign_up(world):
    names = {"first_name": "Prénom", "last_name": "Nom"}
    return Target(data={**names, "email": "arrivee@exemple.test", "password1": "un mot de passe nouveau"})


def other_address(world):
    return Target(data={"email": "autre@exemple.test", "action_add": ""})


def forgotten_password(world):
    return Target(data=lambda actor: {"email": f"{actor}@exemple.test"})


def unconfirmed_address(world):
    address = world.people["reader"].emailaddress_set.create(email="a-confirmer@exemple.test", verified=False)
    return Target({"key": EmailConfirmationHMAC.create(address).key})


def unknown_letter(world):
    return Target(data={"file": factories.upload})


# --- Dossiers, by applicants -----------------------------------------------------------------------------------------


def new_dossier(world):
    def fields(actor):
        data = {"wave": world.waves[3].public_id, "place_name": "Un lieu nouveau", "commune": "63430"}
        new = {"organisation": "new", "name": "Association nouvelle", "legal_form": "association"}
        return {**data, **new, "declared_segment": "unknown"}

    return Target(data=fields)


def awarded(world):
    return dossier(world.awarded)


def draft(world):
    return dossier(world.draft)


def ready(world):
    return dossier(world.ready, sincere="on")


def sent(world):
    return dossier(world.sent)


def piece_of_draft(world):
    return piece_of(world, world.ready)


def piece_of_awarded(world):
    return piece_of(world, world.awarded)


def piece_in_review(world):
    return piece_of(world, world.in_review)


def piece_of(world, application):
    where = dossier(application)
    return Target({**where.kwargs, "piece_id": world.piece_of(application).public_id}, {}, where.words)


def section(world, slug, data, application=None):
    where = dossier(application or world.draft)
    return Target({**where.kwargs, "slug": slug}, data, where.words)


def place(world):
    data = {"place_name": "Le Tiroir rangé", "commune": "63430", "declared_segment": "unknown"}
    return section(world, PLACE, data)


def plan(world):
    return section(world, PLAN, {"expense-64-1": "1 000"})


def pieces(world):
    return section(world, PIECES, {"kind": Attachment.Kind.OTHER, "file": factories.upload})


def answers(world):
    form_section = world.draft.call_version.sections.earliest("pk")
    return section(world, form_section.slug, {f"q{one.pk}": "" for one in form_section.questions.all()})


# --- Dossiers, by staff ------------------------------------------------------------------------------------------------


def to_admit(world):
    return dossier(world.sent)


def to_ask(world):
    admissibility.take_charge(application=world.sent, by=world.people["officer"])
    due = (today() + datetime.timedelta(days=14)).isoformat()
    return dossier(world.sent, **{"demande-items": "Le bail.", "demande-due_at": due})


def to_reject(world):
    data = {"rejet-condition": "Autre condition de l’appel", "rejet-ground": "Hors de l’objet de l’appel."}
    return dossier(world.sent, **data)


def too_late(world):
    """The structure did not answer in time."""
    asked = world.correcting.correction_requests.get(closed_at=None)
    past = timezone.now() - datetime.timedelta(hours=1)
    type(asked).objects.filter(pk=asked.pk).update(due_at=past, requested_at=past - datetime.timedelta(days=9))
    return dossier(world.correcting)


# --- Reviews -----------------------------------------------------------------------------------------------------------


def desk_of(assignment, **data):
    return Target({"public_id": assignment.public_id}, data, words_of(assignment.application))


def sheet(world):
    criterion = criteria_of(world.in_review.call_version)[0]
    return desk_of(world.assignment, comment="Avis", **{f"reason_{criterion.pk}": "Raison"})


def closed_sheet(world):
    """The sheet of somebody who declared a tie: closed to her as to the others."""
    recusal = next(one for one in world.recusals["recused_reviewer"] if one.application_id == world.in_review.pk)
    return desk_of(recusal, decision="accepter", nature="Aucun")


def question(world):
    return desk_of(world.proposed, decision="accepter")


def tie(world):
    return desk_of(world.assignment, nature="Ma sœur y travaille.")


def judged_piece(world):
    where = desk_of(world.assignment)
    return Target({**where.kwargs, "piece_id": world.piece_of(world.in_review).public_id}, {}, where.words)


def to_reopen(world):
    return desk_of(world.given, **{f"rouvrir-{world.given.pk}-reason": REASON})


def to_take_back(world):
    return desk_of(world.assignment)


def in_review(world):
    return dossier(world.in_review)


def to_assign(world):
    return dossier(world.in_review, **{"confier-reviewer": world.people["other_reviewer"].public_id})


def to_settle(world):
    return dossier(world.given.application, **{"clore-reason": REASON})


def profile(world):
    return Target({"public_id": world.people["reviewer"].public_id}, {"capacity": "7"}, (world.people["reviewer"].email,))


# --- Waves -------------------------------------------------------------------------------------------------------------


def wave(world, number=2, **data):
    return Target({"public_id": world.waves[number].public_id}, data)


def admissible_wave(world):
    """A dossier admitted after the deposit: it waits for reviewers."""
    admissibility.admit(application=world.sent, by=world.people["officer"])
    review_steps.close_window(world.waves[3])
    return wave(world, 3)


def assigned_wave(world):
    admissible_wave(world)
    assignments.propose_balanced(wave=factories.fresh(world.waves[3]), by=world.people["officer"])
    return wave(world, 3)


def closed_wave(world):
    amend_wave(wave=world.waves[3], by=None, reason=REASON, closes_at=timezone.now())
    return wave(world, 3, step="start_instruction")


def to_amend(world):
    found = world.waves[3]
    at = {name: timezone.localtime(getattr(found, name)).strftime("%Y-%m-%dT%H:%M") for name in ("opens_at", "closes_at")}
    days = {name: getattr(found, name).isoformat() for name in ("instruction_until", "reviews_due_on", "panel_on")}
    return wave(
        world, 3, **at, **days, announcement_on=found.announcement_on.isoformat(), capacity="31", reason=REASON
    )


def deliberation(world):
    """One dossier, reviewed and ranked, on a wave in deliberation."""
    return panels.build(1, money=panels.GRANT)


def panel(world):
    found = deliberation(world)
    initial = session_initial(None, found.wave, today())
    data = {"act": "hold", "seance-held_on": initial["held_on"].isoformat(), "seance-members_present": "Six membres."}
    return Target({"public_id": found.wave.public_id}, data, words_of(found.dossiers[0]))


def adopted(world):
    found = panels.prepare_all(deliberation(world), proposed=1)
    outcomes.adopt(wave=found.wave, by=found.officer)
    panels.delegate(world.people["decision_maker"], found.wave, ceiling_cents=panels.GRANT)
    return found


def to_sign(world):
    return Target({"public_id": adopted(world).wave.public_id})


def signed(world):
    found = adopted(world)
    decisions.sign_wave(wave=factories.fresh(found.wave), by=world.people["decision_maker"])
    return found


def to_announce(world):
    found = signed(world)
    panels.make_letters(found.wave)
    return Target({"public_id": found.wave.public_id})


def failed_letters(world):
    failed_letter(world)
    return Target()


def failed_letter(world):
    """A letter whose making failed, of a dossier with which the recused ones have a tie."""
    found = signed(world)
    letter = Document.objects.filter(rendered_at=None).latest("pk")
    Document.objects.filter(pk=letter.pk).update(last_error="FactsError : un fait manque", attempts=1)
    recuse(world, found.dossiers[0])
    return Target({"public_id": letter.public_id}, {}, (letter.number, *words_of(found.dossiers[0])))


def recuse(world, application):
    from applications.models import Assignment

    for actor in ("recused_reviewer", "recused_officer"):
        Assignment.objects.create(application=application, reviewer=world.people[actor], state="recused")


def letter(world):
    return Target({"public_id": world.letter.public_id}, {}, words_of(world.awarded))


def announced(world):
    found = signed(world)
    panels.make_letters(found.wave)
    decisions.announce(wave=factories.fresh(found.wave), by=world.people["decision_maker"])
    recuse(world, found.dossiers[0])
    return found


def to_notify(world):
    found = announced(world).dossiers[0]
    return dossier(found, on=today().isoformat(), evidence="Recommandé 1A 000 000 0001 0")


def own_announced(world):
    """The same, of a structure of which the owner and the reader are members."""
    found = announced(world).dossiers[0]
    for actor, right in (("owner", "owner"), ("reader", "reader")):
        found.organisation.memberships.create(user=world.people[actor], role=right)
    return dossier(found)


def delegation(world):
    data = {
        "programme": world.call.programme.public_id,
        "holder": world.people["decision_maker"].public_id,
        "acts": ["award"],
        "ceiling_cents": "1 000",
        "starts_on": today().isoformat(),
        "ends_on": (today() + datetime.timedelta(days=9)).isoformat(),
        "published_act": "Arrêté inventé",
        "formula": "Pour la ministre et par délégation,",
    }
    return Target(data=data)


# --- Calls -------------------------------------------------------------------------------------------------------------


def published_call(world):
    return Target({"slug": world.call.slug})


def unpublished_call(world):
    return Target({"slug": world.next_call.slug}, {"act": "publish"}, (world.next_call.title,))


def new_wave(world):
    def text(days, hour=None):
        day = timezone.localtime() + datetime.timedelta(days=days)
        return day.strftime("%Y-%m-%dT%H:%M" if hour else "%Y-%m-%d")

    days = {"instruction_until": 30, "reviews_due_on": 40, "panel_on": 50, "announcement_on": 60}
    data = {name: text(number) for name, number in days.items()}
    data |= {"opens_at": text(1, True), "closes_at": text(20, True), "capacity": "5"}
    return Target({"slug": world.call.slug}, data)


# --- Money -------------------------------------------------------------------------------------------------------------


def line(world):
    return Target({"public_id": world.line.public_id, "fiscal_year": today().year})


def year(world):
    return Target({"fiscal_year": today().year})


def credits(world):
    data = {"operation": "open", "axis": "ae", "line": world.line.public_id, "fiscal_year": today().year}
    return Target(data={**data, "amount": "1 000", "on": today().isoformat(), "act": "Loi de finances", "confirm": "1"})


def uncontracted(world):
    found = announced(world).dossiers[0]
    return Target(data={"award": Award.objects.get(application=found).public_id})


def agreement(world):
    found = world.agreement("sent")
    data = {"on": today().isoformat(), "signatory": "La présidente"}
    return Target({"public_id": found.public_id}, data, words_of(found.award.application))


def instalment(world):
    found = world.instalment("due")
    data = {"act": "certify", "certify-on": today().isoformat()}
    return Target({"public_id": found.public_id}, data, words_of(found.award.application))


