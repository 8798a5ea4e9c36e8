"""Dossiers that look like one: same SIREN, same place, similar title. Found at sending, judged by a person."""

from difflib import SequenceMatcher

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.errors import Refusal
from accounts.french import folded
from accounts.models import JournalEntry
from accounts.permissions import require
from applications.models import Application, DuplicateHint
from applications.models.application import INSTRUCT

# From which likeness two titles are said to be similar.
SIMILAR_PERCENT = 75
# The nearest ones only: a commune with more dossiers than this in one programme is beyond any place we know.
MOST_CANDIDATES = 300
# Words that every place may bear tell nothing.
COMMON = frozenset(
    [
        "la",
        "le",
        "les",
        "l",
        "de",
        "du",
        "des",
        "d",
        "a",
        "au",
        "aux",
        "et",
        "en",
        "fabrique",
        "tiers",
        "lieu",
        "maison",
        "espace",
        "atelier",
    ]
)


def find(application):
    """Note the dossiers that a dossier just sent may double; two queries, in the transaction of the sending."""
    hints = [hint for other in candidates_of(application) if (hint := compared(application, other))]
    DuplicateHint.objects.bulk_create(hints, ignore_conflicts=True)
    return hints


def candidates_of(application):
    """The other dossiers sent in the programme by the same legal unit, or for the same commune."""
    commune, siren = application.fabrique.commune_id, siren_of(application)
    near = Q(pk__in=[])
    if commune:
        near |= Q(fabrique__commune=commune)
    if siren:
        near |= Q(organisation__siret__startswith=siren)
    same_programme = Q(wave__call__programme=application.wave.call.programme_id)
    rows = Application.objects.filter(near & same_programme, submitted_at__isnull=False)
    # The request that this one takes up again is no double of it.
    rows = rows.exclude(state="withdrawn").exclude(pk__in=[application.pk, application.previous_id or 0])
    return rows.select_related("fabrique", "organisation").order_by("-pk")[:MOST_CANDIDATES]


def siren_of(application):
    return (application.organisation.siret or "")[:9]


def compared(application, other):
    """The `DuplicateHint`, not saved, of two dossiers that look alike; None otherwise."""
    siren = siren_of(application)
    percent = likeness(application.fabrique.name, other.fabrique.name)
    hint = DuplicateHint(
        application=application, other=other, title_percent=percent if percent >= SIMILAR_PERCENT else 0,
        same_siren=bool(siren) and siren == siren_of(other), same_place=is_same_place(application, other),
    )  # fmt: skip
    return hint if hint.same_siren or hint.same_place or hint.title_percent else None


def is_same_place(application, other):
    """The same place known, or in one commune the same name or the same address, accents and case aside."""
    mine, theirs = application.fabrique, other.fabrique
    if mine.pk == theirs.pk:
        return True
    if not mine.commune_id or mine.commune_id != theirs.commune_id:
        return False
    same_address = folded(mine.address).split() == folded(theirs.address).split()
    return mine.sort_name == theirs.sort_name or (bool(mine.address.strip()) and same_address)


def likeness(one, other):
    """How alike two titles are, 0 to 100: letters in order, and words in any order; the better of both."""
    first, second = words_of(one), words_of(other)
    if not first or not second:
        return 0
    letters = SequenceMatcher(None, " ".join(first), " ".join(second), autojunk=False).ratio()
    shared = 2 * len(set(first) & set(second)) / (len(set(first)) + len(set(second)))
    return round(100 * max(letters, shared))


def words_of(title):
    letters = "".join(one if one.isalnum() else " " for one in folded(title))
    return [word for word in letters.split() if word not in COMMON]


def hints_of(application, user):
    """What a dossier may double, or may be doubled by, among those that `user` may read: one query, or two."""
    pairs = DuplicateHint.objects.filter(Q(application=application) | Q(other=application))
    hints = list(pairs.select_related("dismissed_by").order_by("dismissed_at", "-pk"))
    facing = dossiers_facing(application, hints, user)
    for hint in hints:
        hint.facing = facing.get(other_of(hint, application))
    return [hint for hint in hints if hint.facing]


def other_of(hint, application):
    """Key of the dossier on the other side of the pair."""
    return hint.other_id if hint.application_id == application.pk else hint.application_id


def dossiers_facing(application, hints, user):
    if not hints:
        return {}
    related = ("fabrique__commune", "organisation", "wave__call")
    readable = Application.objects.visible_to(user).select_related(*related)
    return readable.in_bulk([other_of(hint, application) for hint in hints])


def is_suspected():
    """Condition of the dossiers with a likely double that nobody set aside."""
    # Two sets read once, not two looks a dossier: a list counts this over all its rows.
    waiting = DuplicateHint.objects.filter(dismissed_at=None)
    return Q(pk__in=waiting.values("application")) | Q(pk__in=waiting.values("other"))


def dismiss(*, hint, reason, by):
    """Say that two dossiers are not one request; the trace stays. Twice is once.

    Raises:
        Refusal: no reason (field "reason").
        NotAllowed.
    """
    require(by, INSTRUCT)
    reason = " ".join((reason or "").split())[:500]
    if not reason:
        raise Refusal("Dites pourquoi ce n’est pas un doublon : la phrase est gardée.", field="reason")
    with transaction.atomic():
        pair = DuplicateHint.objects.select_for_update(of=("self",)).select_related("application", "other")
        hint = pair.get(pk=hint.pk)
        if hint.dismissed_at is None:
            hint.dismissed_at, hint.dismissed_by, hint.dismissed_reason = timezone.now(), by, reason
            hint.save(update_fields=["dismissed_at", "dismissed_by", "dismissed_reason"])
            for one, other in ((hint.application, hint.other), (hint.other, hint.application)):
                details = {"other": other.reference, "reason": reason}
                JournalEntry.write(action="dismiss_duplicate", subject=one, actor=by, details=details)
    return hint
