"""The sections of a dossier, and what each still lacks before it can be sent."""

from dataclasses import dataclass, field

from applications import budget, part_problems, parts
from applications.answering import sections_of, sheet_of
from applications.read_once import joined_of

STRUCTURE, PLACE, PLAN, PIECES, CHECK = "structure", "adresse", "plan-de-financement", "pieces", "relecture"
PROJECT, CONSORTIUM, AIDS = part_problems.PROJECT, part_problems.CONSORTIUM, part_problems.AIDS
TITLES = {
    **part_problems.TITLES,
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
    asked, said = sections_of(application), parts.parts_of(application)
    before, after = part_problems.part_slugs(application)
    outline = [
        *((slug, TITLES[slug], None) for slug in (STRUCTURE, PLACE, *before)),
        *((section.slug, section.title, section) for section in asked),
        *((slug, TITLES[slug], None) for slug in (*after, PLAN, PIECES)),
    ]
    built = [Section(slug, title, n, form) for n, (slug, title, form) in enumerate(outline, start=1)]
    found = [
        *structure_problems(application),
        *place_problems(application),
        *answer_problems(application, asked),
        *plan_problems(application, said),
        *part_section_problems(application, said),
        *piece_problems(application),
    ]
    for section in built:
        section.problems = [problem for problem in found if problem.section == section.slug]
    return built


def problems(application):
    """Everything that keeps a dossier from being sent, as `SectionProblem`s in the order of its sections."""
    return [problem for section in sections(application) for problem in section.problems]


def structure_problems(application):
    return [SectionProblem(STRUCTURE, sentence) for sentence in part_problems.structure_sentences(application)]


def part_section_problems(application, said):
    requested_cents = budget.requested(budget.cells_of(application))
    return [SectionProblem(*one) for one in part_problems.part_problems(application, said, requested_cents)]


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


def plan_problems(application, said):
    found = budget.problems(
        budget.cells_of(application),
        years=application.call_version.years,
        bounds=bounds_of(application),
        first_year=budget.first_year_of(application.wave),
        state_share_max=application.call_version.state_share_max_percent,
        premises=parts.lent_premises(said),
    )
    return [SectionProblem(PLAN, problem.sentence, f"ligne-{problem.row}") for problem in found]


def piece_problems(application):
    """At least one piece that can be read; an infected one is named, and is to be replaced."""
    joined = [piece.file for piece in joined_of(application)]
    infected = [
        SectionProblem(
            PIECES,
            f"La pièce « {file.name} » est infectée : retirez-la, puis joignez un fichier sain.",
            "pieces-jointes",
        )
        for file in joined
        if file.is_infected
    ]
    if len(infected) < len(joined):
        return infected
    return [*infected, SectionProblem(PIECES, "Joignez au moins une pièce, par exemple vos statuts.")]
