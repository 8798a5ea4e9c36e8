"""People, calls and dossiers for the tests of every floor, made by the verbs that real people use.

Each function makes what it needs and gives back the model instance. Amounts in cents.
"""

import datetime
import functools
import io
import itertools
from pathlib import Path

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import LegalForm, Membership, Organisation, Role, RoleGrant, User
from applications import admissibility, budget, drafting, submission
from applications.cells_of_plan import write_cells
from applications.evaluations.terms import accept_terms
from applications.models import Attachment, SavedSection
from documents import consents
from documents.models import ElectronicConsent
from programme import ami, founding, waves
from programme.calls import publish_call
from programme.communes import load_communes
from programme.models import Commune, Origin, Programme, Segment

COMMUNES = Path(__file__).resolve().parent / "data" / "communes_extract.csv"
THIERS = "63430"
PASSWORD = "un mot de passe de test"
_numbers = itertools.count(1)


def user(*roles, email="", password="", terms=True, **fields):
    """A person who holds `roles`; signing in by form needs `password`; `terms`: a reviewer accepted the rules."""
    n = next(_numbers)
    fields = {"first_name": "Camille", "last_name": f"Exemple {n}", **fields}
    person = User.objects.create_user(email or f"personne{n}@exemple.test", password or None, **fields)
    RoleGrant.objects.bulk_create(RoleGrant(user=person, role=role) for role in roles)
    if Role.REVIEWER in roles and terms:
        accept_terms(user=person)
    return person


def applicant(**fields):
    return user(Role.APPLICANT, **fields)


def officer(**fields):
    return user(Role.OFFICER, **fields)


def reviewer(**fields):
    return user(Role.REVIEWER, **fields)


def panel_member(**fields):
    return user(Role.PANEL_MEMBER, **fields)


def panel_chair(**fields):
    return user(Role.PANEL_CHAIR, **fields)


def decision_maker(**fields):
    return user(Role.DECISION_MAKER, **fields)


def finance_officer(**fields):
    return user(Role.FINANCE_OFFICER, **fields)


def auditor(**fields):
    return user(Role.AUDITOR, **fields)


def administrator(**fields):
    return user(Role.ADMINISTRATOR, **fields)


def siret(n):
    """A valid SIRET (Luhn) that differs for each n below 100,000,000."""
    base = f"8{n:08d}0001"
    digits = [int(d) for d in base]
    total = sum(d if i % 2 else (2 * d - 9 if 2 * d > 9 else 2 * d) for i, d in enumerate(digits))
    return f"{base}{-total % 10}"


def organisation(owner=None, *, role=Membership.Role.OWNER, notified_online=True, **fields):
    """An association with a valid SIRET (give `siret=None` for one being formed); `owner` becomes its member.

    Args:
        notified_online: it accepts the electronic way, from before all that it may be notified of.
    """
    n = next(_numbers)
    fields = {
        "name": f"Association Exemple {n}",
        "legal_form": LegalForm.ASSOCIATION,
        "siret": siret(n),
        "address": "12 rue de la Coutellerie",
        "postal_code": "63300",
        "city": "Thiers",
        "representative_name": "Claire Rouvier",
        "representative_title": "présidente",
        **fields,
    }
    created = Organisation.objects.create(**fields)
    owner = owner or applicant()
    Membership.objects.create(user=owner, organisation=created, role=role)
    if notified_online:
        accept_online(created, owner)
    return created


def accept_online(organisation, by):
    """The structure accepts the electronic way (CRPA L112-15), from long ago: tests travel in time."""
    given_at = datetime.datetime(2018, 1, 1, tzinfo=datetime.UTC)
    return ElectronicConsent.objects.create(
        organisation=organisation, given_by=by, given_at=given_at, words=consents.WORDS
    )


def communes():
    """The extract of sixty communes; once a test."""
    if not Commune.objects.exists():
        load_communes(COMMUNES)


def commune(code=THIERS):
    communes()
    return Commune.objects.get(code=code)


def programme():
    return Programme.objects.first() or founding.create_programme(
        slug="fabriques-de-territoire", origin=Origin.DEMONSTRATION
    )


def days(n, hour=12):
    """Noon, Europe/Paris, n days from today."""
    local = timezone.localtime() + datetime.timedelta(days=n)
    return local.replace(hour=hour, minute=0, second=0, microsecond=0)


def day(n):
    return timezone.localdate() + datetime.timedelta(days=n)


def wave(call=None, **fields):
    """A wave open to deposit, of a published call (a new one unless given)."""
    call = call or draft_call()
    fields = {
        "opens_at": days(-30),
        "closes_at": days(30),
        "capacity": 30,
        "instruction_until": day(60),
        "reviews_due_on": day(80),
        "panel_on": day(100),
        "announcement_on": day(120),
        **fields,
    }
    planned = waves.plan_wave(call=call, by=None, **fields)
    if call.state == call.State.DRAFT:
        publish_call(call=call, by=None)
    planned.refresh_from_db()
    return type(planned).objects.select_related("call__programme").get(pk=planned.pk)


def draft_call(**version_fields):
    """The AMI with its whole form, not published."""
    n = next(_numbers)
    call = ami.create_ami(
        programme=programme(), slug=f"ami-{n}", title="Fabriques de territoire", origin=Origin.DEMONSTRATION
    )
    if version_fields:
        call.versions.update(**version_fields)
    return call


def draft(*, by=None, organisation_=None, wave_=None, place_name="", commune_code=THIERS, segment=Segment.UNKNOWN):
    """A dossier just started: only the place is filled in."""
    communes()
    by = by or applicant()
    return drafting.start_application(
        wave=wave_ or wave(),
        organisation=organisation_ or by.organisations.first() or organisation(by),
        place_name=place_name or f"La Halle aux Possibles {next(_numbers)}",
        commune_code=commune_code,
        address="12 rue de la Coutellerie",
        declared_segment=segment,
        by=by,
    )


def answer_text(question):
    if question.options:
        return str(question.options[0])
    return {"number": "3", "date": "2027-01-15"}.get(question.kind, f"Réponse d’exemple à : {question.label[:60]}")


def balanced_plan(*requested_cents):
    """A balanced plan that asks for these cents, year by year (50 000 € a year for three years by default)."""
    cells = {}
    for rank, cents in enumerate(requested_cents or (5_000_000,) * 3, start=1):
        cells["expense", "64", rank] = cents
        cells["expense", "61", rank] = 1_200_000
        cells["requested", "74", rank] = cents
        cells["resource", "74-region", rank] = 800_000
        cells["resource", "70", rank] = 400_000
    return cells


@functools.cache
def pdf_bytes(pages=1):
    file = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        pdf.save(file)
    return file.getvalue()


def upload(name="statuts.pdf", content=None):
    return SimpleUploadedFile(name, pdf_bytes() if content is None else content, content_type="application/pdf")


def fill(application, by=None, requested_cents=()):
    """Complete every section of a draft: what `typed` leaves, in a few statements (test_factories compares them)."""
    by, now = by or application.created_by, timezone.now()
    sections = application.call_version.sections.prefetch_related("questions")
    for section in sections:
        drafting.write_answers(application, section, answers_of(section))
    write_cells(application, balanced_plan(*requested_cents))
    slugs = [*(section.slug for section in sections), drafting.PLAN]
    SavedSection.objects.bulk_create(
        SavedSection(application=application, slug=slug, version=1, saved_at=now, saved_by=by) for slug in slugs
    )
    application.saved_at, application.requested_cents = now, budget.requested(budget.cells_of(application))
    application.save()
    drafting.attach(application=application, kind=Attachment.Kind.STATUTES, uploaded=upload(), by=by)
    return fresh(application)


def typed(application, by=None, requested_cents=()):
    """Complete every section of a draft, each by the verb of its page."""
    by = by or application.created_by
    for section in application.call_version.sections.prefetch_related("questions"):
        drafting.save_answers(application=application, section=section, answers=answers_of(section), by=by)
    drafting.save_budget(application=application, cells=balanced_plan(*requested_cents), by=by)
    drafting.attach(application=application, kind=Attachment.Kind.STATUTES, uploaded=upload(), by=by)
    return fresh(application)


def answers_of(section):
    return {question.pk: answer_text(question) for question in section.questions.all()}


def complete_draft(*, requested_cents=(), **fields):
    """A draft that may be sent."""
    return fill(draft(**fields), requested_cents=requested_cents)


def send(application, at=None):
    """Send a complete draft, by whoever started it."""
    submission.submit(application=application, by=application.created_by, at=at)
    return fresh(application)


def submitted(*, at=None, **fields):
    """A dossier that was sent, with its receipt asked for."""
    return send(complete_draft(**fields), at)


def admissible(*, by=None, **fields):
    application = submitted(**fields)
    return admissibility.admit(application=application, by=by)


def fresh(instance):
    """The object as the database has it (`refresh_from_db` is refused on a protected state)."""
    return type(instance)._default_manager.get(pk=instance.pk)
