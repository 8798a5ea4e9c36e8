"""What fills the URLs of waves, calls, money and places, in the state that the act is for."""

import datetime

from django.utils import timezone

from accounts import jobs
from applications import admissibility
from applications.evaluations import proposing
from applications.evaluations.assignment_problem import Settings
from applications.models import Assignment
from documents import pausing
from documents.models import Document
from documents.uploads import store_upload
from funding.models import Award, Interruption
from programme import public_questions
from programme.waves import amend_wave
from selection import decisions, letter_prints, outcomes
from selection.forms import session_initial
from selection.letter_work import letters_of_wave
from selection.scenarios import create_scenario
from tests import factories
from tests.access.actors import RECUSED
from tests.access.rows import Target
from tests.access.targets import REASON, dossier, today, words_of
from tests.applications import review_steps, scored_waves
from tests.selection import conftest as panels

# --- Waves -----------------------------------------------------------------------------------------------------------


def wave(world, number=2, **data):
    return Target({"public_id": world.waves[number].public_id}, data)


def admissible_wave(world):
    """A dossier admitted after the deposit: it waits for reviewers."""
    admissibility.admit(application=world.sent, by=world.people["officer"])
    review_steps.close_window(world.waves[3])
    return wave(world, 3)


def assigned_wave(world):
    admissible_wave(world)
    proposing.propose(wave=factories.fresh(world.waves[3]), by=world.people["officer"])
    return wave(world, 3)


def to_propose(world):
    asked = {"before": "garder", "least": "0", "seed": "1", **Settings().as_json()}
    return Target(admissible_wave(world).kwargs, {f"calcul-{name}": str(value) for name, value in asked.items()})


def to_lock(world):
    found = assigned_wave(world)
    chosen = Assignment.objects.filter(application__wave=world.waves[3], state="proposed").earliest("pk")
    return Target(found.kwargs, {"verrouiller": str(chosen.public_id)})


def two_reviewers():
    return [factories.reviewer(), factories.reviewer()]


def to_keep_apart(world):
    keys = [str(person.public_id) for person in two_reviewers()]
    return wave(world, 3, **{"paire-one": keys[0], "paire-other": keys[1], "paire-reason": REASON})


def kept_apart(world):
    one, other = two_reviewers()
    pair = proposing.keep_apart(one=one, other=other, reason=REASON, by=world.people["officer"])
    return Target(wave(world, 3).kwargs | {"pair_id": pair.public_id})


def decided_wave(world):
    """A wave that is decided, one dossier of which the reviewer of the world has scored."""
    found = panels.wave_in_deliberation()
    scored_waves.give(panels.reviewed(found, []), world.people["reviewer"], 70)
    return Target({"public_id": scored_waves.decided(found).public_id})


def closed_wave(world):
    amend_wave(wave=world.waves[3], by=None, reason=REASON, closes_at=timezone.now())
    return wave(world, 3, step="start_instruction")


def to_amend(world):
    found = world.waves[3]
    at = {
        name: timezone.localtime(getattr(found, name)).strftime("%Y-%m-%dT%H:%M") for name in ("opens_at", "closes_at")
    }
    days = {name: getattr(found, name).isoformat() for name in ("instruction_until", "reviews_due_on", "panel_on")}
    return wave(
        world, 3, **at, **days, announcement_on=found.announcement_on.isoformat(), capacity="31", reason=REASON
    )


def deliberation(world):
    """One dossier, reviewed and ranked, on a wave in deliberation."""
    return panels.build(1, money=panels.GRANT)


def panel(world):
    found = deliberation(world)
    initial = session_initial(None, found.wave, today())
    data = {
        "act": "hold",
        "seance-held_on": initial["held_on"].isoformat(),
        "seance-members_present": "Six membres.",
        "seance-outside_opinions": "Avis conformes, procès-verbal signé.",
    }
    return Target({"public_id": found.wave.public_id}, data, words_of(found.dossiers[0]))


def funding_line(world):
    found = deliberation(world)
    data = {"act": "create", "nouveau-name": "A", "nouveau-origin": "ranking"}
    return Target({"public_id": found.wave.public_id}, data, words_of(found.dossiers[0]))


def scenarios(world):
    found = deliberation(world)
    for name in ("A", "B"):
        create_scenario(wave=found.wave, name=name, origin="ranking", by=found.officer)
    return Target({"public_id": found.wave.public_id})


def adopted(world):
    found = panels.prepare_all(deliberation(world), proposed=1)
    outcomes.adopt(wave=found.wave, by=found.officer)
    panels.delegate(world.people["decision_maker"], found.wave, ceiling_cents=panels.GRANT)
    return found


def to_sign(world):
    return Target({"public_id": adopted(world).wave.public_id})


def signed(world):
    found = adopted(world)
    decisions.sign_wave(wave=factories.fresh(found.wave), by=world.people["decision_maker"])
    return found


def to_announce(world):
    found = signed(world)
    panels.make_letters(found.wave)
    return Target({"public_id": found.wave.public_id})


def foreseen_letter(world):
    found = adopted(world)
    return Target({"public_id": found.wave.public_id, "application_id": found.dossiers[-1].public_id})


def to_pause(world):
    return Target({"public_id": signed(world).wave.public_id})


def paused(world):
    found = signed(world)
    pausing.pause(documents=letters_of_wave(found.wave))
    return Target({"public_id": found.wave.public_id})


def printable(world):
    """A wave whose letters are made."""
    found = signed(world)
    panels.make_letters(found.wave)
    return Target(query={"vague": str(found.wave.public_id)})


def failed_letters(world):
    failed_letter(world)
    return Target()


def failed_letter(world):
    """A letter whose making failed, of a dossier with which the recused ones have a tie."""
    found = signed(world)
    letter = Document.objects.filter(rendered_at=None, kind__endswith="_letter").latest("pk")
    Document.objects.filter(pk=letter.pk).update(last_error="FactsError : un fait manque", attempts=1)
    recuse(world, found.dossiers[0])
    return Target({"public_id": letter.public_id}, {}, (letter.number, *words_of(found.dossiers[0])))


def recuse(world, application):
    for actor in sorted(RECUSED):
        Assignment.objects.create(application=application, reviewer=world.people[actor], state="recused")


def letter(world):
    return Target({"public_id": world.letter.public_id}, {}, words_of(world.awarded))


def letter_print(world):
    letters = Document.objects.filter(pk=world.letter.pk)
    one = letter_prints.ask(letters=letters, name="courriers", by=world.people["officer"])
    jobs.run(one.job_id)
    return Target({"public_id": one.public_id}, {}, words_of(world.awarded))


def announced(world):
    found = signed(world)
    panels.make_letters(found.wave)
    decisions.announce(wave=factories.fresh(found.wave), by=world.people["decision_maker"])
    recuse(world, found.dossiers[0])
    return found


def to_notify(world):
    found = announced(world).dossiers[0]
    return dossier(found)


def own_announced(world):
    """The same, of a structure of which the owner and the reader are members."""
    found = announced(world).dossiers[0]
    for actor, right in (("owner", "owner"), ("reader", "reader")):
        found.organisation.memberships.create(user=world.people[actor], role=right)
    return dossier(found)


def delegation(world):
    data = {
        "programme": world.call.programme.public_id,
        "holder": world.people["decision_maker"].public_id,
        "acts": ["award"],
        "ceiling_cents": "1 000",
        "starts_on": today().isoformat(),
        "ends_on": (today() + datetime.timedelta(days=9)).isoformat(),
        "authority": "la ministre",
        "published_act": "Arrêté inventé",
        "act_on": today().isoformat(),
        "published_on": today().isoformat(),
        "formula": "Pour la ministre et par délégation,",
    }
    return Target(data=data)


# --- Calls -----------------------------------------------------------------------------------------------------------


def published_call(world):
    return Target({"slug": world.call.slug})


def asked_call(world):
    return Target({"slug": world.call.slug}, {"text": "Une question du public, assez longue.", "email": ""})


def public_question(world):
    asked = public_questions.ask(call=world.call, text="Une question du public, assez longue.")
    data = {"public_text": "Une question ?", "answer": "Une réponse.", "version": asked.version}
    return Target({"public_id": asked.public_id}, data)


def unpublished_call(world):
    return Target({"slug": world.next_call.slug}, {"act": "publish"}, (world.next_call.title,))


def new_wave(world):
    def text(days, hour=None):
        day = timezone.localtime() + datetime.timedelta(days=days)
        return day.strftime("%Y-%m-%dT%H:%M" if hour else "%Y-%m-%d")

    days = {"instruction_until": 30, "reviews_due_on": 40, "panel_on": 50, "announcement_on": 60}
    data = {name: text(number) for name, number in days.items()}
    data |= {"opens_at": text(1, True), "closes_at": text(20, True), "capacity": "5"}
    return Target({"slug": world.call.slug}, data)


# --- Money -----------------------------------------------------------------------------------------------------------


def line(world):
    return Target({"public_id": world.line.public_id, "fiscal_year": today().year})


def year(world):
    return Target({"fiscal_year": today().year})


def de_minimis(world):
    return Target(data={"until": today().isoformat(), "on": today().isoformat()})


def uncontracted(world):
    found = announced(world).dossiers[0]
    return Target(data={"award": Award.objects.get(application=found).public_id})


def instalment(world):
    found = world.instalment("due")
    data = {"act": "certify", "certify-on": today().isoformat()}
    return Target({"public_id": found.public_id}, data, words_of(found.award.application))


def prescription(world):
    found = world.instalment("due")
    data = {
        "act": "record", "record-kind": "request", "record-on": today().isoformat(), "record-source": REASON,
        "version": found.version,
    }  # fmt: skip
    return Target({"public_id": found.public_id}, data, words_of(found.award.application))


def interruption(world):
    found = world.instalment("due")
    row = Interruption.objects.create(
        instalment=found, kind="request", on=today(), source=REASON,
        file=store_upload(uploaded=factories.upload(), by=factories.user("finance_officer")),
    )  # fmt: skip
    kwargs = {"public_id": found.public_id, "interruption_id": row.public_id}
    return Target(kwargs, {}, words_of(found.award.application))


# --- Places ----------------------------------------------------------------------------------------------------------


def fact_about(application):
    data = {"kind": "opened", "effective_on": today().isoformat(), "evidence": "Visite du service."}
    return Target({"public_id": application.fabrique.public_id}, data, words_of(application))


def laureate(world):
    return fact_about(world.awarded)


def candidate(world):
    return fact_about(world.in_review)


def place_of_draft(world):
    return fact_about(world.draft)
