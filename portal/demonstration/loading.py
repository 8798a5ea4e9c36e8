"""Load the demonstration once: four waves of one call, at four moments of their life, and an earlier call."""

import datetime

from django.db import transaction
from django.utils import timezone

from applications import messaging
from funding.budgets import open_credits
from funding.models import Line, Source
from portal.demonstration import earlier, envelopes, payments, waves
from portal.demonstration.people import create_people
from programme import ami, calls, founding, public_questions
from programme.communes import load_communes
from programme.models import Commune, Origin, Programme
from programme.waves import plan_wave
from selection.delegations import AGREEMENT, grant_delegation
from selection.models import Decision

SLUG = "demonstration"
# The wave that is open to deposit.
OPEN = 4
AE_CENTS, CP_CENTS = 60_000_000, 20_000_000


def load():
    """Create the demonstration; one that is there is left alone.

    Returns:
        True when it was created.
    """
    if Programme.objects.filter(slug=SLUG).exists():
        return False
    with transaction.atomic():
        create()
    return True


def create():
    if not Commune.objects.exists():
        load_communes()
    people = create_people()
    programme = founding.create_programme(slug=SLUG, origin=Origin.DEMONSTRATION)
    line = open_line(programme, people["finances1"])
    delegate(programme, people)
    call = ami.create_ami(
        programme=programme, slug="ami-fabriques", title="Fabriques de territoire", origin=Origin.DEMONSTRATION
    )
    first, second, third, fourth = (plan(call, people, moment) for moment in (1, 2, 3, OPEN))
    calls.publish_call(call=call, by=people["administration"])
    answer_in_public(call, people)
    waves.live_to_payment(first, people, line)
    payments.live(first, people)
    waves.live_to_panel(second, people)
    waves.live_to_review(third, people)
    waves.live_to_deposit(fourth, people)
    envelopes.live(programme, people["finances1"])
    prepare_next_call(programme, people)
    earlier.live(programme, people, line)


PUBLIC_QUESTIONS = (
    (
        "Une association en cours de création peut-elle répondre, et que doit-elle joindre ?",
        "Oui. Joignez le projet de statuts. Le SIRET est demandé au plus tard à l’attribution.",
    ),
    (
        "Le plafond de 50 000 € par an compte-t-il les apports en nature ?",
        "Non. Le plafond porte sur l’aide demandée à cet appel, année par année.",
    ),
)
WAITING_QUESTION = "Un lieu réparti sur deux adresses dans la même commune compte-t-il pour un seul lieu ?"


def answer_in_public(call, people):
    """Two official answers, and a question that waits for one."""
    for text, answer in PUBLIC_QUESTIONS:
        asked = public_questions.ask(call=call, text=text)
        public_questions.answer(asked=asked, public_text=text, answer=answer, by=people["instruction"])
    public_questions.ask(call=call, text=WAITING_QUESTION)
    messaging.save_template(
        template=None,
        title="Pièce illisible",
        body="Bonjour,\n\nDans le dossier {numero}, « {lieu} », une pièce ne s’ouvre pas. Pouvez-vous la renvoyer "
        "ici, en réponse à ce message ?\n\nMerci.",
        by=people["instruction"],
    )


def prepare_next_call(programme, people):
    """A second call, complete and not published yet: publishing it is the first act of a whole wave."""
    call = ami.create_ami(
        programme=programme,
        slug="ami-suivant",
        title="Fabriques, appel suivant",
        origin=programme.origin,
    )
    plan(call, people, OPEN, number=1)


def open_line(programme, finance_officer):
    source, _ = Source.objects.get_or_create(name="État, budget général")
    line = Line.objects.create(
        programme=programme,
        source=source,
        code="P112-12",
        label="P112-12, tiers-lieux (démonstration)",
        lolf_programme="112",
        action="12",
        bop_uo="0112-EXEM-PLE1",
        origin=Origin.DEMONSTRATION,
    )
    today = timezone.localdate()
    for axis, cents in (("ae", AE_CENTS), ("cp", CP_CENTS)):
        open_credits(
            axis=axis,
            line=line,
            fiscal_year=today.year,
            cents=cents,
            effective_on=datetime.date(today.year, 1, 1),
            act=envelopes.finance_act(today.year, finance_officer),
            by=finance_officer,
            key=f"demonstration:{axis}:{today.year}",
        )
    return line


def delegate(programme, people):
    year = timezone.localdate().year
    grant_delegation(
        programme=programme,
        holder=people["decision"],
        acts=[*Decision.Act.values, AGREEMENT],
        ceiling_cents=15_000_000,
        starts_on=datetime.date(year, 1, 1),
        ends_on=datetime.date(year + 1, 12, 31),
        published_act=f"Arrêté du 4 janvier {year} portant délégation de signature (exemple inventé)",
        formula="Pour la ministre et par délégation,\nLe directeur du dispositif",
        by=people["administration"],
    )


def plan(call, people, moment, number=None):
    """All but the last close at once, by a traced amendment, when the demonstration has lived their deposit."""
    now = timezone.localtime()
    days = 25 if moment == OPEN else moment
    closes_at = (now + datetime.timedelta(days=days)).replace(hour=17, minute=0, second=0, microsecond=0)
    closing = closes_at.date()
    return plan_wave(
        call=call,
        by=people["administration"],
        number=number or moment,
        opens_at=now.replace(minute=0, second=0, microsecond=0) - datetime.timedelta(days=60 - 10 * moment),
        closes_at=closes_at,
        capacity=30,
        instruction_until=closing + datetime.timedelta(days=15),
        reviews_due_on=closing + datetime.timedelta(days=30),
        panel_on=closing + datetime.timedelta(days=40),
        announcement_on=closing + datetime.timedelta(days=50),
    )
