"""Acts without their letter: found by what each floor says should have one, and asked for, once.

A letter is asked for in the transaction of its act; this is for the act that came another way (an import, a repair by
hand, a fault), and for proving that there is none.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from accounts.errors import Refusal
from documents.frozen import FactsError
from documents.models import Document
from documents.unwritten import UnwrittenLetter, note

log = logging.getLogger(__name__)
BATCH = 50
MOST_TRIED = 500


@dataclass(frozen=True)
class Source:
    """Acts that have one letter of a kind each.

    Args:
        key: short name.
        label: what is missing, in French.
        find: gives the queryset of the acts without their letter.
        ask: function of an act and of `by`: asks for its letter, in the caller's transaction; gives the `Document`.
        dossier: path from the act to its dossier; whoever may not read the dossier does not see the act.
    """

    key: str
    label: str
    find: Callable[[], QuerySet]
    ask: Callable
    dossier: str


SOURCES: dict[str, Source] = {}


def register(*sources):
    """Make acts known; call it in `AppConfig.ready`."""
    SOURCES.update({source.key: source for source in sources})


def without(acts, *kinds):
    """The acts of a queryset that have no document of these kinds."""
    asked = Document.objects.filter(subject_type=acts.model._meta.label, kind__in=kinds)
    return acts.exclude(pk__in=asked.values("subject_id"))


def ask(source, act, *, by=None):
    """Ask for the letter of one act, unless somebody did meanwhile.

    Returns:
        The `Document`, or None when the act is not there any more or has its letter.

    Raises:
        Refusal: it cannot be written; the sentence says why.
    """
    with transaction.atomic():
        # Two sweeps, or a sweep and a person: the second one waits here, then looks and finds the letter.
        type(act)._base_manager.select_for_update(of=("self",)).get(pk=act.pk)
        found = source.find().filter(pk=act.pk).first()
        if found is None:
            return None
        try:
            return source.ask(found, by)
        except FactsError as error:
            raise Refusal(f"Ce courrier ne peut pas être écrit : {error}") from error


def ask_all(*, by=None):
    """Ask for every letter that is missing; one that cannot be written leaves the others.

    Returns:
        How many were asked for.
    """
    return sum(ask_some(source, by) for source in SOURCES.values())


def ask_some(source, by):
    """Ask for the letters of one source, `BATCH` of them at most; how many were asked for.

    Those that could not be written are passed over, noted, and left alone for an hour: however many they are, they
    never hold the others back. A person who asks has them tried again at once.
    """
    asked, tried, last = 0, 0, 0
    while asked < BATCH and tried < MOST_TRIED:
        acts = list(to_try(source, by).filter(pk__gt=last).order_by("pk")[:BATCH])
        if not acts:
            break
        last, tried = acts[-1].pk, tried + len(acts)
        asked += sum(ask_one(source, act, by) for act in acts)
    return asked


def to_try(source, by):
    found = source.find()
    return found if by else found.exclude(pk__in=UnwrittenLetter.objects.tried_lately(source.key))


def ask_one(source, act, by):
    try:
        asked = ask(source, act, by=by) is not None
    except Refusal as refusal:
        log.warning("%s %s has no letter: %s", source.key, act.pk, refusal.message)
        note(source.key, act, refusal.message)
    except Exception as error:
        log.exception("%s %s: its letter could not be asked for", source.key, act.pk)
        note(source.key, act, f"{type(error).__name__} : {error}"[:500])
    else:
        UnwrittenLetter.objects.of(source.key, act).delete()
        return asked
    return False
