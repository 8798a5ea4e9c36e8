"""The legal representative reads and signs exactly what will be sent; any later change asks for her signature again.

It is wanted when the call says so, or when the structure has named its representative and another person sends. When
the representative sends herself, sending is signing.
"""

from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts import members
from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.french import long_datetime, plural
from accounts.models import Event, JournalEntry, User
from accounts.notify import notify
from accounts.organisations import require_writer
from applications import completeness, snapshots
from applications.completeness import SectionProblem
from applications.models import EDITABLE, Application, SignOff, SignOffRequest

SIGNATURE = "signature"


@dataclass
class Standing:
    """Where the signature of a dossier stands for one reader.

    Attributes:
        needed: somebody else than the reader must have signed before she sends.
        last: the latest `SignOff`, or None; `holds`: it is of exactly the present content.
        changes: what was changed since it was given, as `snapshots.Change`s.
        asked: requests that wait for an answer.
    """

    needed: bool
    signs: bool
    representatives: list
    last: SignOff | None = None
    holds: bool = False
    changes: list = field(default_factory=list)
    asked: list = field(default_factory=list)

    @property
    def missing(self):
        return self.needed and not self.holds

    @property
    def sentence(self):
        """Why the dossier cannot be sent, and what to do; "" when nothing is missing."""
        if not self.missing:
            return ""
        if not self.representatives:
            return (
                "Cet appel demande la signature de la représentante ou du représentant légal, et personne n’est "
                "désigné dans votre structure. Désignez cette personne sur la page de la structure."
            )
        names = " ou ".join(str(person) for person in self.representatives)
        if self.last:
            return f"{voided(self.last, self.changes)} Demandez de nouveau la signature de {names}."
        return f"Il manque la signature de {names}, qui représente légalement la structure. Demandez-la."


def voided(last, changes):
    """« Nadia Benali a signé le …, puis « Le plan de financement » a changé : sa signature ne vaut plus. »"""
    sections = list(dict.fromkeys(change.section for change in changes))
    what = ", ".join(f"« {one} »" for one in sections) or "le dossier"
    have = "ont changé" if len(sections) > 1 else "a changé"
    return (
        f"{last.signed_by} a signé le {long_datetime(last.signed_at)}, puis {what} {have} : sa signature ne vaut plus."
    )


def representatives(organisation):
    """Those who sign for a structure, among its members."""
    able = organisation.memberships.filter(is_representative=True, user__is_active=True)
    return list(User.objects.filter(pk__in=able.values("user")).order_by("search_text", "pk"))


def standing(application, reader, content=None):
    """The `Standing` of the signature for whoever would send.

    Args:
        content: the present snapshot, when the caller has it.
    """
    people = representatives(application.organisation)
    signs = reader in people
    wanted = bool(people) or application.call_version.sign_off_required
    found = Standing(needed=wanted and not signs, signs=signs, representatives=people)
    if not wanted:
        return found
    found.last = application.sign_offs.select_related("signed_by").order_by("-pk").first()
    found.asked = list(application.sign_off_requests.filter(closed_at=None).select_related("asked_of", "asked_by"))
    if found.last:
        content = content or snapshots.snapshot(application)
        found.holds = snapshots.digest(content) == found.last.sha256
        found.changes = [] if found.holds else snapshots.changes(found.last.content, content)
    return found


def problems(application, by):
    """What keeps `by` from sending, as `SectionProblem`s: a signature that is missing, or that a change voided."""
    return problems_of(standing(application, by)) if by is not None else []


def problems_of(found):
    """The same from a `Standing`."""
    return [SectionProblem(SIGNATURE, found.sentence)] if found.sentence else []


def locked(application):
    rows = Application.objects.select_for_update(of=("self",))
    return rows.select_related("wave__call", "fabrique__commune", "organisation", "call_version").get(
        pk=application.pk
    )


def refuse_sent(application):
    if not application.is_editable:
        raise StalePage(f"Ce dossier est maintenant « {application.applicant_label} » : il n’y a plus rien à signer.")


def ask(*, application, by):
    """Ask every legal representative of the structure to read and sign; asking again sends the mail again.

    Returns:
        the `SignOffRequest`s made.

    Raises:
        NotAllowed: `by` may only read. StalePage: the dossier was sent.
        Refusal: nobody is named as representative, the dossier is not complete, or it is signed as it stands.
    """
    with transaction.atomic():
        application = locked(application)
        require_writer(application.organisation, by)
        refuse_sent(application)
        now = standing(application, by)
        if not now.representatives:
            raise Refusal("Désignez d’abord, sur la page de la structure, la personne qui la représente légalement.")
        if now.holds:
            raise Refusal(f"Ce contenu est déjà signé par {now.last.signed_by} : vous pouvez l’envoyer.")
        refuse_incomplete(application, "demander la signature")
        application.sign_off_requests.filter(closed_at=None).update(closed_at=timezone.now())
        made = [
            SignOffRequest.objects.create(application=application, asked_of=person, asked_by=by)
            for person in now.representatives
        ]
        JournalEntry.write(action="ask_sign_off", subject=application, actor=by)
        for one in made:
            notify(
                Event.TEAM,
                key=f"sign-off-asked:{one.pk}",
                recipient=one.asked_of,
                subject=f"À signer : « {application.fabrique.name} »",
                body=asked_text(application, by),
            )
    return made


def refuse_incomplete(application, act):
    if missing := completeness.problems(application):
        count = plural(len(missing), "point")
        raise Refusal(
            f"Le dossier n’est pas complet ({count} à corriger) : complétez-le avant de {act}, "
            "car tout changement la ferait tomber."
        )


def sign(*, application, sha256, by):
    """Agree to exactly the content that was read. Signing the same content twice is signing once.

    Args:
        sha256: fingerprint of the content on the page that was read (`snapshots.digest`).

    Raises:
        NotAllowed: `by` does not represent the structure.
        Refusal: the dossier is not complete.
        StalePage: it changed since it was read, or it was sent.
    """
    with transaction.atomic():
        application = locked(application)
        if by not in representatives(application.organisation):
            raise NotAllowed("Seule la personne qui représente légalement la structure peut signer ce dossier.")
        refuse_sent(application)
        refuse_incomplete(application, "signer")
        content = snapshots.snapshot(application)
        if snapshots.digest(content) != sha256:
            raise StalePage(
                "Le dossier a changé pendant que vous le lisiez : rien n’est signé. Relisez la version à jour, "
                "puis signez."
            )
        known = application.sign_offs.order_by("-pk").first()
        if known and known.sha256 == sha256:
            return known
        signed = record(application, content, sha256, by)
        JournalEntry.write(action="sign_off", subject=application, actor=by, details={"sha256": sha256})
        tell_signed(application, signed)
        close_requests(application)
    return signed


def record(application, content, sha256, by):
    return SignOff.objects.create(application=application, signed_by=by, content=content, sha256=sha256)


def tell_signed(application, signed):
    """One mail to each person who asked."""
    for person in {one.asked_by for one in application.sign_off_requests.filter(closed_at=None)} - {signed.signed_by}:
        notify(
            Event.TEAM,
            key=f"signed-off:{signed.pk}:{person.pk}",
            recipient=person,
            subject=f"Signé : « {application.fabrique.name} » peut être envoyé",
            body=signed_text(application, signed),
        )


def close_requests(application):
    application.sign_off_requests.filter(closed_at=None).update(closed_at=timezone.now())


def at_sending(application, content, sha256, by, people=None):
    """What sending does to signatures, in its transaction: the representative who sends signs; no request waits.

    Args:
        people: the representatives of the structure, when the caller has them.
    """
    if by is None:
        return
    if by in (representatives(application.organisation) if people is None else people):
        known = application.sign_offs.order_by("-pk").first()
        if known is None or known.sha256 != sha256:
            record(application, content, sha256, by)
    close_requests(application)


def of_revision(revision):
    """The signature of a version that was sent, or None."""
    signed = SignOff.objects.filter(application=revision.application_id, sha256=revision.sha256)
    return signed.select_related("signed_by").order_by("-pk").first()


def waiting_for(user):
    """The requests that wait for `user`, in dossiers that may still change; one query."""
    mine = user.memberships.filter(is_representative=True).values("organisation")
    waiting = SignOffRequest.objects.filter(
        asked_of=user, closed_at=None, application__state__in=EDITABLE, application__organisation__in=mine
    )
    return waiting.select_related("application__fabrique", "application__wave", "asked_by").order_by(
        "application__wave__closes_at", "pk"
    )


def page_url(application):
    return f"{settings.PUBLIC_URL}{reverse('applications:sign_off', args=[application.public_id])}"


def asked_text(application, by):
    return (
        f"Bonjour,\n\n{by} vous demande de relire et de signer le dossier « {application.fabrique.name} », que "
        f"« {application.organisation} » va envoyer à l’appel « {application.wave.call} ».\n\n"
        f"Lisez-le et signez : {page_url(application)}\n\n"
        "Votre signature vaut pour ce contenu exact. Si quelqu’un le change ensuite, elle vous sera redemandée.\n\n"
        "L’équipe des Fabriques des territoires\n"
    )


def signed_text(application, signed):
    return (
        f"Bonjour,\n\n{signed.signed_by} a lu et signé le dossier « {application.fabrique.name} » le "
        f"{long_datetime(signed.signed_at)}. Vous pouvez l’envoyer tel qu’il est : "
        f"{settings.PUBLIC_URL}{reverse('applications:check', args=[application.public_id])}\n\n"
        "Si vous le changez, la signature est à redemander.\n\nL’équipe des Fabriques des territoires\n"
    )


# --- When somebody leaves the structure ------------------------------------------------------------------------------


def nothing_held(organisation, person):
    """A request to sign is not passed on: who represents the structure is chosen, not inherited."""
    return []


def close_hers(*, organisation, person, successor, by):
    open_ones = SignOffRequest.objects.filter(application__organisation=organisation, asked_of=person, closed_at=None)
    open_ones.update(closed_at=timezone.now())


members.HOLDINGS.append(members.Holding(nothing_held, close_hers))
