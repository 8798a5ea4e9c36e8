"""The officer's checklist of a sent dossier, in two parts that are never mixed.

Completeness: is all there (each section, each required piece)? Admissibility: are the conditions of the call met? The
machine proposes what it can verify; what an officer answers holds, and every answer is kept (`ChecklistAnswer`).
"""

from dataclasses import dataclass, field

from django.db import transaction

from accounts.errors import Refusal, StalePage
from accounts.french import plural
from accounts.models import JournalEntry
from accounts.permissions import require
from applications import checks, completeness
from applications.models import Application, ChecklistAnswer, DepositBasis
from applications.models.application import INSTRUCT
from applications.pieces import files_of
from programme.models import Question

COMPLETENESS, ADMISSIBILITY = ChecklistAnswer.Part.COMPLETENESS, ChecklistAnswer.Part.ADMISSIBILITY
Verdict = ChecklistAnswer.Verdict
# Everything is still open to correction until the dossier is judged.
EXAMINED = (Application.State.SUBMITTED, Application.State.CORRECTION_REQUESTED)


@dataclass
class Item:
    """One line: what the machine found (None: to be judged) and what officers answered, the last first."""

    part: str
    slug: str
    label: str
    found: bool | None
    text: str
    answers: list = field(default_factory=list)

    @property
    def answer(self):
        return self.answers[0] if self.answers else None

    @property
    def earlier(self):
        return self.answers[1:]

    @property
    def is_open(self):
        """It stands in the way: an officer says so, or nobody answered for what the machine misses.

        A condition of the call is for the officer to judge: what the machine doubts is shown, and blocks nothing.
        """
        if self.answer:
            return self.answer.verdict == Verdict.NOT_MET
        return self.part == COMPLETENESS and self.found is False

    @property
    def is_to_judge(self):
        return self.answer is None and not self.found and not self.is_open


@dataclass
class Checklist:
    """Both parts, and the version of the dossier that they are about."""

    items: list
    revision: object

    def of(self, part):
        return [item for item in self.items if item.part == part]

    @property
    def parts(self):
        return [(part, self.of(part), self.standing(part)) for part in (COMPLETENESS, ADMISSIBILITY)]

    def standing(self, part):
        """« 2 points ouverts », « 3 à juger », « tout est répondu »."""
        items = self.of(part)
        wrong = sum(item.is_open for item in items)
        left = sum(item.is_to_judge for item in items)
        said = [plural(wrong, "point ouvert", "points ouverts")] if wrong else []
        said += [f"{left} à juger"] if left else []
        return ", ".join(said) or "rien d’ouvert"

    def open_items(self, part):
        return [item for item in self.of(part) if item.is_open]

    def item(self, slug):
        return next((item for item in self.items if item.slug == slug), None)


def checklist_of(application, revision=None, files=None, asked=None):
    """The `Checklist` of a sent dossier; a constant number of queries.

    Args:
        revision: its last `Revision`, read when it is not given; likewise `files`, those of its pieces.
        asked: the open `CorrectionRequest`, if any.
    """
    revision = revision or application.revisions.order_by("-number").first()
    if revision is None:
        return Checklist([], None)
    content = revision.content
    files = files_of(application, content) if files is None else files
    items = [*completeness_items(application, content, files), *admissibility_items(application, content)]
    answered: dict[str, list] = {}
    for row in application.checklist.select_related("answered_by", "revision").order_by("-pk"):
        answered.setdefault(row.item, []).append(row)
    for item in items:
        item.answers = answered.get(item.slug, [])
    return Checklist(items, revision)


def completeness_items(application, content, files):
    """Each section of the form, each piece that it requires."""
    lacking = lacking_of(application)
    named = [(completeness.STRUCTURE, completeness.TITLES[completeness.STRUCTURE])]
    named += [(completeness.PLACE, completeness.TITLES[completeness.PLACE])]
    named += [(section["slug"], section["title"]) for section in content["sections"]]
    named += [(completeness.PLAN, completeness.TITLES[completeness.PLAN])]
    return [
        *(section_item(slug, title, lacking.get(slug, [])) for slug, title in named),
        *required_pieces(content),
        pieces_item(content, files),
    ]


def lacking_of(application):
    """{section: sentences} of what is missing. A dossier sent on line was refused while anything was; paper is not."""
    if application.deposit_basis != DepositBasis.PAPER:
        return {}
    return {one.slug: [p.sentence for p in one.problems] for one in completeness.sections(application)}


def section_item(slug, title, sentences):
    text = " ".join(sentences) or "Rien ne manque."
    return Item(COMPLETENESS, f"section-{slug}", f"Section « {title} »", not sentences, text)


def required_pieces(content):
    """The files that questions of the form ask for, as they were sent."""
    return [
        Item(
            COMPLETENESS, f"piece-{answer['slug']}", f"Pièce « {answer['label']} »", bool(answer["text"]),
            "Jointe." if answer["text"] else "Pas jointe.",
        )
        for section in content["sections"]
        for answer in section["answers"]
        if answer["kind"] == Question.Kind.FILE
    ]  # fmt: skip


def pieces_item(content, files):
    joined, scanned = checks.pieces_joined(content), checks.scanned(files) if files else None
    found = bool(joined.ok) and (scanned is None or scanned.ok is not False)
    text = f"{joined.text} {scanned.text}" if scanned else joined.text
    return Item(COMPLETENESS, "piece-jointes", "Au moins une pièce lisible", found, text)


def admissibility_items(application, content):
    """Each condition of the call: deadline, applicant, place, amounts; contract, consortium and aid where any."""
    rules = [
        ("delai", checks.in_time(application)),
        ("porteur", checks.identified(application, content)),
        ("forme-juridique", legal_form(application, content)),
        ("lieu", checks.zoned(application)),
        ("montants", checks.balanced(application, content)),
        *(("contrat-engagement", one) for one in checks.engaged(content)),
        *(("consortium", one) for one in checks.shared(content)),
        *(("aides-etat", one) for one in state_aid(application)),
    ]
    return [
        Item(ADMISSIBILITY, f"regle-{slug}", check.label, check.ok, check.text)
        for slug, check in rules
        if check is not None
    ]


def legal_form(application, content):
    allowed = application.call_version.eligible_legal_forms
    form = content["organisation"]
    said = f"{form['legal_form_label']}."
    if not allowed:
        return checks.Check("Porteur admis à répondre", None, f"{said} L’appel n’écarte aucune forme juridique.")
    return checks.Check("Porteur admis à répondre", form["legal_form"] in allowed, said)


def state_aid(application):
    version = application.call_version
    if version.state_aid_basis == version.StateAid.NOT_AID:
        return []
    return [checks.Check("Règles des aides d’État", None, f"{version.get_state_aid_basis_display()}.")]


def answer_item(*, application, item, verdict, note, by, version=None):
    """Answer one item of the checklist; the answers before are kept.

    Args:
        item: slug of an `Item` of this dossier.
        verdict: a `ChecklistAnswer.Verdict`.
        note: in free words; wanted when it is not met.
        version: of the dossier that the page showed.

    Raises:
        Refusal: no such item, no answer, or not met without a note (fields "verdict", "note").
        NotAllowed, StalePage.

    Source: glossary 14 (completeness) and 15 (admissibility): two questions, each with its items.
    """
    require(by, INSTRUCT)
    note = " ".join((note or "").split())[:1000]
    with transaction.atomic():
        application = locked(application)
        application.expect_version(version)
        refuse_judged(application)
        found = checklist_of(application)
        line = found.item(item)
        refuse_bad_answer(line, verdict, note)
        row = ChecklistAnswer.objects.create(
            application=application, revision=found.revision, part=line.part, item=line.slug, label=line.label[:250],
            number=len(line.answers) + 1, verdict=verdict, note=note, answered_by=by,
        )  # fmt: skip
        details = {"item": line.label, "part": line.part, "verdict": verdict}
        JournalEntry.write(action="answer_checklist", subject=application, actor=by, details=details)
    return row


def locked(application):
    related = ("wave__call__programme", "fabrique__commune", "organisation", "call_version")
    return Application.objects.select_for_update(of=("self",)).select_related(*related).get(pk=application.pk)


def refuse_judged(application):
    if application.state not in EXAMINED:
        raise StalePage(
            f"La recevabilité de ce dossier est jugée : son état est « {application.get_state_display()} ». "
            "La liste de contrôle ne change plus."
        )


def refuse_bad_answer(line, verdict, note):
    if line is None:
        raise Refusal("Ce point n’est pas dans la liste de contrôle de ce dossier. Rechargez la page.")
    if verdict not in Verdict.values:
        raise Refusal("Choisissez une réponse : remplie, non remplie ou sans objet.", field="verdict")
    if verdict == Verdict.NOT_MET and not note:
        raise Refusal("Dites ce qui manque ou ce qui n’est pas rempli.", field="note")


def refuse_open(application):
    """Refuse to admit while an item is open: completeness first, since a piece may still be asked for.

    Raises:
        Refusal: names the items, and says what to do.
    """
    found = checklist_of(application)
    if lines := found.open_items(COMPLETENESS):
        raise Refusal(
            f"Le dossier n’est pas complet : {named(lines)}. Demandez ce qui manque au porteur, "
            "ou corrigez la réponse dans la liste de contrôle."
        )
    if lines := found.open_items(ADMISSIBILITY):
        raise Refusal(
            f"Une condition de l’appel n’est pas remplie : {named(lines)}. Déclarez le dossier irrecevable, "
            "ou répondez autrement dans la liste de contrôle en disant pourquoi."
        )


def named(lines):
    more = f", et {len(lines) - 3} de plus" if len(lines) > 3 else ""
    return ", ".join(line.label for line in lines[:3]) + more


def auto_id(slug):
    """The ids of the fields of one item's form, of which there are many on a page."""
    return f"controle-{slug[:60]}-%s"
