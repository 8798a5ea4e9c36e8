"""Who reviewers are: what they know, where, how much they can take, whom they work for, what they are tied to.

The only writer of profiles and of declarations of interests.
"""

from django.db import transaction
from django.utils import timezone

from accounts import history
from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import JournalEntry, User
from accounts.permissions import require
from applications.evaluations import recusals
from applications.models import Interest, PlaceKind, ReviewerProfile
from applications.models.review import ASSIGN
from programme.models import Commune

# The languages that dossiers and places ask for most; codes of ISO 639-1, regional ones with their usual code.
LANGUAGES = {
    "fr": "français", "en": "anglais", "de": "allemand", "es": "espagnol", "it": "italien", "pt": "portugais",
    "br": "breton", "co": "corse", "eu": "basque", "oc": "occitan", "gcf": "créole antillais",
    "rcf": "créole réunionnais",
}  # fmt: skip
history.WORDS.update(
    {
        "describe_reviewer": "a modifié un profil d’évaluation",
        "declare_interest": "a déclaré un intérêt",
        "withdraw_interest": "a retiré un intérêt déclaré",
    }
)


def siren_of(text, field):
    """Nine digits, or "".

    Raises:
        Refusal: something else (tied to `field`).
    """
    siren = "".join(text.split())
    if siren and not (siren.isascii() and siren.isdigit() and len(siren) == 9):
        raise Refusal("Un SIREN a neuf chiffres. Corrigez-le, ou laissez-le vide.", field=field)
    return siren


def describe_reviewer(
    *, user, by, version=None, employer="", employer_siren="", region="", capacity=None, fields=None, regions=None,
    languages=None, commune=None, unavailable_from=None, unavailable_until=None,
):  # fmt: skip
    """Write a reviewer's profile; what it ties her to is closed to her at once.

    Args:
        by: herself, or whoever assigns. version: of the profile, as the page carried it.
        employer_siren: nine digits, or "". capacity: dossiers at most in one wave; None leaves it.
        fields: values of `PlaceKind.Kind`. regions: names. languages: keys of `LANGUAGES`. None leaves each of them.
        commune: the `Commune` where she lives or works, or None.
        unavailable_from, unavailable_until: first and last day of an absence (Europe/Paris), or None twice.

    Raises:
        Refusal: a SIREN that is not one, a value that is not of the list, half an absence.
    """
    if by is None or by.pk != user.pk:
        require(by, ASSIGN)
    siren = siren_of(employer_siren, "employer_siren")
    refuse_absence(unavailable_from, unavailable_until)
    with transaction.atomic():
        # Loads are read and raised on locked people: a capacity does not change in between.
        list(User.objects.filter(pk=user.pk).select_for_update(no_key=True).values_list("pk"))
        profile = ReviewerProfile.objects.filter(user=user).first() or ReviewerProfile(user=user)
        profile.expect_version(version)
        profile.employer, profile.employer_siren, profile.region = employer.strip(), siren, region.strip()
        profile.commune = commune
        profile.unavailable_from, profile.unavailable_until = unavailable_from, unavailable_until
        if capacity is not None:
            profile.capacity = capacity
        for name, known, given in (
            ("fields", PlaceKind.Kind.values, fields),
            ("languages", LANGUAGES, languages),
            ("regions", regions_known() if regions else (), regions),
        ):
            if given is not None:
                setattr(profile, name, of_list(name, known, given))
        profile.save()
        JournalEntry.write(action="describe_reviewer", subject=profile, actor=by)
        recusals.keep_found(people=[user.pk])
    return profile


def refuse_absence(first, last):
    if bool(first) != bool(last) or (first and first > last):
        raise Refusal("Donnez le premier et le dernier jour de l’absence, dans cet ordre.", field="unavailable_until")


def of_list(name, known, given):
    if unknown := [one for one in given if one not in known]:
        raise Refusal(f"« {unknown[0]} » n’est pas dans la liste : choisissez dans la liste.", field=name)
    return sorted(set(given))


def regions_known():
    """The regions of France, as communes name them."""
    return list(Commune.objects.exclude(region="").order_by("region").values_list("region", flat=True).distinct())


# --- Declarations of interests ------------------------------------------------------------------------------------


def declare_interest(
    *, user, by, kind, body="", siren="", commune=None, departement="", region="", note="", ended_on=None
):
    """Add a line to a person's declaration of interests; the dossiers that it concerns close to her at once.

    Args:
        by: herself, or whoever assigns. kind: an `Interest.Kind`.
        body, siren: the body, for a tie with one. commune, departement, region: the place of an elective mandate.
        ended_on: the day when the tie ended; it counts for five years after.

    Raises:
        Refusal: nothing is named (field "body" or "commune"), or a SIREN that is not one.
    """
    if by is None or by.pk != user.pk:
        require(by, ASSIGN)
    siren = siren_of(siren, "siren")
    if kind in Interest.OF_A_PLACE:
        if not (commune or departement or region):
            raise Refusal("Nommez la commune, le département ou la région du mandat.", field="commune")
    elif not (body.strip() or siren):
        raise Refusal("Nommez l’organisme, ou donnez son SIREN.", field="body")
    with transaction.atomic():
        line = Interest.objects.create(
            user=user, kind=kind, body=body.strip(), siren=siren, commune=commune, departement=departement,
            region=region, note=note.strip(), ended_on=ended_on, declared_by=by,
        )  # fmt: skip
        JournalEntry.write(action="declare_interest", subject=line, actor=by, details={"kind": kind})
        recusals.keep_found(people=[user.pk])
    return line


def withdraw_interest(*, interest, reason, by):
    """Take back a line that was wrong; the register keeps it, and what it closed stays closed until it is lifted.

    Raises:
        NotAllowed: `by` does not assign, or the line is her own. Refusal: no reason. StalePage: done already.
    """
    require(by, ASSIGN)
    if by is not None and by.pk == interest.user_id:
        raise NotAllowed("Un intérêt que vous avez déclaré est retiré par quelqu’un d’autre.")
    if not reason.strip():
        raise Refusal("Dites pourquoi cette ligne est retirée : le registre le garde.", field="reason")
    with transaction.atomic():
        line = Interest.objects.select_for_update(of=("self",)).get(pk=interest.pk)
        if line.withdrawn_at:
            raise StalePage("Cette ligne est déjà retirée.")
        line.withdrawn_at, line.withdrawn_by, line.withdrawal_reason = timezone.now(), by, reason.strip()[:300]
        line.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason"])
        JournalEntry.write(action="withdraw_interest", subject=line, actor=by)
    return line
