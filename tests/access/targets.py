"""What fills each URL, in the state that its act is for. Each function takes the world and gives a `Target`."""

import datetime

from allauth.account.models import EmailConfirmationHMAC
from django.core import signing
from django.utils import timezone

from accounts import bounces, remembering
from accounts.delivery import MAX_ATTEMPTS
from accounts.mail_parts import UNSUBSCRIBE
from accounts.models import BouncedAddress, Event, KeptPost, OutboxMessage, Role
from accounts.notifications import CHOSEN
from accounts.notify import notify
from applications import admissibility, bulk, messaging
from applications.completeness import PIECES, PLACE, PLAN
from applications.models import Application, Attachment
from applications.sheets import criteria_of
from documents import previews
from portal.demonstration.people import PASSWORD
from tests import factories
from tests.access.rows import Target

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


# --- Accounts --------------------------------------------------------------------------------------------------------


def own_role(world):
    """Each acts in a role that she holds; the newcomer holds none."""
    return Target(
        data=lambda actor: {"role": next(iter(world.people[actor].roles), "") if actor in world.people else ""}
    )


def told_to_owner(world):
    told = notify(Event.TEAM, key="essai:acces", recipient=world.people["owner"], subject="Objet du test", body="…")
    return Target({"public_id": told.public_id}, {}, ("Objet du test",))


def preferences(world):
    return Target(data={event.value: "now" for event in CHOSEN})


def own_details(world):
    return Target(data={"first_name": "Prénom", "last_name": "Nom"})


def list_settings(world):
    return Target({"listing": "applications.dossiers"}, {"name": "Sans suivi", "question": "suivi=personne"})


def saved_filter(world):
    data = {"listing": "applications.dossiers", "name": "À elle", "path": "/pilotage/dossiers/", "query": "suivi=moi"}
    return Target({"public_id": remembering.save_filter(user=world.people["officer"], **data).public_id})


def chosen_dossiers(person):
    """What this person may admit, as her list would tick it."""
    return list(Application.objects.visible_to(person).filter(state="submitted").order_by("pk"))


def ticked(world):
    def fields(actor):
        if actor not in world.people:
            return {}
        keys = [str(one.public_id) for one in chosen_dossiers(world.people[actor])]
        return {"vu": keys, "coche": keys, "geste": "garder"}

    return Target(data=fields)


def bulk_admission(world):
    """Each confirms the preview of her own selection."""
    act = bulk.ACTS["recevable"]

    def fields(actor):
        if not (person := world.people.get(actor)) or not person.has_perm(act.permission):
            return {}
        keys = [one.pk for one in chosen_dossiers(person)]
        remembering.select_only(user=person, listing=bulk.LISTING, keys=keys)
        return {"apercu": bulk.preview(act=act, keys=keys, by=person).digest}

    return Target({"key": act.key}, fields)


def bulk_job(world):
    officer, act = world.people["officer"], bulk.ACTS["recevable"]
    keys = [one.pk for one in chosen_dossiers(officer)]
    seen = bulk.preview(act=act, keys=keys, by=officer).digest
    job = bulk.launch(act=act, keys=keys, by=officer, data={}, digest=seen)
    return Target({"public_id": job.public_id}, {"garder": "rien"}, words_of(chosen_dossiers(officer)[0]))


def kept_post(world):
    typed = [["comment", "Un texte écrit longtemps"]]
    kept = KeptPost.objects.create(author=world.people["owner"], path="/compte/", fields=typed, fingerprint="a" * 64)
    return Target({"public_id": kept.public_id}, {}, (typed[0][1],))


def organisation(world):
    fields = {name: getattr(world.organisation, name) or "" for name in ("name", "legal_form", "siret")}
    # What one has typed oneself may come back with a refusal: another name than the one that nobody else may read.
    typed = {**fields, "name": "Un autre nom", "city": "Thiers"}
    return Target({"public_id": world.organisation.public_id}, typed, (world.organisation.name,))


def new_organisation(world):
    return Target(data={"name": "Association nouvelle", "legal_form": "association"})


def invite(world):
    return Target(
        organisation(world).kwargs, {"email": "nouvelle@exemple.test", "role": "reader"}, organisation(world).words
    )


def cancel_invitation(world):
    inviting = world.invitation.organisation
    kwargs = {"public_id": inviting.public_id, "invitation_id": world.invitation.public_id}
    return Target(kwargs, {}, (inviting.name,))


def remove_reader(world):
    where = organisation(world)
    return Target({**where.kwargs, "person_id": world.people["reader"].public_id}, {}, where.words)


def accept_invitation(world):
    return Target({"invitation_id": world.invitation.public_id}, {}, (world.invitation.organisation.name,))


def person(world):
    other = world.people["newcomer"]
    return Target({"public_id": other.public_id}, {"role": Role.REVIEWER}, (other.email,))


def person_with_role(world):
    other = world.people["other_reviewer"]
    return Target({"public_id": other.public_id}, {"role": Role.REVIEWER}, (other.email,))


def message(world):
    mail = OutboxMessage.objects.earliest("pk")
    return Target({"public_id": mail.public_id}, {}, (mail.subject, mail.recipient))


def bounced_address(world):
    mail = OutboxMessage.objects.earliest("pk")
    bounces.record(message=mail, reason="550 5.1.1 inconnue")
    return Target({"public_id": BouncedAddress.objects.get(email=mail.recipient.lower()).public_id})


def way_out(world):
    told = notify(
        Event.TEAM, key="desabonnement:1", recipient=world.people["owner"], subject="Équipe", body="Texte."
    )  # fmt: skip
    return Target({"token": signing.dumps(told.mail_id, salt=UNSUBSCRIBE)})


def stuck_mail(world):
    stuck = OutboxMessage.objects.filter(sent_at=None).earliest("pk")
    OutboxMessage.objects.filter(pk=stuck.pk).update(attempts=MAX_ATTEMPTS, last_error="Refusé")
    return Target()


def reset_key(world):
    return Target({"uidb36": "1", "key": "cle-inconnue"}, {"password1": "un mot de passe nouveau"})


def sign_in(world):
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


def picture_of_draft(world):
    return picture_of(world, world.ready)


def picture_of_awarded(world):
    return picture_of(world, world.awarded)


def picture_of(world, application):
    """Its thumbnail, made as a worker makes it."""
    piece = world.piece_of(application)
    previews.draw(piece.file_id)
    return Target({**dossier(application).kwargs, "piece_id": piece.public_id, "number": 0}, {}, ())


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


# --- Dossiers, by staff ----------------------------------------------------------------------------------------------


def to_admit(world):
    return dossier(world.sent)


def to_ask(world):
    admissibility.take_charge(application=world.sent, by=world.people["officer"])
    due = (today() + datetime.timedelta(days=14)).isoformat()
    return dossier(world.sent, **{"demande-items": "Le bail.", "demande-due_at": due})


def to_reject(world):
    data = {"rejet-conditions": "other", "rejet-ground": "Hors de l’objet de l’appel."}
    return dossier(world.sent, **data)


def too_late(world):
    """The structure did not answer in time."""
    asked = world.correcting.correction_requests.get(closed_at=None)
    past = timezone.now() - datetime.timedelta(hours=1)
    type(asked).objects.filter(pk=asked.pk).update(due_at=past, requested_at=past - datetime.timedelta(days=9))
    return dossier(world.correcting)


# --- Reviews ---------------------------------------------------------------------------------------------------------


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
    return Target(
        {"public_id": world.people["reviewer"].public_id}, {"capacity": "7"}, (world.people["reviewer"].email,)
    )


# --- Messages --------------------------------------------------------------------------------------------------------


def thread(world):
    return dossier(world.awarded, body="Bonjour, une question.")


def staff_thread(world):
    return dossier(world.awarded, body="Bonjour, une réponse.")


def file_of_message(world):
    message = messaging.write(
        application=world.awarded,
        body="Voici.",
        by=world.people["owner"],
        from_service=False,
        files=[factories.upload()],
    )
    kwargs = {"public_id": world.awarded.public_id, "file_id": message.files.get().public_id}
    return Target(kwargs, {}, words_of(world.awarded))


def new_template(world):
    return Target(data={"title": "Modèle nouveau", "body": "Bonjour, dossier {numero}."})


def template(world):
    saved = messaging.save_template(template=None, title="Modèle", body="Bonjour.", by=world.people["officer"])
    return Target({"template_id": saved.public_id}, {"title": "Modèle", "body": "Revu.", "version": saved.version})
