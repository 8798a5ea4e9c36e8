"""The board as it was handed to a committee."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.french import long_date
from accounts.models import Job, PublicIdModel
from programme.models import Programme

READ, PRINT = "accounts.read_steering", "monitoring.print_board"


class PrintedBoardQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Sums that name no dossier: whoever reads the board reads its prints."""
        return self if user.is_authenticated and user.has_perm(READ) else self.none()


class PrintedBoard(PublicIdModel):
    """The whole board on paper, with the two dates that it shows; made once, by a worker, and kept."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name="dispositif")
    as_of = models.DateField("en date du")
    known_on = models.DateField("connu au")
    # Who asked, when, and how far it is.
    job = models.OneToOneField(Job, models.PROTECT, related_name="+", verbose_name="travail")
    made_at = models.DateTimeField("fait le", null=True, blank=True)
    pages = models.PositiveIntegerField("pages", default=0)
    byte_size = models.PositiveIntegerField("octets", default=0)
    sha256 = models.CharField("empreinte SHA-256", max_length=64, blank=True)
    data = models.BinaryField("contenu", null=True, blank=True)

    objects = PrintedBoardQuerySet.as_manager()

    class Meta:
        verbose_name = "tableau de bord imprimé"
        verbose_name_plural = "tableaux de bord imprimés"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(made_at=None, data=None) | Q(made_at__isnull=False, data__isnull=False),
                name="printedboard_made_with_its_bytes",
            )
        ]

    def __str__(self):
        return f"Tableau de bord au {long_date(self.as_of)}, connu au {long_date(self.known_on)}"

    def get_absolute_url(self):
        return reverse("monitoring:print", args=[self.public_id])

    @property
    def file_name(self):
        return f"tableau-de-bord-au-{self.as_of.isoformat()}-connu-au-{self.known_on.isoformat()}.pdf"
