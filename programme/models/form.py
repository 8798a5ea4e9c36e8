from django.db import models
from django.db.models import Q

from programme.models.call import CallVersion
from programme.models.edited import EditedRow
from programme.querysets import QuestionQuerySet

# Addresses of the parts that every dossier has, whatever the call: a section of that name could not be reached.
RESERVED_SLUGS = (
    "structure", "adresse", "plan-de-financement", "pieces", "relecture", "envoyer", "envoye", "decision",
    "accuse-de-reception", "desistement", "versements", "projet-et-lieux", "consortium", "convention",
    "aides-et-engagements",
    "argent", "lecture", "messages", "nouveau", "qui-fait-quoi", "reponses-precedentes", "reseaux", "signature",
    "versions",
)  # fmt: skip


class FormSection(EditedRow):
    version = models.ForeignKey(CallVersion, models.PROTECT, related_name="sections", verbose_name="version")
    position = models.PositiveSmallIntegerField("ordre")
    slug = models.SlugField("identifiant")
    title = models.CharField("titre", max_length=120)
    introduction = models.TextField("introduction", blank=True)

    class Meta:
        verbose_name = "section"
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "slug"], name="section_slug_once"),
            models.CheckConstraint(
                condition=~Q(slug__in=RESERVED_SLUGS),
                name="section_slug_not_reserved",
                violation_error_message="Ce nom d’adresse est celui d’une partie commune à tous les dossiers.",
            ),
        ]

    def __str__(self):
        return self.title


class Question(EditedRow):
    """What is asked, in its section. `programme.questionnaire` says what its settings and its condition mean.

    Formulas and conditions name questions by slug: the database refuses one twice in a version (triggers.py).
    """

    class Kind(models.TextChoices):
        SHORT_TEXT = "short_text", "Texte court"
        LONG_TEXT = "long_text", "Texte long"
        NUMBER = "number", "Nombre"
        AMOUNT = "amount", "Montant en euros"
        DATE = "date", "Date"
        CHOICE = "choice", "Choix"
        CHOICES = "choices", "Choix multiples"
        COMMUNE = "commune", "Commune"
        ADDRESS = "address", "Adresse"
        SIRET = "siret", "SIRET"
        RNA = "rna", "Numéro RNA"
        IBAN = "iban", "IBAN"
        FILE = "file", "Fichier"
        TABLE = "table", "Tableau"
        COMPUTED = "computed", "Valeur calculée"

    WITH_OPTIONS = (Kind.CHOICE, Kind.CHOICES)
    WITH_LENGTH = (Kind.SHORT_TEXT, Kind.LONG_TEXT)

    section = models.ForeignKey(FormSection, models.PROTECT, related_name="questions", verbose_name="section")
    position = models.PositiveSmallIntegerField("ordre")
    slug = models.SlugField("identifiant")
    kind = models.CharField("type", max_length=12, choices=Kind)
    label = models.CharField("question", max_length=250)
    help_text = models.CharField("aide", max_length=300, blank=True)
    required = models.BooleanField("obligatoire", default=True)
    max_length = models.PositiveIntegerField("nombre de signes au plus", null=True, blank=True)
    options = models.JSONField("choix", default=list, blank=True)
    # number {min, max, unit}; table {columns: [{key, label, kind, sum}], max_rows};
    # computed {formula, format, amounts}, amounts being the names in the formula that are money.
    settings = models.JSONField("réglages", default=dict, blank=True)
    # {} (always asked) or {"all" | "any": [{"question": slug, "op": …, "value": …}]}, on earlier questions.
    condition = models.JSONField("condition", default=dict, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = "question"
        ordering = ["section", "position"]
        constraints = [models.UniqueConstraint(fields=["section", "slug"], name="question_slug_once")]

    def __str__(self):
        return self.label
