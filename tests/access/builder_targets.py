"""What fills the URLs of a call in preparation."""

from programme import editing
from programme.models import Question
from tests.access.rows import Target


def draft(world):
    return world.next_call.versions.get()


def building(world, data=None, **kwargs):
    return Target({"slug": world.next_call.slug, **kwargs}, data or {}, (world.next_call.title,))


def new_call(world):
    return Target(
        data={"title": "Un appel", "kind": "ami", "programme": world.next_call.programme_id, "slug": "un-appel"}
    )


def settings(world):
    data = {
        "title": "Un appel", "kind": "ami", "summary": "x", "eligibility": "x", "years": 3, "minimum_opening_days": 0,
        "grace_minutes": 0, "payment_days": 60, "bank_cooling_days": 5, "dormant_months": 24,
        "state_aid_basis": "not_aid",
        "reviews_per_application": 2, "silence_months": 2,
        "commitment_act": "decision", "panel_notice_days": 5, "panel_quorum_percent": 50, "panel_casting_vote": "on",
        "version": draft(world).edition,
    }  # fmt: skip
    return building(world, data)


def bounds(world):
    data = {"qpv_min": "1", "qpv_max": "3", "qpv_year": "2", "version": draft(world).edition}
    return building(world, data)


def levels():
    return {
        f"{part}_{rank}": value
        for rank in (0, 1)
        for part, value in (("points", rank), ("label", f"Niveau {rank}"), ("words", "Des mots."))
    }


def criteria(world):
    second = draft(world).criteria.all()[1]
    return building(world, {"position": second.position, "to": "up", "version": second.edition})


def new_criterion(world):
    return building(world, {"label": "Autre", "weight": 1, **levels()})


def criterion(world):
    first = draft(world).criteria.first()
    data = {"label": "Autre", "weight": 1, "version": first.edition, **levels()}
    return building(world, data, position=first.position)


def section_of(world):
    return draft(world).sections.first()


def form(world):
    return building(world, {"what": "section", "name": section_of(world).slug, "to": "down"})


def new_section(world):
    return building(world, {"title": "Une section"})


def section(world):
    first = section_of(world)
    return building(world, {"title": "Une section", "version": first.edition}, section=first.slug)


def new_question(world):
    return building(world, {"label": "Une question", "type": "date"}, section=section_of(world).slug)


def question_of(world):
    return Question.objects.of_version(draft(world)).first()


def question(world):
    first = question_of(world)
    data = {
        "label": "Autre", "kind": first.kind, "section": first.section.slug, "max_length": 100,
        "version": first.edition,
    }  # fmt: skip
    return building(world, data, question=first.slug)


def unwanted_question(world):
    first = question_of(world)
    return building(world, {"version": first.edition}, question=first.slug)


def revision(world):
    """Of the call that is published: a version is being prepared, and is given up."""
    editing.start_revision(call=world.call, by=None)
    world.call.refresh_from_db()
    return Target({"slug": world.call.slug}, {"act": "discard", "version": world.call.version})


def window(world):
    wave = world.next_call.waves.first()
    return building(world, {"reason": "Une raison", "version": wave.version}, number=wave.number)
