"""What a person keeps of her lists: columns, ticked rows, questions with a name. Written by POST only."""

from django.db import models
from django.utils import timezone

from accounts.models.base import PublicIdModel
from accounts.models.user import User
from accounts.querysets import SavedFilterQuerySet


class ListMemory(models.Model):
    """The columns that one person chose for one list, and the rows that she ticked."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="personne")
    listing = models.CharField("liste", max_length=80)
    # Keys of columns; empty: those of the list itself.
    columns = models.JSONField("colonnes", default=list, blank=True)
    # Keys of rows, whatever the page or the filter they were ticked on.
    selected = models.JSONField("lignes choisies", default=list, blank=True)

    class Meta:
        verbose_name = "réglage de liste"
        verbose_name_plural = "réglages de liste"
        constraints = [models.UniqueConstraint(fields=["user", "listing"], name="listmemory_one_per_list")]

    def __str__(self):
        return f"{self.user} : {self.listing}"


class SavedFilter(PublicIdModel):
    """A question asked of a list, with a name; its address may be given to a colleague."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="personne")
    listing = models.CharField("liste", max_length=80)
    path = models.CharField("adresse", max_length=300)
    query = models.CharField("question", max_length=2000, blank=True)
    name = models.CharField("nom", max_length=80)
    created_at = models.DateTimeField("enregistré le", default=timezone.now)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = "filtre enregistré"
        verbose_name_plural = "filtres enregistrés"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "listing", "name"],
                name="savedfilter_name_once_per_list",
                violation_error_message="Vous avez déjà un filtre de ce nom : choisissez-en un autre.",
            )
        ]

    def __str__(self):
        return self.name
