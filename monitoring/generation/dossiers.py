"""Invented dossiers of one wave, with their answers, budgets, sent version and journal."""

import datetime

from django.utils import timezone

from accounts.french import folded
from accounts.models import JournalEntry, Membership, Organisation
from applications import snapshots
from applications.budget import first_year_of
from applications.models import Answer, Application, BudgetEntry, CorrectionRequest, Fabrique, Revision
from monitoring.generation import words
from programme.models import Origin

S = Application.State
PAST_STATES = {S.AWARDED: 25, S.WAITLISTED: 10, S.REFUSED: 52, S.INADMISSIBLE: 11, S.WITHDRAWN: 2}
CURRENT_STATES = {
    S.SUBMITTED: 20, S.CORRECTION_REQUESTED: 8, S.ADMISSIBLE: 22, S.IN_REVIEW: 30, S.REVIEWED: 12, S.INADMISSIBLE: 8,
}  # fmt: skip
BATCH = 2000
WAITLIST = datetime.timedelta(days=180)
JOURNAL_STEPS = (("submit", S.DRAFT, S.SUBMITTED), ("admit", S.SUBMITTED, S.ADMISSIBLE))
EXPENSES = {"64": 60, "61": 15, "60": 15, "62": 10}


def create_dossiers(random, wave, version, count, communes, people, *, past, numbers, states=None):
    """Bulk-create `count` dossiers of `wave`; returns them.

    Args:
        past: True for an announced wave (final states), False for the running one.
        numbers: an iterator of unused reference numbers.
        states: {state: weight}; by default those of an announced wave, or of a running one.
    """
    organisations = create_organisations(random, count, people)
    places = create_places(random, wave, organisations, communes)
    states = states or (PAST_STATES if past else CURRENT_STATES)
    applications = [
        build(random, wave, version, place, words.weighted(random, states), next(numbers), people) for place in places
    ]
    applications = Application.objects.bulk_create(applications, batch_size=BATCH)
    create_contents(random, applications, version, people)
    return applications


def create_organisations(random, count, people):
    sirets = set()
    while len(sirets) < count:
        sirets.add(words.siret(random))
    taken = set(Organisation.objects.filter(siret__in=sirets).values_list("siret", flat=True))
    organisations = [
        Organisation(
            name=f"{words.place(random)} ({number})",
            legal_form=words.weighted(random, words.LEGAL_FORMS),
            siret=None if siret in taken else siret,
            representative_name=" ".join(words.person(random)),
        )
        for number, siret in enumerate(sorted(sirets))
    ]
    organisations = Organisation.objects.bulk_create(organisations, batch_size=BATCH)
    for organisation in organisations:
        organisation.writer = random.choice(people["applicant"])
    Membership.objects.bulk_create(
        [
            Membership(user=organisation.writer, organisation=organisation, role=Membership.Role.OWNER)
            for organisation in organisations
        ],
        batch_size=BATCH,
    )
    return organisations


def create_places(random, wave, organisations, communes):
    places = []
    for organisation in organisations:
        commune = random.choice(communes)
        name = words.place(random)
        places.append(
            Fabrique(
                programme_id=wave.call.programme_id,
                organisation=organisation,
                name=name,
                sort_name=folded(name),
                commune=commune,
                region=commune.region,
                segment=words.weighted(random, words.SEGMENTS),
                origin=Origin.DEMONSTRATION,
            )
        )
    return Fabrique.objects.bulk_create(places, batch_size=BATCH)


def build(random, wave, version, place, state, number, people):
    # Most dossiers arrive in the last days.
    sent_at = wave.closing - datetime.timedelta(minutes=random.randrange(1, 9_000))
    reference = f"{sent_at.year}-{number:06d}"
    final = state in PAST_STATES and state != S.INADMISSIBLE
    return Application(
        wave=wave,
        call_version=version,
        organisation=place.organisation,
        fabrique=place,
        state=state,
        reference=reference,
        created_by=place.organisation.writer,
        created_at=sent_at - datetime.timedelta(days=random.randrange(1, 20)),
        declared_segment=place.segment,
        segment=place.segment,
        requested_cents=random.choice((7_500_000, 9_000_000, 12_000_000, 14_400_000, 15_000_000)),
        submitted_at=sent_at,
        submitted_by=place.organisation.writer,
        saved_at=sent_at,
        implied_rejection_on=sent_at.date() + datetime.timedelta(days=61),
        clock_suspended_on=sent_at.date() if state == S.CORRECTION_REQUESTED else None,
        officer=random.choice(people["officer"]),
        examined_at=sent_at + datetime.timedelta(days=9),
        inadmissibility_ground="Pièces manquantes après relance." if state == S.INADMISSIBLE else "",
        published_at=wave.announced_at if final else None,
        outcome_ground="Le besoin du territoire n’est pas établi." if state == S.REFUSED else "",
        waitlisted_until=wave.announcement_on + WAITLIST if state == S.WAITLISTED else None,
        waitlist_rank=random.randrange(1, 10) if state == S.WAITLISTED else None,
        search_text=folded(f"{reference} {place.name} {place.organisation.name} {place.commune.name}"),
        sort_name=place.sort_name,
    )


def create_contents(random, applications, version, people):
    sections = list(version.sections.prefetch_related("questions").order_by("position"))
    answers, entries, revisions = [], [], []
    for application in applications:
        texts = {question: answer_to(random, question) for one in sections for question in one.questions.all()}
        plan = list(balanced_budget(application))
        answers += [Answer(application=application, question=question, text=text) for question, text in texts.items()]
        entries += plan
        revisions.append(first_revision(application, sections, texts, plan))
    Answer.objects.bulk_create(answers, batch_size=BATCH)
    BudgetEntry.objects.bulk_create(entries, batch_size=BATCH)
    Revision.objects.bulk_create(revisions, batch_size=BATCH)
    CorrectionRequest.objects.bulk_create(
        [asked_of(application) for application in applications if application.state == S.CORRECTION_REQUESTED]
    )
    JournalEntry.objects.bulk_create(
        [entry for application in applications for entry in journal_of(application)], batch_size=BATCH
    )


def asked_of(application):
    return CorrectionRequest(
        application=application,
        items="Joindre le titre d’occupation du lieu (bail, convention ou acte de propriété).",
        due_at=timezone.now() + datetime.timedelta(days=application.pk % 9 - 2),
        requested_at=application.examined_at,
        requested_by=application.officer,
    )


def answer_to(random, question):
    if question.kind == question.Kind.NUMBER:
        return str(random.randrange(1, 40))
    if question.kind == question.Kind.DATE:
        return "2027-03-01"
    if question.options:
        return str(question.options[0])
    return words.paragraph(random)[: question.max_length or 600]


def balanced_budget(application):
    """Three balanced years: expenses of 1.5 times the grant, paid by the grant, own revenue and the region."""
    yearly = application.requested_cents // 3
    for year in (1, 2, 3):
        grant = yearly + (application.requested_cents % 3 if year == 3 else 0)
        own = grant // 4
        region = grant // 4
        total = grant + own + region
        shares = {account: total * share // 100 for account, share in EXPENSES.items()}
        shares["64"] += total - sum(shares.values())
        for account, cents in shares.items():
            yield cell(application, "expense", account, year, cents)
        yield cell(application, "resource", "70", year, own)
        yield cell(application, "resource", "74-region", year, region)
        yield cell(application, "requested", "74", year, grant)


def cell(application, side, account, year, cents):
    return BudgetEntry(application=application, side=side, account=account, year_rank=year, cents=cents)


def first_revision(application, sections, texts, plan):
    """The snapshot that sending would have frozen, made from what is in memory."""
    content = {
        "organisation": snapshots.organisation_of(application.organisation),
        "place": snapshots.place_of(application.fabrique),
        "segment": application.declared_segment,
        "sections": [section_of(section, texts) for section in sections],
        "budget": {
            "first_year": first_year_of(application.wave),
            "years": application.call_version.years,
            "requested_cents": application.requested_cents,
            "cells": sorted([entry.side, entry.account, entry.year_rank, entry.cents] for entry in plan),
        },
        "attachments": [],
    }
    return Revision(
        application=application,
        number=1,
        content=content,
        sha256=snapshots.digest(content),
        sent_at=application.submitted_at,
        sent_by=application.submitted_by,
    )


def section_of(section, texts):
    return {
        "slug": section.slug,
        "title": section.title,
        "answers": [
            {"question": q.pk, "slug": q.slug, "label": q.label, "kind": q.kind, "text": texts[q]}
            for q in section.questions.all()
        ],
    }


def journal_of(application):
    for offset, (action, source, target) in enumerate(JOURNAL_STEPS):
        yield JournalEntry(
            at=min(application.submitted_at + datetime.timedelta(days=9 * offset), timezone.now()),
            actor=application.created_by if action == "submit" else application.officer,
            action=action,
            subject_type="applications.Application",
            subject_id=application.pk,
            subject_label=str(application)[:250],
            search_text=folded(f"{application} {application.officer}")[:500],
            from_state=source,
            to_state=target,
        )
