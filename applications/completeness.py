"""The sections of a dossier, and what each still lacks before it can be sent."""

from dataclasses import dataclass, field

from applications import budget
from applications.answering import sections_of, sheet_of

STRUCTURE, PLACE, PLAN, PIECES, CHECK = "structure", "adresse", "plan-de-financement", "pieces", "relecture"
TITLES = {
    STRUCTURE: "Votre structure",
    PLACE: "L’adresse du lieu",
    PLAN: "Le plan de financement",
    PIECES: "Les pièces",
    CHECK: "Relire et envoyer",
}


@dataclass(frozen=True)
class SectionProblem:
    """One sentence, the slug of the section where it is to be corrected, and the field when there is one."""

    section: str
    sentence: str
    target: str = ""


@dataclass
class Section:
    slug: str
    title: str
    number: int
    form_section: object = None
    problems: list = field(default_factory=list)

    @property
    def is_complete(self):
        return not self.problems


def sections(application):
    """The sections in their order, each with its problems; a constant number of queries.

    Args:
        application: any dossier; what is read is its current content, not what was sent.
    """
    asked = sections_of(application)
    outline = [
        (STRUCTURE, TITLES[STRUCTURE], None),
        (PLACE, TITLES[PLACE], None),
        *((section.slug, section.title, section) for section in asked),
        (PLAN, TITLES[PLAN], None),
        (PIECES, TITLES[PIECES], None),
    ]
    built = [Section(slug, title, n, form) for n, (slug, title, form) in enumerate(outline, start=1)]
    found = [
        *structure_problems(application),
        *place_problems(application),
        *answer_problems(application, asked),
        *plan_problems(application),
        *piece_problems(application),
    ]
    for section in built:
        section.problems = [problem for problem in found if problem.section == section.slug]
    return built


def problems(application):
    """Everything that keeps a dossier from being sent, as `SectionProblem`s in the order of its sections."""
    return [problem for section in sections(application) for problem in section.problems]


def structure_problems(application):
    if application.organisation.siret or not application.call_version.siret_required_to_submit:
        return []
    sentence = "Cet appel demande un SIRET dès l’envoi. Ajoutez celui de votre structure."
    return [SectionProblem(STRUCTURE, sentence)]


def place_problems(application):
    found = []
    if not application.fabrique.name:
        found.append(SectionProblem(PLACE, "Donnez le nom du lieu.", "id_place_name"))
    if application.fabrique.commune_id is None:
        found.append(SectionProblem(PLACE, "Indiquez la commune du lieu.", "id_commune"))
    return found


def answer_problems(application, form_sections):
    """What is missing or wrong in the answers to the questions that are asked; hidden ones count for nothing."""
    sheet = sheet_of(application, form_sections)
    return [
        SectionProblem(section.slug, sentence, f"id_q{question.pk}")
        for section in form_sections
        for question, sentence in sheet.problems(section)
    ]


def bounds_of(application):
    """The amounts of the call for the segment asked for, or None."""
    bounds = application.call_version.bounds.all()
    return next((one for one in bounds if one.segment == application.declared_segment), None)


def plan_problems(application):
    found = budget.problems(
        budget.cells_of(application),
        years=application.call_version.years,
        bounds=bounds_of(application),
        first_year=budget.first_year_of(application.wave),
    )
    return [SectionProblem(PLAN, problem.sentence, f"ligne-{problem.row}") for problem in found]


def piece_problems(application):
    """At least one piece that can be read; an infected one is named, and is to be replaced."""
    joined = [piece.file for piece in application.attachments.filter(removed_at=None).select_related("file")]
    infected = [
        SectionProblem(
            PIECES, f"La pièce « {file.name} » est infectée : retirez-la, puis joignez un fichier sain.", "pieces-jointes"
        )
        for file in joined
        if file.is_infected
    ]
    if len(infected) < len(joined):
        return infected
    return [*infected, SectionProblem(PIECES, "Joignez au moins une pièce, par exemple vos statuts.")]
