"""A dossier full of words that nobody can guess, people who are kept out of it, and the walk of every door."""

import datetime
import re
import secrets
import uuid
from collections import defaultdict
from types import SimpleNamespace

from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts import digests
from accounts.french import folded
from accounts.models import OutboxMessage, Role
from applications import admissibility, assignments, messaging, reviewing
from applications.evaluations import profiles, recusals, reminders
from applications.models import (
    Answer,
    Application,
    Assignment,
    CoFunding,
    Partner,
    Post,
    Project,
    ReviewerProfile,
    Site,
)
from documents.models import StoredFile
from programme import waves
from tests import factories
from tests.access.leaks import text_of
from tests.access.near import addresses
from tests.access.walk import Answer as Reply
from tests.applications import review_steps

PARTNER_SIREN = "552100554"
# They name structures, whether they ask for something or not, and open no dossier.
REGISTRY = {
    "accounts:organisations_known", "accounts:organisation", "accounts:organisation_edit",
    "accounts:organisation_invite",
}  # fmt: skip
# Each figure of a page leads to its own movements.
FIGURE = re.compile(r"[?;&]chiffre=([\w-]+)")
# What was announced is public: these pages name the laureates to everybody.
PUBLIC = {"portal:home", "portal:places", "portal:figures", "monitoring:places", "monitoring:place"}


class Marks(dict):
    """name → a word that is nowhere else."""

    def __missing__(self, name):
        self[name] = f"zq{secrets.token_hex(6)}"
        return self[name]

    @property
    def of_dossier(self):
        return {name: word for name, word in self.items() if name != "structure"}


def plant():
    """(marks, dossier, wave): every text that an applicant, a reviewer or an officer may write bears a mark."""
    factories.communes()
    marks, wave = Marks(), factories.wave()
    owner = factories.applicant()
    structure = factories.organisation(
        owner, name=f"Association {marks['structure']}", address=f"1 rue {marks['structure']}",
        email=f"contact@{marks['structure']}.fr",
    )  # fmt: skip
    draft = factories.draft(by=owner, organisation_=structure, wave_=wave, place_name=f"Lieu {marks['place']}")
    draft = factories.fill(draft)
    write_texts(draft, marks)
    dossier = factories.send(factories.fresh(draft))
    write_parts(dossier, marks)
    other = factories.admissible(wave_=wave)
    dossier = admissibility.admit(application=dossier, by=None)
    marks["number"] = dossier.reference
    messaging.write(application=dossier, body=f"Bonjour {marks['message']}", by=owner, from_service=False)
    review_steps.close_window(wave)
    people = [factories.reviewer(), factories.reviewer()]
    for one in (dossier, other):
        assignments.assign(application=one, reviewers=people, by=None)
    assignments.send_to_review(applications=[dossier, other], by=None)
    for assignment in Assignment.objects.filter(application__in=[dossier, other]).select_related("reviewer"):
        mark = marks["sheet"] if assignment.application_id == dossier.pk else "Un avis."
        review_steps.give(review_steps.reload(assignment), reason=f"Raison {mark}", comment=f"Avis {mark}")
    return marks, factories.fresh(dossier), wave, people


def write_texts(draft, marks):
    """The long answers, the note of the plan and the names of the files: they are frozen with what is sent."""
    Project.objects.update_or_create(application=draft, defaults={"plan_note": marks["note"]})
    for answer in Answer.objects.filter(application=draft, question__kind="long_text"):
        answer.text = f"Notre projet {marks['answer']}"
        answer.save(update_fields=["text"])
    StoredFile.objects.filter(pk__in=draft.attachments.values("file")).update(name=f"{marks['file']}.pdf")


def write_parts(dossier, marks):
    """The parts beside the form."""
    Partner.objects.create(
        application=dossier, position=1, name=f"Partenaire {marks['partner']}", siret=f"{PARTNER_SIREN}00013",
        role=marks["partner"],
    )  # fmt: skip
    Post.objects.create(application=dossier, position=1, title=f"Poste {marks['post']}")
    Site.objects.update_or_create(application=dossier, position=1, defaults={"address": f"2 rue {marks['site']}"})
    CoFunding.objects.update_or_create(
        application=dossier, account="74-region", defaults={"funder": f"Région {marks['funder']}"}
    )


def keep_out(dossier):
    """{how: a person}: each way of being kept out, beside each other role that reads dossiers."""
    chair = factories.panel_chair()
    found = factories.user(Role.REVIEWER)
    profiles.describe_reviewer(user=found, by=None, employer="Coopérative", employer_siren=PARTNER_SIREN)
    declared = factories.panel_member()
    recusals.recuse(application=dossier, user=declared, text="Un ancien associé.", by=declared)
    decided = factories.user(Role.PANEL_CHAIR)
    recusals.recuse(application=dossier, user=decided, text="Décidé par la présidence.", by=chair)
    officer = factories.user(Role.OFFICER, Role.REVIEWER)
    profiles.declare_interest(user=officer, by=officer, kind="board", siren=dossier.organisation.siren)
    administrator = factories.user(Role.ADMINISTRATOR, Role.PANEL_MEMBER, Role.FINANCE_OFFICER)
    recusals.recuse(application=dossier, user=administrator, text="Une parente.", by=administrator)
    # By the facts alone: nothing is in the register, and the name of her body is written otherwise.
    accents = factories.panel_member()
    funder = dossier.cofunding.get(account="74-region").funder
    ReviewerProfile.objects.create(user=accents, employer=folded(funder).upper())
    decision = factories.user(Role.DECISION_MAKER)
    Assignment.objects.create(application=dossier, reviewer=decision, state="recused")
    return {
        "trouvée": found, "déclarée": declared, "décidée": decided, "instruction": officer,
        "administration": administrator, "décision": decision, "accents": accents,
    }  # fmt: skip


def everybody():
    """Somebody who may open every door: what the walk finds with her, the others must not find."""
    return factories.user(*set(Role) - {Role.APPLICANT})


class Door:
    """A browser signed in as somebody; whatever is asked of it is undone."""

    def __init__(self, person):
        self.client = Client(headers={"host": "localhost"})
        self.client.force_login(person)

    def ask(self, url, data=None, method="get"):
        with transaction.atomic():
            response = getattr(self.client, method)(url, data or {})
            raw = response.getvalue() if hasattr(response, "getvalue") else response.content
            reply = Reply(response.status_code, response.headers.get("Location", ""), raw, [], url)
            reply.kind = response.headers.get("Content-Type", "")
            transaction.set_rollback(True)
        return reply


def found_in(reply, marks):
    text = text_of(reply)
    return [name for name, word in marks.items() if word in text]


def variants(reply, url, marks):
    """(what was asked beside the page, its answer, the marks that it must not hold): searches and files."""
    if 'name="q"' in reply.body:
        for searched in {"place", "number"} & set(marks):
            left = {name: word for name, word in marks.items() if name != searched}
            yield {"q": marks[searched]}, left
    for kind in ("csv", "xlsx", "ods"):
        if f"format={kind}" in reply.body:
            yield {"format": kind}, marks
    for figure in sorted(set(FIGURE.findall(reply.body))):
        yield {"chiffre": figure}, marks


def walk(dossier, marks, excluded, *, only=()):
    """What came out of every door.

    Args:
        excluded: {how: person}. only: names of URLs; none: all of them.

    Returns:
        SimpleNamespace: `asked` requests, `shown` pages that hold a mark when one may read it, `leaks` in words.
    """
    control = Door(everybody())
    doors = {how: Door(person) for how, person in excluded.items()}
    told = SimpleNamespace(asked=0, shown=0, leaks=[])
    for name, url in addresses(dossier):
        if only and name not in only:
            continue
        reply = control.ask(url)
        told.asked += 1
        if reply.status == 404:
            continue
        secret = secrets_of(name, marks, dossier)
        holds = bool(found_in(reply, secret)) or is_file_of(reply, url, dossier)
        told.shown += holds
        for how, door in doors.items():
            check(told, door, how, name, url, secret, holds and "pdf" in reply.kind)
    return told


def secrets_of(name, marks, dossier):
    """The words that a page must not hold."""
    if dossier.state == "awarded" and name in PUBLIC:
        return {name: word for name, word in marks.items() if name not in ("place", "structure")}
    return marks.of_dossier if name in REGISTRY else dict(marks)


def is_file_of(reply, url, dossier):
    return reply.status == 200 and "pdf" in reply.kind and str(dossier.public_id) in url


def check(told, door, how, name, url, secret, is_file):
    reply = door.ask(url)
    told.asked += 1
    found = found_in(reply, secret)
    if is_file and reply.status == 200:
        found.append("fichier")
    for data, left in variants(reply, url, secret):
        told.asked += 1
        found += found_in(door.ask(url, data), left)
    posted = door.ask(url, {"idempotency_key": uuid.uuid4().hex}, "post")
    told.asked += 1
    found += found_in(posted, secret)
    if found:
        told.leaks.append(f"{name}, {how} : {', '.join(sorted(set(found)))}")


def mails_to(excluded, marks, dossier):
    """Marks in what is mailed to them, whatever is written, reopened or waited for while the dossier is reviewed."""
    before = mails_sent()
    now = timezone.now()
    officer = excluded["instruction"]
    Application.objects.filter(pk=dossier.pk).update(officer=officer)
    writer = dossier.created_by
    messaging.write(application=dossier, body=f"Encore {marks['message']}", by=writer, from_service=False)
    given = dossier.assignments.filter(state="submitted").select_related("reviewer").first()
    reviewing.reopen(assignment=given, reason=f"À revoir {marks['sheet']}", by=None)
    for days in (4, 6, 40, 60):
        reminders.sweep(now + datetime.timedelta(days=days))
    digests.send_digests(now + datetime.timedelta(days=2))
    return mailed(excluded, marks, before)


def mails_sent():
    return set(OutboxMessage.objects.values_list("pk", flat=True))


def mailed(excluded, marks, before):
    """Marks in what was mailed to them since."""
    rows = OutboxMessage.objects.exclude(pk__in=before).filter(recipient__in=[one.email for one in excluded.values()])
    leaks = defaultdict(set)
    for row in rows:
        for name, word in marks.items():
            if word in row.subject or word in row.body:
                leaks[row.recipient].add(name)
    return [f"courriel à {who} : {', '.join(sorted(names))}" for who, names in leaks.items()]


def deliberate(wave):
    """The wave goes on to the panel, so that its pages exist."""
    return waves.start_deliberation(wave=factories.fresh(wave), by=None)
