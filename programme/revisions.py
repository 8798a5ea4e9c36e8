"""What changes from one version of a call to another, in French sentences for applicants and staff."""

from accounts import french
from accounts.models import LegalForm
from programme.models import CallVersion, Question
from programme.questionnaire import told_condition
from programme.tie_break import told

# Said whole would be too long: only that it changed.
LONG_TEXTS = ("summary", "eligibility", "closing_rule", "self_test_note")
NOT_CONTENT = {"id", "call", "number", "frozen_at", "change_note", "edition"}


def changes_between(old, new) -> list[str]:
    """The differences between two versions, each one French sentence; empty when they say the same.

    Questions are the same when they have the same slug; criteria when they have the same name.

    Args:
        old, new: `CallVersion`s.
    """
    return [*form_changes(old, new), *criteria_changes(old, new), *bounds_changes(old, new), *rules_changes(old, new)]


def form_changes(old, new) -> list[str]:
    """Only what changes in the sections and questions that an applicant answers."""
    before, after = (list(Question.objects.of_version(version)) for version in (old, new))
    sections = [{section.slug: section for section in version.sections.all()} for version in (old, new)]
    return [*section_changes(*sections), *question_changes(before, after)]


def section_changes(before, after):
    for slug, section in after.items():
        if slug not in before:
            yield f"Section ajoutée : « {section.title} »."
        elif before[slug].title != section.title:
            yield f"Section « {before[slug].title} » : elle s’appelle désormais « {section.title} »."
        elif before[slug].introduction != section.introduction:
            yield f"Section « {section.title} » : son introduction change."
    for slug in before.keys() - after.keys():
        yield f"Section retirée : « {before[slug].title} »."
    kept = [slug for slug in before if slug in after]
    if kept != [slug for slug in after if slug in before]:
        yield "L’ordre des sections change."


def question_changes(before, after):
    old, new = ({question.slug: question for question in questions} for questions in (before, after))
    for slug, question in new.items():
        if slug not in old:
            need = "" if question.required else ", facultative"
            yield f"Question ajoutée dans « {question.section.title} » : « {question.label} »{need}."
        else:
            yield from (f"Question « {question.label} » : {told}." for told in differences(old[slug], question, after))
    for slug, question in old.items():
        if slug not in new:
            yield f"Question retirée : « {question.label} »."
    if orders_differ(old, new):
        yield "L’ordre des questions change."


def orders_differ(old, new):
    """Among the questions that stay where they are: one that moves to another section is told by itself."""
    stay = {slug for slug in old.keys() & new.keys() if old[slug].section.slug == new[slug].section.slug}
    sections = {old[slug].section.slug for slug in stay}
    return any(
        [slug for slug in old if slug in stay and old[slug].section.slug == section]
        != [slug for slug in new if slug in stay and new[slug].section.slug == section]
        for section in sections
    )


def differences(old, new, questions):
    """What differs between two wordings of one question, each a few words."""
    if old.label != new.label:
        yield f"elle remplace « {old.label} »"
    if old.kind != new.kind:
        yield f"la réponse est désormais de type « {new.get_kind_display()} » (avant : « {old.get_kind_display()} »)"
    if old.required != new.required:
        yield "elle devient obligatoire" if new.required else "elle devient facultative"
    if old.section.slug != new.section.slug:
        yield f"elle passe dans la section « {new.section.title} »"
    if old.help_text != new.help_text:
        yield "son aide change"
    if old.max_length != new.max_length and new.max_length:
        yield f"{french.integer(new.max_length)} signes au plus" + (
            f" (avant : {french.integer(old.max_length)})" if old.max_length else ""
        )
    yield from option_differences(old.options, new.options)
    if old.kind == new.kind and old.settings != new.settings:
        yield "ses réglages changent (" + KIND_SETTINGS.get(new.kind, "bornes") + ")"
    if old.condition != new.condition:
        told = told_condition(new.condition, questions)
        yield f"elle est posée {told}" if told else "elle est désormais posée à tous"


KIND_SETTINGS = {"table": "colonnes ou lignes", "computed": "calcul", "number": "bornes ou unité"}


def option_differences(old, new):
    added = [option for option in new if option not in old]
    removed = [option for option in old if option not in new]
    if added:
        yield "choix ajouté : " + ", ".join(f"« {option} »" for option in added)
    if removed:
        yield "choix retiré : " + ", ".join(f"« {option} »" for option in removed)
    if old != new and not added and not removed:
        yield "l’ordre de ses choix change"


def criteria_changes(old, new):
    before, after = (
        {criterion.label: criterion for criterion in version.criteria.prefetch_related("levels")}
        for version in (old, new)
    )
    for label, criterion in after.items():
        if label not in before:
            yield f"Critère ajouté : « {label} », poids {criterion.weight}."
            continue
        if before[label].weight != criterion.weight:
            yield f"Critère « {label} » : poids {criterion.weight} (avant : {before[label].weight})."
        yield from threshold_changes(before[label], criterion)
        if words_of(before[label]) != words_of(criterion):
            yield f"Critère « {label} » : sa description ou ses niveaux changent."
    for label in before.keys() - after.keys():
        yield f"Critère retiré : « {label} »."
    if list(before) != list(after) and set(before) == set(after):
        yield "L’ordre des critères change."


def threshold_changes(before, after):
    if before.threshold_points != after.threshold_points:
        told = [one.threshold_points or "aucun" for one in (after, before)]
        yield f"Critère « {after.label} » : seuil {told[0]} (avant : {told[1]})."
    if before.may_not_apply != after.may_not_apply:
        told = "peut être" if after.may_not_apply else "ne peut plus être"
        yield f"Critère « {after.label} » : il {told} sans objet."


def words_of(criterion):
    levels = [(level.points, level.label, level.description) for level in criterion.levels.all()]
    return criterion.description, levels


def bounds_changes(old, new):
    before, after = ({bound.segment: bound for bound in version.bounds.all()} for version in (old, new))
    for segment, bound in after.items():
        if segment not in before or amounts_of(before[segment]) != amounts_of(bound):
            least, most, year = (french.euros(cents) for cents in amounts_of(bound))
            yield f"Montants, {bound.get_segment_display()} : de {least} à {most}, au plus {year} dans une année."
    for segment in before.keys() - after.keys():
        yield f"Montants, {before[segment].get_segment_display()} : plus de montant prévu."


def amounts_of(bound):
    return bound.min_cents, bound.max_cents, bound.year_cap_cents


def rules_changes(old, new):
    for field in CallVersion._meta.concrete_fields:
        if field.name in NOT_CONTENT or getattr(old, field.name) == getattr(new, field.name):
            continue
        name = field.verbose_name[0].upper() + field.verbose_name[1:]
        if field.name in LONG_TEXTS:
            yield f"{name} : le texte change."
        else:
            yield f"{name} : {told_setting(new, field)} (avant : {told_setting(old, field)})."


def told_setting(version, field):
    value = getattr(version, field.name)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if field.name == "eligible_legal_forms":
        return ", ".join(str(dict(LegalForm.choices).get(form, form)) for form in value) or "toutes"
    if field.name == "tie_break":
        return " ; ".join(told(value)) or "aucune"
    if field.name == "threshold_hundredths" and value is not None:
        return version.threshold_label
    if field.choices:
        return getattr(version, f"get_{field.name}_display")()
    return "—" if value is None or value == "" else str(value)
