"""Complete drafts to be sent by the measure `submit`: made like those of a person, outside the clock."""

import datetime
import io
import itertools
import uuid

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Membership, Role, RoleGrant, User
from applications import drafting, reapplying
from applications.models import Application, Attachment
from documents.models import StoredFile
from programme.waves import plan_wave

DAY = datetime.timedelta(days=1)


def drafts_to_send():
    """(person, draft) endlessly: a new place of one structure each time, with the texts and the plan of a dossier."""
    model = Application.objects.filter(submitted_at__isnull=False, fabrique__commune__isnull=False)
    model = model.select_related("wave__call", "organisation", "fabrique__commune").latest("pk")
    wave, person = open_wave(model.wave.call), writer_of(model.organisation)
    for number in itertools.count():
        yield person, complete_draft(model, wave, number, person)


def writer_of(organisation):
    """Somebody who may sign in and write for the structure: the invented applicants cannot."""
    person = User.objects.create_user(f"mesure-{uuid.uuid4().hex[:12]}@fabriques.example", None)
    RoleGrant.objects.create(user=person, role=Role.APPLICANT)
    Membership.objects.create(user=person, organisation=organisation, role=Membership.Role.EDITOR)
    return person


def open_wave(call):
    """A wave of the call that takes dossiers now."""
    now = timezone.now()
    taking = call.waves.filter(state="collecting", opens_at__lte=now, closes_at__gt=now + DAY).first()
    return taking or plan_wave(call=call, by=None, opens_at=now - DAY, closes_at=now + 30 * DAY)


def complete_draft(model, wave, number, person):
    draft = drafting.start_application(
        wave=wave,
        organisation=model.organisation,
        place_name=f"Lieu mesuré {wave.pk}-{number} {timezone.now():%f}",
        commune_code=model.fabrique.commune.code,
        declared_segment=model.segment,
        by=person,
    )
    reapplying.copy_answers(model, draft)
    reapplying.copy_plan(model, draft)
    statutes = SimpleUploadedFile("statuts.pdf", one_page(), content_type="application/pdf")
    piece = drafting.attach(application=draft, kind=Attachment.Kind.STATUTES, uploaded=statutes, by=person)
    # Nobody waits for the antivirus in a measure.
    StoredFile.objects.filter(pk=piece.file_id).update(scan_state=StoredFile.Scan.CLEAN)
    # As its page would read it.
    return Application.objects.get(pk=draft.pk)


def one_page():
    file = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(file)
    return file.getvalue()
