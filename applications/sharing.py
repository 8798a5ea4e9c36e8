"""Sections of a dossier entrusted to colleagues: who does what, and what is mine."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts import members
from accounts.errors import Refusal, StalePage
from accounts.models import Event, JournalEntry, Membership, User
from accounts.notify import notify
from accounts.organisations import require_writer
from applications import completeness
from applications.models import EDITABLE, Application, SavedSection, SectionAssignee
from applications.submission import url_of
from programme.models import FormSection


@dataclass
class MySection:
    """One section that waits for the reader, on the page of her dossiers."""

    assignee: SectionAssignee
    title: str
    saved: SavedSection | None

    @property
    def application(self):
        return self.assignee.application


def colleagues(organisation):
    """The members of a structure who may be entrusted with a section."""
    able = Membership.objects.filter(organisation=organisation, role__in=Membership.WRITERS, user__is_active=True)
    return User.objects.filter(pk__in=able.values("user")).order_by("search_text", "pk")


def entrust(*, application, people, by):
    """Say who fills which sections; each person newly chosen gets one mail. Nobody else is kept from writing there.

    Args:
        people: {slug of a section: `User`, or None for nobody}. Sections not named stay as they are.

    Returns:
        the slugs that changed hands.

    Raises:
        NotAllowed: `by` may only read for the structure.
        Refusal: somebody who may not write for it (field: the slug).
        StalePage: the dossier was sent, or the form has no such section.
    """
    with transaction.atomic():
        application = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
        require_writer(application.organisation, by)
        refuse_sent(application)
        titles = {section.slug: section.title for section in completeness.sections(application)}
        refuse_strangers(application, people, titles)
        held = {one.slug: one for one in application.assignees.select_related("user")}
        changed = [slug for slug, person in people.items() if person != (held[slug].user if slug in held else None)]
        for slug in changed:
            hand(application, slug, people[slug], by)
        tell(application, {slug: people[slug] for slug in changed}, titles, by)
    return changed


def refuse_sent(application):
    if not application.is_editable:
        raise StalePage(f"Ce dossier est maintenant « {application.applicant_label} » : son contenu ne change plus.")


def refuse_strangers(application, people, titles):
    if set(people) - set(titles):
        raise StalePage
    able = set(colleagues(application.organisation))
    for slug, person in people.items():
        if person is not None and person not in able:
            raise Refusal(
                f"{person} ne peut pas rédiger pour cette structure : choisissez un autre membre.", field=slug
            )


def hand(application, slug, person, by):
    if person is None:
        application.assignees.filter(slug=slug).delete()
    else:
        values = {"user": person, "assigned_by": by, "assigned_at": timezone.now()}
        SectionAssignee.objects.update_or_create(application=application, slug=slug, defaults=values)
    details = {"section": slug, "person": str(person or "")}
    JournalEntry.write(action="entrust_section", subject=application, actor=by, details=details)


def tell(application, changed, titles, by):
    for person in sorted({one for one in changed.values() if one and one != by}, key=lambda one: one.pk):
        mine = [slug for slug, one in changed.items() if one == person]
        notify(
            Event.TEAM,
            key=f"entrusted:{application.pk}:{person.pk}:{timezone.now():%Y%m%d%H%M%S%f}",
            url=f"/dossiers/{application.public_id}/",
            recipient=person,
            subject=f"« {application.fabrique.name} » : {by} vous confie une partie du dossier",
            body=entrusted_text(application, [titles[slug] for slug in mine], by),
        )


def entrusted_text(application, titles, by):
    listed = "\n".join(f"- {title}" for title in titles)
    return (
        f"Bonjour,\n\n{by} vous confie, dans le dossier « {application.fabrique.name} » :\n\n{listed}\n\n"
        f"Le dossier : {url_of(application)}\n\nL’équipe des Fabriques des territoires\n"
    )


def mine(user):
    """The sections entrusted to `user` in dossiers that may still change, as `MySection`s; three queries."""
    held = list(
        SectionAssignee.objects.filter(user=user, application__state__in=EDITABLE)
        .filter(application__in=Application.objects.of_applicant(user))
        .select_related("application__fabrique", "application__wave", "assigned_by")
        .order_by("application__wave__closes_at", "application", "pk")
    )
    if not held:
        return []
    versions = {one.application.call_version_id for one in held}
    asked = FormSection.objects.filter(version__in=versions).values_list("version", "slug", "title")
    titles = {(version, slug): title for version, slug, title in asked}
    saved = {
        (one.application_id, one.slug): one
        for one in SavedSection.objects.filter(application__in={one.application_id for one in held}).select_related(
            "saved_by"
        )
    }
    return [
        MySection(
            one,
            titles.get((one.application.call_version_id, one.slug), completeness.TITLES.get(one.slug, "")),
            saved.get((one.application_id, one.slug)),
        )
        for one in held
    ]


# --- When somebody leaves the structure ------------------------------------------------------------------------------


def held_in(organisation, person):
    count = SectionAssignee.objects.filter(
        application__organisation=organisation, application__state__in=EDITABLE, user=person
    ).count()
    return members.counted(count, "section à remplir", "sections à remplir")


def pass_on(*, organisation, person, successor, by):
    """What was entrusted to somebody goes to whoever comes after her."""
    held = SectionAssignee.objects.filter(application__organisation=organisation, user=person)
    for one in held.filter(application__state__in=EDITABLE).select_related("application"):
        hand(one.application, one.slug, successor, by)
    held.delete()


members.HOLDINGS.append(members.Holding(held_in, pass_on))
