"""What a person keeps of her lists: columns, ticked rows, questions with a name. Each function is one POST."""

from django.db import IntegrityError, transaction
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.errors import Refusal
from accounts.models import ListMemory, SavedFilter

MOST_SELECTED = 20_000
MOST_FILTERS = 50
MOST_COLUMNS = 60


def local_path(text):
    """The path when it is one of this site, else the home page: a form never sends its reader elsewhere."""
    safe = text.startswith("/") and url_has_allowed_host_and_scheme(text, allowed_hosts=None)
    return text if safe else "/"


def locked_memory(user, listing):
    ListMemory.objects.get_or_create(user=user, listing=listing)
    return ListMemory.objects.select_for_update().get(user=user, listing=listing)


def choose_columns(*, user, listing, columns):
    """Show these columns from now on; none: those of the list itself."""
    with transaction.atomic():
        memory = locked_memory(user, listing)
        memory.columns = [column[:40] for column in columns][:MOST_COLUMNS]
        memory.save(update_fields=["columns"])


def tick(*, user, listing, shown, ticked):
    """Take what one page says of its own rows; the rows of the other pages stay as they were.

    Args:
        shown: keys of the rows that the page had.
        ticked: those of them that are chosen.

    Returns:
        Every key chosen, in the order in which they were.
    """
    with transaction.atomic():
        memory = locked_memory(user, listing)
        kept = [key for key in memory.selected if key not in shown]
        return select(memory, [*kept, *(key for key in shown if key in ticked)])


def select_all(*, user, listing, keys):
    """Add every one of `keys` to what is chosen."""
    with transaction.atomic():
        memory = locked_memory(user, listing)
        return select(memory, list(dict.fromkeys([*memory.selected, *keys])))


def select_only(*, user, listing, keys):
    """Choose `keys` and nothing else."""
    with transaction.atomic():
        return select(locked_memory(user, listing), list(keys))


def select(memory, keys):
    if len(keys) > MOST_SELECTED:
        raise Refusal(
            f"La sélection ne peut pas dépasser {MOST_SELECTED} lignes : retirez-en, ou ajoutez un filtre à la liste."
        )
    memory.selected = keys
    memory.save(update_fields=["selected"])
    return keys


def selected(user, listing):
    """Keys chosen by `user` on a list."""
    found = ListMemory.objects.filter(user=user, listing=listing).values_list("selected", flat=True).first()
    return found or []


def save_filter(*, user, listing, name, path, query):
    """Keep a question under a name; the same name again replaces its question.

    Args:
        path: of the list.
        query: the query string, without the page.

    Raises:
        Refusal: no name, nothing asked, or too many of them (field "name").
    """
    name = " ".join((name or "").split())[:80]
    if not name:
        raise Refusal("Donnez un nom à ce filtre, par exemple « Vague 7, sans suivi ».", field="name")
    if not query:
        raise Refusal("Cherchez ou filtrez d’abord : il n’y a rien à enregistrer.", field="name")
    if len(query) > 2000:
        raise Refusal("Cette question est trop longue pour être enregistrée : retirez un filtre.", field="name")
    mine = SavedFilter.objects.filter(user=user, listing=listing)
    if mine.exclude(name=name).count() >= MOST_FILTERS:
        raise Refusal(f"Vous avez déjà {MOST_FILTERS} filtres : supprimez-en un d’abord.", field="name")
    try:
        with transaction.atomic():
            saved, _ = SavedFilter.objects.update_or_create(
                user=user, listing=listing, name=name, defaults={"path": local_path(path), "query": query}
            )
    except IntegrityError as error:
        raise Refusal("Ce filtre vient d’être enregistré par une autre page : rechargez la liste.") from error
    return saved


def forget_filter(*, saved):
    """Delete one's own saved filter."""
    saved.delete()
