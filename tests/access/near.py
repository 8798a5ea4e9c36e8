"""What fills the addresses of every page, near one dossier: its own objects, its wave's, what came of them."""

import re
from itertools import product

from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts.models import BouncedAddress, Job, Notification, Organisation, OutboxMessage, User
from applications import bulk
from applications.models import (
    Application,
    Assignment,
    Attachment,
    CorrectionItem,
    DuplicateHint,
    Fabrique,
    MessageFile,
    NetworkConsent,
    Recusal,
)
from documents.models import Document, FormalNotification, ScanPage, WordingVersion
from funding.endings.closing import SECTIONS
from funding.envelopes.operations import OPERATIONS
from funding.models import (
    Act,
    Agreement,
    Award,
    BankAccount,
    ChorusFile,
    Claim,
    ClaimLine,
    Difference,
    FormalNotice,
    Fund,
    Hearing,
    Instalment,
    Instrument,
    InstrumentEvent,
    Interruption,
    Line,
    Movement,
    Observation,
    PaymentExport,
    Posting,
    Recovery,
    SignedCopy,
    Withdrawal,
)
from monitoring.models import PrintedBoard
from monitoring.panels.board import BOARD, FORECASTS
from programme.models import Wave
from selection.models import AgendaItem, Appeal, Decision, EmbargoedList, LetterPrint, MinutesAddendum, PanelMeeting
from tests.access.resolver import patterns

ADDRESSED = re.compile(r"(?:(\w[\w-]*)/)?<(\w+):(\w+)>")
# Not a page of the service: sign-in and its like, that end the session of the walk.
LEFT_OUT = ("admin:", "account_", "accounts:account_")
# They name nothing of a dossier: their own rows are not looked for.
APART = {
    "exercice", "exemples", "filtre", "interets", "invitation", "invitations", "membres", "modeles", "paires",
    "questions", "reprendre",
}  # fmt: skip


def naming(model, dossier, *fields):
    """The last texts that name the dossier."""
    said = Q()
    for field in fields:
        for name in (dossier.reference, dossier.fabrique.name):
            said |= Q(**{f"{field}__contains": name})
    return model.objects.filter(pk__in=[row.pk for row in model.objects.filter(said).order_by("-pk")[:3]])


def objects(dossier):
    """{word before the identifier, or name of the argument: the rows that an address may name}."""
    own, award, wave = {"application": dossier}, {"award__application": dossier}, {"wave": dossier.wave_id}
    people = User.objects.filter(pk__in=dossier.assignments.values("reviewer"))
    return {
        "dossiers": Application.objects.filter(**wave),
        "dossier_id": Application.objects.filter(**wave),
        "application_id": Application.objects.filter(**wave),
        "vagues": Wave.objects.filter(pk=dossier.wave_id),
        "evaluations": Assignment.objects.filter(**own),
        "affectations": Assignment.objects.filter(**own),
        "pieces": Attachment.objects.filter(**own),
        "fichiers": MessageFile.objects.filter(message__application=dossier),
        "deports": Recusal.objects.filter(**own),
        "doublons": DuplicateHint.objects.filter(**own),
        "reseaux": NetworkConsent.objects.filter(**own),
        "fabriques": Fabrique.objects.filter(pk=dossier.fabrique_id),
        "organisations": Organisation.objects.filter(pk=dossier.organisation_id),
        "evaluateurs": people,
        "person_id": people,
        "comptes": people,
        "courriers": Document.objects.all(),
        "adresses": BouncedAddress.objects.filter(email__in=people.values("email")),
        "numerisations": ScanPage.objects.all(),
        "modeles-de-courriers": WordingVersion.objects.all(),
        "courriels": naming(OutboxMessage, dossier, "subject", "body"),
        "notifications": (
            naming(Notification, dossier, "subject", "body"),
            FormalNotification.objects.filter(organisation=dossier.organisation_id),
        ),
        "travaux": Job.objects.all(),
        "impressions": (PrintedBoard.objects.all(), LetterPrint.objects.all()),
        "decisions": Decision.objects.filter(**own),
        "recours": Appeal.objects.filter(decision__application=dossier),
        "seances": PanelMeeting.objects.filter(**wave),
        "points": AgendaItem.objects.filter(**own),
        "additifs": MinutesAddendum.objects.filter(meeting__wave=dossier.wave_id),
        "embargo": EmbargoedList.objects.filter(**wave),
        **of_money(dossier, award),
    }


def of_money(dossier, award):
    """What its award came to; the extracts, exports, acts and lines, whatever they say of it."""
    instalment = {f"instalment__{path}": value for path, value in award.items()}
    return {
        "attributions": Award.objects.filter(application=dossier),
        "autres-financeurs": Line.objects.filter(source__owner="outside"),
        "actes": Act.objects.all(),
        "comptes-bancaires": BankAccount.objects.filter(organisation=dossier.organisation_id),
        "contradictoire": Hearing.objects.filter(**award),
        "contradictoires": Hearing.objects.filter(**award),
        "conventions": Agreement.objects.filter(**award),
        "copies": SignedCopy.objects.filter(agreement_version__agreement__award__application=dossier),
        "echeances": Instalment.objects.filter(**award),
        "ecarts": Difference.objects.all(),
        "ecritures": Posting.objects.filter(pk__in=movements_near(award).values("posting")),
        "event_id": InstrumentEvent.objects.all(),
        "fonds": Fund.objects.all(),
        "imports": ChorusFile.objects.all(),
        "instruments": Instrument.objects.all(),
        "justificatifs": ClaimLine.objects.filter(**{f"claim__{path}": value for path, value in instalment.items()}),
        "interruption_id": Interruption.objects.filter(**instalment),
        "lignes": Line.objects.all(),
        "mises-en-demeure": FormalNotice.objects.filter(**award),
        "observations": Observation.objects.filter(**{f"hearing__{path}": value for path, value in award.items()}),
        "retraits": Withdrawal.objects.filter(**award),
        "reversements": Recovery.objects.filter(**award),
        # The same word names the requests of a dossier, those of a payment, and the exports to Chorus.
        "demandes": (
            CorrectionItem.objects.filter(request__application=dossier), Claim.objects.filter(**instalment),
            PaymentExport.objects.all(),
        ),
    }  # fmt: skip


def movements_near(award):
    """Those that move the money of its award."""
    sides = [{f"{side}__{path}": value for path, value in award.items()} for side in ("from_account", "to_account")]
    return Movement.objects.filter(Q(**sides[0]) | Q(**sides[1]))


def identifiers(dossier):
    return {key: keys_of(rows) for key, rows in objects(dossier).items()}


def keys_of(rows):
    every = rows if isinstance(rows, tuple) else (rows,)
    return [key for one in every for key in one.order_by().values_list("public_id", flat=True)]


def slugs(dossier):
    sections = list(dossier.call_version.sections.values_list("slug", flat=True))
    return {
        "appels": [dossier.wave.call.slug], "sections": sections, "corriger": sections, "lot": list(bulk.ACTS),
        "kind": ["same_commune", "contradictoire", "retrait", "reversement"], "tableau": list(BOARD),
        "previsions": list(FORECASTS), "credits": list(OPERATIONS)[:1], "modeles": [dossier.wave.call.slug],
        "": [*sections, *SECTIONS],
    }  # fmt: skip


def addresses(dossier):
    """(name, url) of every page of the service, on all that is near the dossier."""
    known = identifiers(dossier)
    known |= slugs(dossier)
    for name, path in patterns().items():
        if name.startswith(LEFT_OUT):
            continue
        wanted = ADDRESSED.findall(str(path))
        values = [values_of(before, kind, argument, known) for before, kind, argument in wanted]
        for chosen in product(*values):
            arguments = zip((argument for *_, argument in wanted), chosen, strict=True)
            try:
                yield name, reverse(name, kwargs=dict(arguments))
            except NoReverseMatch:
                continue


def values_of(before, kind, argument, known):
    if kind in ("uuid", "slug"):
        key = argument if argument in known else before
        # A page of a kind that is not known here would be a door that nobody tries.
        assert key in known or key in APART, f"name the objects of « {before}/<{argument}> » in tests/access/near.py"
        return known.get(key, [])
    return [1, timezone.localdate().year] if kind == "int" else ["inconnu"]
