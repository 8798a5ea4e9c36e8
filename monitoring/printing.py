"""The board on paper: asked for once, laid out by a worker, kept with the two dates that it shows."""

import hashlib
import io
import uuid
from dataclasses import dataclass, field

import pikepdf
from django.db import transaction
from django.utils import timezone

from accounts import jobs
from accounts.errors import Refusal
from accounts.french import plural
from accounts.models import Job
from accounts.permissions import require
from documents.rendering import RenderingUnavailable
from monitoring.clocks import Clocks
from monitoring.models import PRINT, PrintedBoard
from monitoring.panels.board import panels
from monitoring.panels.facts import Facts
from monitoring.panels.printed import printed
from programme.models import Programme

KIND = "tableau-de-bord-pdf"
UNDER_WAY = (Job.Status.QUEUED, Job.Status.RUNNING)


@dataclass
class Asked:
    """A scheme and its two dates, as the panels read them; paper has no links to carry them along."""

    programme: Programme
    clocks: Clocks
    parameters: dict = field(default_factory=dict)


def ask(*, programme, clocks, by):
    """Ask for the whole board as a PDF.

    Args:
        clocks: the two Paris dates that it shows.

    Returns:
        The `PrintedBoard` that a worker makes: the one under way when these dates are being printed already.
    """
    require(by, PRINT)
    try:
        return under_way(programme, clocks) or begin(programme, clocks, by)
    except Refusal:
        # Somebody asked for the same one at the same instant.
        if found := under_way(programme, clocks):
            return found
        raise


def under_way(programme, clocks):
    same = PrintedBoard.objects.filter(programme=programme, as_of=clocks.as_of, known_on=clocks.known_on)
    return same.filter(job__status__in=UNDER_WAY).first()


@transaction.atomic
def begin(programme, clocks, by):
    one = PrintedBoard(
        public_id=uuid.uuid4(), programme=programme, as_of=clocks.as_of, known_on=clocks.known_on, job=None
    )
    subject = jobs.Subject(key=programme.pk, label=str(one), url=one.get_absolute_url())
    scope = f"{programme.pk}:{clocks.as_of.isoformat()}:{clocks.known_on.isoformat()}"
    one.job = jobs.start(kind=KIND, scope=scope, subjects=[subject], by=by, arguments={"print": str(one.public_id)})
    one.save()
    return one


def perform(*, subject_id, version, by, arguments):
    """The work of the job: lay the board out and keep it; the sentence of what was made.

    Raises:
        Refusal: the libraries that lay out text are absent.
    """
    one = PrintedBoard.objects.select_related("programme").get(public_id=arguments["print"])
    facts = Facts(Asked(one.programme, Clocks.at(one.as_of, one.known_on)), by)
    try:
        content = printed(facts, panels(facts))
    except RenderingUnavailable as error:
        raise Refusal(
            "Les bibliothèques de mise en page manquent sur ce serveur : imprimez la page du tableau de bord depuis "
            "votre navigateur, elle a les mêmes chiffres."
        ) from error
    keep(one, content)
    return f"{plural(one.pages, 'page')}."


def keep(one, content):
    with pikepdf.open(io.BytesIO(content)) as pdf:
        one.pages = len(pdf.pages)
    one.data, one.byte_size = content, len(content)
    one.sha256, one.made_at = hashlib.sha256(content).hexdigest(), timezone.now()
    one.save(update_fields=["data", "byte_size", "sha256", "pages", "made_at"])


def register():
    jobs.register(
        jobs.Kind(key=KIND, label="Tableau de bord en PDF", perform=perform, home="/pilotage/tableau/impressions/")
    )
