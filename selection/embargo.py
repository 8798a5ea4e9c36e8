"""The list of laureates told to préfets before the announcement: each communication, each opening is written down.

It exists between the signature of a wave and its announcement. Before, nothing is decided; after, the list is public
and the link opens nothing any more. Who: `communicated_by` and each `EmbargoAccess.by`. When: their dates. To whom and
why: the row itself, frozen with the very lines that were told.
"""

import hashlib
import json
import secrets

from django.conf import settings
from django.db import transaction

from accounts.errors import NotAllowed, Refusal
from accounts.french import long_date
from accounts.models import JournalEntry
from accounts.notify import queue_mail
from accounts.permissions import require
from applications.models import Application
from programme.models import Wave
from selection.models import Decision, EmbargoAccess, EmbargoedList

COMMUNICATE = "selection.communicate_embargo"
Kind = EmbargoAccess.Kind
HEADINGS = ("Dossier", "Lieu", "Commune", "Département", "Région", "Structure", "Montant (€)")
FIELDS = ("reference", "place", "commune", "departement", "region", "organisation", "cents")


class NoEmbargo(Refusal):
    """There is nothing to tell under embargo at this moment of the wave."""

    status = 409
    title = "Il n’y a pas de liste sous embargo"


def communicate(*, wave, recipient_name, recipient_title, recipient_email, reason, by, region=""):
    """Tell the laureates of a signed wave to one person, by a link that only she receives.

    Args:
        wave: signed and not announced.
        recipient_name, recipient_title, recipient_email: to whom ("Préfète de la région Bretagne").
        reason: why before the others; compulsory.
        region: only the places of this region; "" for all.

    Returns:
        The `EmbargoedList`, with its frozen lines.

    Raises:
        NoEmbargo: the wave is not signed, or is announced.
        Refusal: a part is missing, or no laureate is in that region.
        NotAllowed: `by` may not, or declared a tie with a dossier of the wave.
    """
    require(by, COMMUNICATE)
    told = {"recipient_name": recipient_name, "recipient_title": recipient_title, "reason": reason}
    told = {name: (value or "").strip() for name, value in told.items()}
    refuse_unsaid(told)
    with transaction.atomic():
        wave = Wave.objects.select_for_update(of=("self",), no_key=True).select_related("call").get(pk=wave.pk)
        refuse_moment(wave)
        refuse_tied(wave, by)
        rows = rows_of(wave, region)
        if not rows:
            raise Refusal(
                "Aucun lauréat de la vague n’est dans cette région : il n’y a rien à communiquer.", field="region"
            )
        secret = secrets.token_urlsafe(32)
        kept = EmbargoedList.objects.create(
            wave=wave,
            recipient_email=recipient_email,
            region=region,
            rows=rows,
            sha256=fingerprint(rows),
            secret_sha256=hashed(secret),
            communicated_by=by,
            **told,
        )
        log(kept, Kind.SENT, by=by, note=recipient_email)
        details = {"to": str(kept), "region": region, "laureates": len(rows), "reason": kept.reason}
        JournalEntry.write(action="communicate_embargo", subject=kept, actor=by, details=details)
        send(kept, secret)
    return kept


def refuse_unsaid(told):
    sentences = {
        "recipient_name": "Dites à qui la liste est communiquée : prénom et nom.",
        "recipient_title": "Dites sa fonction, par exemple « Préfète de la région Bretagne ».",
        "reason": "Dites pourquoi la liste est communiquée avant l’annonce.",
    }
    for name, sentence in sentences.items():
        if not told[name]:
            raise Refusal(sentence, field=name)


def refuse_moment(wave):
    if wave.state == Wave.State.ANNOUNCED:
        raise NoEmbargo(
            f"{wave} est annoncée depuis le {long_date(wave.announced_at)} : la liste est publique, il n’y a plus "
            "d’embargo. Renvoyez vers la page publique des fabriques."
        )
    if wave.state != Wave.State.DECIDED:
        raise NoEmbargo(f"{wave} n’est pas signée : rien n’est décidé, aucune liste ne peut être communiquée.")


def refuse_tied(wave, by):
    """Zero bytes of a dossier with which she declared a tie, whatever its outcome: somebody else communicates."""
    sent = Application.objects.filter(wave=wave, submitted_at__isnull=False)
    if sent.exclude(pk__in=Application.objects.visible_to(by).values("pk")).exists():
        raise NotAllowed(
            "Vous vous êtes déporté d’un dossier de cette vague : une autre personne communique la liste sous embargo."
        )


def rows_of(wave, region=""):
    """The signed awards of a wave, as they are told; frozen with the communication."""
    awarded = Decision.objects.filter(wave=wave, act=Decision.Act.AWARD, state=Decision.State.SIGNED)
    awarded = awarded.exclude(application__state="withdrawn")
    if region:
        awarded = awarded.filter(application__fabrique__region=region)
    rows = awarded.select_related("application__fabrique__commune", "application__organisation")
    return [row_of(decision) for decision in rows.order_by("application__sort_name", "pk")]


def row_of(decision):
    application, place = decision.application, decision.application.fabrique
    return {
        "reference": application.reference,
        "place": place.name,
        "commune": place.commune.name if place.commune else "",
        "departement": place.commune.departement if place.commune else "",
        "region": place.region,
        "organisation": application.organisation.name,
        "cents": decision.amount_cents,
    }


def regions_of(wave):
    """The regions in which the wave has signed awards, in order."""
    awarded = Decision.objects.filter(wave=wave, act=Decision.Act.AWARD, state=Decision.State.SIGNED)
    names = awarded.exclude(application__fabrique__region="").values_list("application__fabrique__region", flat=True)
    return sorted(set(names))


def fingerprint(rows):
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def hashed(secret):
    return hashlib.sha256(secret.encode()).hexdigest()


def log(kept, kind, *, by=None, note=""):
    return EmbargoAccess.objects.create(embargoed_list=kept, kind=kind, by=by, note=note[:300])


def send(kept, secret):
    """The link goes to the address that was named, and nowhere else: only its fingerprint is kept."""
    planned = kept.wave.announcement_on
    until = f"jusqu’à l’annonce, prévue le {long_date(planned)}" if planned else "jusqu’à l’annonce"
    queue_mail(
        key=f"embargo:{kept.pk}",
        recipient=kept.recipient_email,
        subject=f"Sous embargo : lauréats de la {str(kept.wave).lower()}, {kept.wave.call.title}",
        body=(
            f"Bonjour,\n\nLa liste des lauréats de la {str(kept.wave).lower()} vous est communiquée sous embargo "
            f"{until}.\nMotif : {kept.reason}\n\n"
            f"Ouvrez-la ici : {settings.PUBLIC_URL}/embargo/{secret}/\n\n"
            "Ce lien est personnel. Chaque ouverture est enregistrée. Ne transmettez ni le lien ni la liste : les "
            "candidats n’ont pas encore leur réponse.\n\nL’équipe du dispositif\n"
        ),
    )


# --- Opening it --------------------------------------------------------------------------------------------------


def find_by_secret(secret):
    """The list that a link opens, or None; nothing is written."""
    return (
        EmbargoedList.objects.select_related("wave__call__programme", "communicated_by")
        .filter(secret_sha256=hashed(secret))
        .first()
    )


def open_by_link(*, kept):
    """Whoever holds the link undertakes to keep the embargo and reads the list; the opening is written down.

    Returns:
        The lines, as they were frozen.

    Raises:
        NoEmbargo: the wave is announced, or the link was closed; that refusal is written down too.
    """
    return opened(kept, Kind.OPENED, by=None)


def download(*, kept, by):
    """A member of the team takes the list as a file; written down with who and when.

    Raises:
        NoEmbargo, NotAllowed.
    """
    require(by, COMMUNICATE)
    refuse_tied(kept.wave, by)
    return opened(kept, Kind.DOWNLOADED, by=by)


def opened(kept, kind, *, by):
    with transaction.atomic():
        wave = Wave.objects.select_for_update(of=("self",), no_key=True).get(pk=kept.wave_id)
        sentence = closed_sentence(kept, wave)
        if not sentence:
            log(kept, kind, by=by)
            return kept.rows
        log(kept, Kind.REFUSED, by=by, note=sentence)
    raise NoEmbargo(sentence)


def closed_sentence(kept, wave):
    """Why the list does not open now; "" when it does."""
    if EmbargoAccess.objects.filter(embargoed_list=kept, kind=Kind.CLOSED).exists():
        return "Ce lien a été fermé par l’équipe du dispositif : adressez-vous à elle."
    try:
        refuse_moment(wave)
    except NoEmbargo as refusal:
        return refusal.message
    return ""


def close_link(*, kept, reason, by):
    """Close a link (wrong address, wrong person): it opens nothing any more.

    Raises:
        Refusal: no reason, or it is closed already.
    """
    require(by, COMMUNICATE)
    if not reason.strip():
        raise Refusal("Dites pourquoi le lien est fermé : c’est gardé avec lui.", field="reason")
    with transaction.atomic():
        EmbargoedList.objects.select_for_update().get(pk=kept.pk)
        if EmbargoAccess.objects.filter(embargoed_list=kept, kind=Kind.CLOSED).exists():
            raise Refusal("Ce lien est déjà fermé.")
        entry = log(kept, Kind.CLOSED, by=by, note=reason.strip())
        JournalEntry.write(action="close_embargo", subject=kept, actor=by, details={"reason": reason.strip()})
    return entry


def table_of(rows):
    """The rows of a list as lines of values, under `HEADINGS`; amounts in whole euros and cents."""
    return [[*(row[name] for name in FIELDS[:-1]), f"{row['cents'] // 100},{row['cents'] % 100:02d}"] for row in rows]
