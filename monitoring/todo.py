"""« À traiter »: what waits for somebody, by when, how late. Always today's; one query for every nature of act."""

import datetime
from collections import Counter
from dataclasses import dataclass

from django.db.models import Case, CharField, Count, F, IntegerField, Min, Q, Value, When
from django.db.models.functions import Concat, TruncDate
from django.urls import reverse
from django.utils import timezone

from accounts.french import plural
from applications.evaluations.doors import kept_out
from applications.models import UNDER_EXAMINATION, Application, ApplicationState, Assignment, CorrectionRequest
from applications.silence import precedes_announcement
from documents.models import Document
from funding.models import Agreement, AgreementVersion, Award, Claim, Instalment
from monitoring import todo_payments as paying
from monitoring.prepared import prepared
from monitoring.todo_lines import HORIZON, MOST, NOBODY, NONE, ONE, Item, Nature, limited, line
from selection.models import Appeal

S = ApplicationState
SIXTY = datetime.timedelta(days=60)
BORN, SOON, EARLY = "born", "soon", "early"


# The gravest first: a right that is born of our silence, then what blocks others, then what costs.
NATURES = {
    nature.key: nature
    for nature in (
        Nature("silence", "Rejet implicite", "Rejets implicites", "/pilotage/dossiers/?tri=silence"),
        Nature("recours", "Recours", "Recours", "/pilotage/recours/?cours=oui"),
        Nature("evaluation", "Évaluation", "Évaluations", "/pilotage/dossiers/?etat=in_review"),
        Nature("courrier", "Courrier", "Courriers", "/pilotage/courriers/"),
        Nature("versement", "Versement", "Versements", "/pilotage/echeances/?etat=a-traiter"),
        Nature("demande", "Demande de versement", "Demandes", "/pilotage/demandes/?etat=sent"),
        Nature("compte", "Compte bancaire", "Comptes bancaires", "/pilotage/comptes-bancaires/"),
        Nature("ecart", "Écart avec Chorus", "Écarts", "/pilotage/chorus/ecarts/?etat=open"),
        Nature("convention", "Convention", "Conventions", "/pilotage/conventions/"),
        Nature("pieces", "Pièces demandées", "Pièces", "/pilotage/dossiers/?etat=correction_requested"),
        Nature("reservation", "AE à engager", "AE réservées", "/pilotage/budget/"),
    )
}


@dataclass(frozen=True)
class Chip:
    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class ToDo:
    """The lines shown, those left out, the chips."""

    items: list[Item]
    more: int
    more_url: str
    chips: list[Chip]

    @property
    def first(self):
        return self.items[0] if self.items else None


def to_do(programme, *, nature="", limit=8, address="/pilotage/", reader=None):
    """What waits: the gravest nature first, in each the most late first.

    Args:
        nature: key of the nature to show, "" for all of them.
        limit: lines shown.
        address: page that the chips lead to, with its own parameters.
        reader: the `User` who reads: a dossier with which she declared a tie is not named. None: the service.
    """
    today, closed = timezone.localdate(), closed_to(reader)
    lines = sorted((one for one in waiting(programme, today) if one[2] not in closed), key=urgency)
    chosen = [one for one in lines if nature in ("", one[0])]
    known = NATURES.get(nature)
    shown = chosen if len(chosen) <= limit else first_of_each(chosen, limit)
    return ToDo(
        items=[item_of(one, today) for one in shown],
        more=len(chosen) - len(shown),
        more_url=known.rows_url if known else f"{address}{'&' if '?' in address else '?'}lignes=toutes#a-traiter",
        chips=chips_of(Counter(one[0] for one in lines), nature, address),
    )


def closed_to(reader):
    """Public ids of the dossiers with which `reader` has a tie, and of what belongs to their awards."""
    if reader is None:
        return frozenset()
    ties = Application.objects.filter(kept_out(reader)).order_by().values("pk")
    parts = (
        Application.objects.filter(pk__in=ties),
        Instalment.objects.filter(award__application__in=ties),
        Agreement.objects.filter(award__application__in=ties),
        Claim.objects.filter(instalment__award__application__in=ties),
    )
    first, *others = [rows.order_by().values_list("public_id", flat=True) for rows in parts]
    return frozenset(first.union(*others, all=True))


RANKS = {key: rank for rank, key in enumerate(NATURES)}


def urgency(line):
    """Gravest nature first, then the earliest day, then by name."""
    nature, _, _, name, person, wave, _, day = line
    return RANKS[nature], day, name, person, wave or 0


def first_of_each(lines, limit):
    """The first lines of every nature in turn, so that a hundred of one hide nothing of the others."""
    taken: Counter = Counter()
    turns = []
    for one in lines:
        turns.append((taken[one[0]], RANKS[one[0]], one))
        taken[one[0]] += 1
    chosen = sorted(turns, key=lambda turn: turn[:2])[:limit]
    return [one for _, _, one in sorted(chosen, key=lambda turn: (turn[1], turn[0]))]


def chips_of(counts, nature, address):
    join = "&" if "?" in address else "?"
    chips = [Chip(f"Tout {counts.total()}", f"{address}#a-traiter", nature == "")]
    for one in NATURES.values():
        if count := counts[one.key]:
            more = " et plus" if count >= MOST else ""
            chips.append(
                Chip(f"{one.chip} {count}{more}", f"{address}{join}nature={one.key}#a-traiter", nature == one.key)
            )
    return chips


# --- Reading: each nature gives (nature, state, ref, name, person, wave, number, day) ------------------------------


@prepared
def waiting(programme, today):
    """Every line that waits on that day, one statement."""
    first, *others = [
        silent(programme, today), asked(programme), reviews(programme, today), letters(),
        *paying.lines(programme),
        agreements(programme), amendments(programme), unprepared(programme), reserved(programme), contested(programme),
    ]  # fmt: skip
    return first.union(*others, all=True)


def silent(programme, today):
    """Dossiers, by wave, whose silence is a refusal, becomes one within fifteen days, or before the announcement."""
    soon, early = Q(implied_rejection_on__lte=today + HORIZON), precedes_announcement()
    rows = Application.objects.filter(
        soon | early, wave__call__programme=programme, state__in=UNDER_EXAMINATION, clock_suspended_on=None
    )
    kind = Case(
        When(implied_rejection_noted_at__isnull=False, then=Value(BORN)), When(soon, then=Value(SOON)),
        default=Value(EARLY),
    )  # fmt: skip
    return line(
        rows, "silence", state=kind, ref=F("wave__public_id"), name=NONE, person=NONE, wave=F("wave__number"),
        number=Count("pk"), day=Min("implied_rejection_on"),
    )  # fmt: skip


def asked(programme):
    """Pieces asked for and not received."""
    rows = CorrectionRequest.objects.filter(application__wave__call__programme=programme, closed_at=None)
    return line(
        limited(rows, "due_at"), "pieces", state=NONE, ref=F("application__public_id"),
        name=F("application__fabrique__name"), person=full_name("application__officer"),
        wave=F("application__wave__number"), number=ONE, day=TruncDate("due_at"),
    )  # fmt: skip


def reviews(programme, today):
    """Sheets that are late, or due within a week, by reviewer and wave."""
    rows = Assignment.objects.filter(
        application__wave__call__programme=programme, state__in=Assignment.PENDING, application__state=S.IN_REVIEW,
        due_on__lte=today + datetime.timedelta(days=7),
    )  # fmt: skip
    return line(
        rows, "evaluation", state=NONE, ref=F("application__wave__public_id"), name=NONE, person=full_name("reviewer"),
        wave=F("application__wave__number"), number=Count("pk"), day=Min("due_on"),
    )  # fmt: skip


def letters():
    """Documents whose making failed."""
    return line(
        Document.objects.failed(), "courrier", state=F("kind"), ref=NOBODY, name=NONE, person=NONE,
        wave=Value(None, output_field=IntegerField()), number=Count("pk"), day=TruncDate(Min("created_at")),
    )  # fmt: skip


def agreements(programme):
    """Agreements not signed by both, the oldest award first."""
    rows = Agreement.objects.filter(
        award__wave__call__programme=programme, state__in=["drafted", "sent", "signed_by_beneficiary"]
    )
    return line(
        limited(rows, "award__committed_on"), "convention", state=F("state"), ref=F("public_id"),
        name=F("award__fabrique__name"), person=NONE, wave=F("award__wave__number"), number=ONE,
        day=F("award__committed_on"),
    )  # fmt: skip


def amendments(programme):
    """Amendments that are not signed by both, the oldest first; the person stands for the kind of text."""
    rows = AgreementVersion.objects.filter(
        agreement__award__wave__call__programme=programme, kind=AgreementVersion.Kind.AMENDMENT,
        state__in=["drafted", "sent", "signed_by_beneficiary"],
    )  # fmt: skip
    return line(
        limited(rows, "created_at"), "convention", state=F("state"), ref=F("agreement__public_id"),
        name=F("agreement__award__fabrique__name"), person=Value("Avenant"), wave=F("agreement__award__wave__number"),
        number=ONE, day=TruncDate("created_at"),
    )  # fmt: skip


def unprepared(programme):
    """Awards that wait for their agreement to be drawn up, by wave."""
    rows = Award.objects.without_agreement().filter(wave__call__programme=programme)
    return line(
        rows, "convention", state=Value("none"), ref=F("wave__public_id"), name=NONE, person=NONE,
        wave=F("wave__number"), number=Count("pk"), day=Min("committed_on"),
    )  # fmt: skip


def reserved(programme):
    """Reservations that fall on 31 December, by wave."""
    rows = Award.objects.filter(wave__call__programme=programme, state=Award.State.RESERVED)
    return line(
        rows, "reservation", state=NONE, ref=F("wave__public_id"), name=NONE, person=NONE, wave=F("wave__number"),
        number=Count("pk"), day=Min("reserved_on"),
    )  # fmt: skip


def contested(programme):
    """Appeals to the administration without an answer, by wave: two months of silence refuse them."""
    rows = Appeal.objects.open().filter(decision__wave__call__programme=programme, silence_on__isnull=False)
    known = {"state": NONE, "ref": NOBODY, "name": NONE, "person": NONE, "wave": F("decision__wave__number")}
    return line(rows, "recours", **known, number=Count("pk"), day=Min("silence_on"))


def full_name(path):
    return Concat(F(f"{path}__first_name"), Value(" "), F(f"{path}__last_name"), output_field=CharField())


# --- In words ------------------------------------------------------------------------------------------------------


def item_of(row, today):
    nature, *facts = row
    return WORDS[nature](NATURES[nature], today, *facts)


SILENCES = {
    BORN: ("Rejet implicite né : une décision reste possible", "rejet né le"),
    SOON: ("Deux mois de silence valent refus", "décider avant le"),
    EARLY: ("L’annonce vient après : deux mois de silence valent refus", "décider avant le"),
}


def silence_item(nature, today, state, ref, name, person, wave, number, day):
    note, label = SILENCES[state]
    return Item(
        nature, f"{plural(number, 'dossier')} de la vague {wave}", f"/pilotage/dossiers/?vague={ref}&tri=silence",
        note, "Direction", label, day, today,
    )  # fmt: skip


def pieces_item(nature, today, state, ref, name, person, wave, number, day):
    passed = day < today
    return Item(
        nature, name, reverse("applications:staff_dossier", args=[ref]),
        "Délai passé : reprendre l’examen" if passed else "Réponse attendue du porteur",
        person.strip() or "Instruction" if passed else "La structure", "pièces attendues le", day, today,
    )  # fmt: skip


def evaluation_item(nature, today, state, ref, name, person, wave, number, day):
    return Item(
        nature, f"{plural(number, 'évaluation')} de la vague {wave}", f"/pilotage/vagues/{ref}/affectation/",
        "Le comité les attend", person, "attendues le", day, today,
    )  # fmt: skip


def letter_item(nature, today, state, ref, name, person, wave, number, day):
    kind = Document.Kind(state).label.lower()
    return Item(
        nature, f"{plural(number, 'document')} en erreur : {kind}", nature.rows_url, "La fabrication a échoué",
        "Instruction", "demandé le", day, today,
    )  # fmt: skip


SIGNERS = {
    "none": ("Convention à préparer", "Instruction"),
    "drafted": ("À envoyer à la structure", "Instruction"),
    "sent": ("À signer par la structure", "La structure"),
    "signed_by_beneficiary": ("À signer par l’État", "Direction"),
}


def agreement_item(nature, today, state, ref, name, person, wave, number, day):
    note, who = SIGNERS[state]
    if state == "none":
        title, url = f"{plural(number, 'attribution')} de la vague {wave}", f"/pilotage/vagues/{ref}/"
    else:
        title, url, note = name, f"/pilotage/conventions/{ref}/", f"{note}, vague {wave}"
    if person.strip():
        note = f"{person.strip()} : {note[0].lower()}{note[1:]}"
    return Item(nature, title, url, note, who, "60 jours le", day + SIXTY, today)


def reservation_item(nature, today, state, ref, name, person, wave, number, day):
    return Item(
        nature, f"{plural(number, 'réservation')} de la vague {wave}", f"/pilotage/vagues/{ref}/decisions/",
        "Non engagées, elles tombent le 31 décembre", "Direction", "signer avant le",
        datetime.date(day.year, 12, 31), today,
    )  # fmt: skip


def appeal_item(nature, today, state, ref, name, person, wave, number, day):
    title, note = f"{plural(number, 'recours', 'recours')} sur la vague {wave}", "Deux mois de silence valent rejet"
    return Item(nature, title, nature.rows_url, note, "Direction", "répondre avant le", day, today)


WORDS = {
    "silence": silence_item,
    "recours": appeal_item,
    "pieces": pieces_item,
    "evaluation": evaluation_item,
    "courrier": letter_item,
    **paying.WORDS,
    "convention": agreement_item,
    "reservation": reservation_item,
}
