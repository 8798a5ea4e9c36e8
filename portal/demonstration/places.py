"""Invented places in real communes, and dossiers filled in for them."""

import io
from dataclasses import dataclass

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from stdnum import luhn

from accounts.models import LegalForm, Organisation
from accounts.organisations import create_organisation, recognise
from applications import drafting
from applications.models import Attachment
from documents import consents
from programme.communes import resolve_commune
from programme.models import Segment

RURAL, QPV, DIGITAL, UNKNOWN = Segment.OUTSIDE_LARGE_CENTRES, Segment.QPV, Segment.QPV_DIGITAL, Segment.UNKNOWN


# Its structure has not accepted the electronic way: its letter goes by the post.
BY_POST = "Les Communs du Trégor"


@dataclass(frozen=True)
class Place:
    """`siren_base`: eight invented digits; `yearly_cents`: the grant asked for in each of the three years."""

    name: str
    commune: str
    segment: Segment
    siren_base: str
    yearly_cents: tuple[int, int, int]


WAVE_1 = (
    Place("La Halle aux Possibles", "63430", RURAL, "90000001", (5_000_000, 4_800_000, 4_400_000)),
    Place("L’Atelier du Nord", "59392", DIGITAL, "90000002", (5_000_000, 5_000_000, 5_000_000)),
    Place("Le Phare partagé", "76351", QPV, "90000003", (4_000_000, 4_000_000, 4_000_000)),
    Place("La Ruche du Morvan", "58062", RURAL, "90000004", (3_000_000, 3_000_000, 3_000_000)),
    Place("Le Comptoir aux idées", "10387", QPV, "90000005", (5_000_000, 5_000_000, 5_000_000)),
    Place("Les Communs du Trégor", "22113", UNKNOWN, "90000006", (2_500_000, 2_500_000, 2_500_000)),
)
# Before the panel, best scored first.
WAVE_2 = (
    Place("Le Moulin des métiers", "58145", RURAL, "90000014", (4_000_000, 4_000_000, 4_000_000)),
    Place("La Fabrique du port", "13055", QPV, "90000015", (4_000_000, 3_500_000, 3_000_000)),
    Place("L’Épicerie savante", "48061", RURAL, "90000016", (3_000_000, 3_000_000, 3_000_000)),
)
WAVE_3 = (
    Place("La Filature ouverte", "42187", RURAL, "90000007", (5_000_000, 5_000_000, 5_000_000)),
    Place("A Casa cumuna", "2B096", RURAL, "90000008", (4_200_000, 4_100_000, 4_100_000)),
    Place("Wassaï Lab", "97311", QPV, "90000009", (5_000_000, 5_000_000, 5_000_000)),
    Place("L’Usine douce", "81163", RURAL, "90000010", (4_000_000, 3_000_000, 3_000_000)),
    Place("Le Quai des savoirs", "63430", RURAL, "90000013", (4_500_000, 4_500_000, 4_000_000)),
)
WAVE_4 = (
    Place("Le Préau numérique", "23096", RURAL, "90000011", (5_000_000, 5_000_000, 5_000_000)),
    Place("Le Tiroir", "02810", RURAL, "90000012", (3_000_000, 3_000_000, 3_000_000)),
)


def write_dossier(place, wave, by, *, complete=True):
    """A draft for `place`, every section filled in when `complete`."""
    application = drafting.start_application(
        wave=wave,
        organisation=organisation_of(place, by),
        place_name=place.name,
        commune_code=place.commune,
        address="12 rue de l’Exemple",
        declared_segment=place.segment,
        by=by,
    )
    if complete:
        fill(application, place, by)
    return type(application).objects.get(pk=application.pk)


def organisation_of(place, by):
    commune = resolve_commune(place.commune)
    organisation = create_organisation(
        by=by,
        name=f"Association {place.name} (exemple inventé)",
        legal_form=LegalForm.ASSOCIATION,
        siret=siret_of(place.siren_base),
        address="12 rue de l’Exemple",
        postal_code=(commune.postal_codes.split() or [""])[0],
        city=commune.name,
        representative_name=by.get_full_name(),
        representative_title=by.title,
    )
    if place.name != BY_POST:
        consents.give(organisation=organisation, by=by)
    return organisation


def siret_of(base):
    """A well-formed SIRET for eight invented digits: SIREN and establishment each have their key."""
    siren = base + luhn.calc_check_digit(base)
    return siren + "0001" + luhn.calc_check_digit(siren + "0001")


def fill(application, place, by):
    for section in application.call_version.sections.prefetch_related("questions"):
        answers = {question.pk: answer_to(question, place) for question in section.questions.all()}
        drafting.save_answers(application=application, section=section, answers=answers, by=by)
    drafting.save_budget(application=application, cells=balanced_plan(place.yearly_cents), by=by)
    statutes = SimpleUploadedFile("statuts.pdf", small_pdf(f"Statuts, {place.name} (exemple)"), "application/pdf")
    drafting.attach(application=application, kind=Attachment.Kind.STATUTES, uploaded=statutes, by=by)


def answer_to(question, place):
    if question.options:
        return str(question.options[0])
    known = {question.Kind.NUMBER: "3", question.Kind.DATE: "2027-03-01"}
    text = (
        f"{place.name} : réponse inventée pour la démonstration. Une enquête auprès des habitants établit le besoin."
    )
    return known.get(question.kind, text[: question.max_length or 2000])


def balanced_plan(yearly_cents):
    """Expenses and resources in balance each year: the grant, the region and the place's own receipts."""
    cells = {}
    for rank, cents in enumerate(yearly_cents, start=1):
        cells["expense", "64", rank] = cents
        cells["expense", "61", rank] = 1_200_000
        cells["requested", "74", rank] = cents
        cells["resource", "74-region", rank] = 800_000
        cells["resource", "70", rank] = 400_000
    return cells


def small_pdf(text):
    """One page that says `text`."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(595, 842))
    font = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
    )
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    words = text.encode("cp1252", "replace").replace(b"(", b"\\(").replace(b")", b"\\)")
    page.Contents = pdf.make_stream(b"BT /F1 18 Tf 60 760 Td (" + words + b") Tj ET")
    stream = io.BytesIO()
    pdf.save(stream)
    return stream.getvalue()


def enrol_network(by, recognised_by):
    """A support network that applicants may open their dossiers to."""
    network = create_organisation(
        by=by,
        name="Réseau des lieux partagés (exemple inventé)",
        legal_form=LegalForm.ASSOCIATION,
        siret=siret_of("90000098"),
        address="3 place de l’Exemple",
        postal_code="63300",
        city="Thiers",
        representative_name=by.get_full_name(),
        representative_title=by.title,
    )
    return recognise(organisation=network, kind=Organisation.Kind.NETWORK, by=recognised_by)
