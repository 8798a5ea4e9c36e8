"""A wave on the panel's table: dossiers reviewed and ranked, a line with money, people who prepare and sign."""

import datetime
from types import SimpleNamespace

from django.utils import timezone

from accounts.models import Organisation
from applications.models import Application, Assignment, Fabrique, Review, Revision
from documents import production
from documents.models import Document
from documents.production import produce
from funding.budgets import open_credits
from funding.models import Line, Source
from programme.models import Origin, Wave
from selection.decisions import letters_of, sign_wave
from selection.delegations import grant_delegation
from selection.models import Decision
from selection.outcomes import adopt, hold_panel, prepare
from tests import factories
from tests.built_once import stage

YEAR = timezone.localdate().year
GRANT = 15_000_000


def line_with(cents, *, code="P112-12", year=YEAR):
    """A budget line on which `cents` of AE are open."""
    source, _ = Source.objects.get_or_create(name="État")
    line, _ = Line.objects.get_or_create(
        programme=factories.programme(),
        code=code,
        defaults={
            "source": source,
            "label": f"Tiers-lieux {code}",
            "lolf_programme": "112",
            "action": "12",
            "origin": Origin.DEMONSTRATION,
        },
    )
    if cents:
        open_credits(
            axis="ae",
            line=line,
            fiscal_year=year,
            cents=cents,
            effective_on=timezone.localdate(),
            act="Loi de finances",
            by=None,
            key=f"test-open:{line.code}:{year}:{cents}",
        )
    return line


def reviewed(wave, scores, *, requested=GRANT, name="", segment="outside_large_centres"):
    """A dossier of `wave` with one sheet given for each score (hundredths)."""
    person = factories.applicant()
    organisation = factories.organisation(person)
    place = name or f"Lieu {organisation.pk}"
    fabrique = Fabrique.objects.create(
        programme=wave.call.programme,
        organisation=organisation,
        name=place,
        sort_name=place.casefold(),
        commune=factories.commune(),
        region="Auvergne-Rhône-Alpes",
        segment=segment,
    )
    now = timezone.now()
    application = Application.objects.create(
        wave=wave,
        call_version=wave.call.versions.last(),
        organisation=organisation,
        fabrique=fabrique,
        state="reviewed",
        reference=f"TEST-{organisation.pk:05d}",
        created_by=person,
        submitted_by=person,
        submitted_at=now - datetime.timedelta(days=40),
        segment=segment,
        requested_cents=requested,
        implied_rejection_on=timezone.localdate() + datetime.timedelta(days=20),
    )
    application.index()
    application.save()
    revision = Revision.objects.create(
        application=application, number=1, content={}, sha256="0" * 64, sent_at=now, sent_by=person
    )
    for score in scores:
        assignment = Assignment.objects.create(
            application=application, reviewer=factories.reviewer(), state="submitted"
        )
        Review.objects.create(assignment=assignment, revision=revision, score_hundredths=score, submitted_at=now)
    return application


def wave_in_deliberation(**fields):
    wave = factories.wave(**fields)
    past = timezone.now() - datetime.timedelta(days=35)
    Wave.objects.filter(pk=wave.pk).update(
        state="deliberation",
        opens_at=past - datetime.timedelta(days=30),
        closes_at=past,
        panel_on=timezone.localdate(),
    )
    return Wave.objects.select_related("call__programme").get(pk=wave.pk)


def delegate(holder, wave, **fields):
    fields = {
        "acts": ["award", "waitlist", "refusal", "deferral"],
        "ceiling_cents": GRANT,
        "starts_on": timezone.localdate() - datetime.timedelta(days=30),
        "ends_on": timezone.localdate() + datetime.timedelta(days=30),
        "published_act": "Arrêté du 4 janvier 2026 portant délégation de signature",
        "formula": "Pour le ministre et par délégation,\nla cheffe de service",
        **fields,
    }
    return grant_delegation(programme=wave.call.programme, holder=holder, by=None, **fields)


def build(ranks=4, *, money=2 * GRANT, capacity=30, **version_fields):
    """`ranks` dossiers, best first, on a wave in deliberation, with `money` left on its line."""
    wave = wave_in_deliberation(call=factories.draft_call(**version_fields), capacity=capacity)
    line = line_with(money)
    dossiers = [reviewed(wave, [9000 - 500 * n, 9200 - 500 * n]) for n in range(ranks)]
    signatory = factories.decision_maker(first_name="Hélène", last_name="Vasseur")
    delegate(signatory, wave)
    return SimpleNamespace(
        wave=wave,
        line=line,
        dossiers=dossiers,
        officer=factories.officer(first_name="Yanis", last_name="Belkacem"),
        chair=factories.panel_chair(),
        signatory=signatory,
    )


def propose(panel, dossier, cents=GRANT, **fields):
    return prepare(
        application=dossier,
        outcome="proposed",
        amount_cents=cents,
        line=panel.line,
        fiscal_year=YEAR,
        by=panel.officer,
        **fields,
    )


def wait(panel, dossier, **fields):
    return prepare(application=dossier, outcome="waitlist", by=panel.officer, **fields)


def reject(panel, dossier, ground="Partenariats locaux. Aucun partenaire ne s’est engagé par écrit.", **fields):
    return prepare(application=dossier, outcome="not_retained", ground=ground, by=panel.officer, **fields)


def meet(panel):
    return hold_panel(
        wave=panel.wave,
        held_on=timezone.localdate(),
        members_present="Six membres sur huit.",
        outside_opinions="Avis conformes à la proposition, procès-verbal signé.",
        by=panel.officer,
    )


def prepare_all(panel, proposed=2):
    """The first ones proposed, the next on the waitlist, the last not retained."""
    meet(panel)
    for position, dossier in enumerate(panel.dossiers):
        if position < proposed:
            propose(panel, dossier)
        elif position == proposed:
            wait(panel, dossier)
        else:
            reject(panel, dossier)
    return panel


def make_letters(wave, *, rendered=False):
    """Every letter of the wave is made: really rendered, or a blank page where the letter itself is not looked at."""
    for document in letters_of(Decision.objects.filter(wave=wave)):
        if rendered:
            produce(document.pk)
        else:
            production._store(document.pk, factories.pdf_bytes())
    assert not Document.objects.filter(rendered_at=None, kind__endswith="_letter").exists()


def member_of(application):
    return Organisation.objects.get(pk=application.organisation_id).members.first()


@stage
def panel(db):
    return build()


@stage
def adopted(panel):
    prepare_all(panel)
    adopt(wave=panel.wave, by=panel.officer)
    return panel


@stage
def signed(adopted):
    sign_wave(wave=adopted.wave, by=adopted.signatory)
    return adopted
