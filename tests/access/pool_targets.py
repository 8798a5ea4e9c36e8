"""What fills the URLs of the pool of reviewers and of the register, in the state that each act is for."""

from applications.evaluations import pool, profiles, recusals
from applications.models import Recusal
from tests import factories
from tests.access.rows import Target
from tests.access.targets import REASON, words_of


def invited(world):
    return pool.invite(email="nouvelle@exemple.test", last_name="Nouvelle", by=world.people["officer"])


def invitation_link(world):
    return Target({"token": invited(world).token}, {"refuse": "1"})


def invitation(world):
    return Target({"public_id": invited(world).public_id})


def to_invite(world):
    return Target(data={"email": "autre@exemple.test", "last_name": "Autre"})


def own_profile(world):
    return Target(data={"act": "interest", "interet-kind": "board", "interet-body": "Les Amis du canal inventé"})


def declared(world):
    person = world.people["other_reviewer"]
    line = profiles.declare_interest(user=person, by=person, kind="board", body="Les Amis du canal inventé")
    return Target({"public_id": line.public_id}, {"reason": REASON})


def alert(world):
    """A reviewer who lives where the project is."""
    person, dossier = world.people["other_reviewer"], world.in_review
    profiles.describe_reviewer(user=person, by=None, commune=dossier.fabrique.commune)
    kwargs = {
        "public_id": dossier.wave.public_id, "dossier_id": dossier.public_id, "person_id": person.public_id,
        "kind": "same_commune",
    }  # fmt: skip
    return Target(kwargs, {"verdict": "kept", "reason": REASON}, words_of(dossier))


def to_keep_out(world):
    """What the chair fills in; she sees no alert on the pair."""
    dossier, person = world.in_review, factories.panel_member()
    data = {"application": dossier.public_id, "user": person.public_id, "text": REASON}
    return Target({"public_id": dossier.wave.public_id}, data, words_of(dossier))


def recusal(world):
    """Decided by the chair: it may be lifted."""
    person, chair = factories.panel_member(), world.people["panel_chair"]
    row = recusals.recuse(application=world.in_review, user=person, text="Un projet commun.", by=chair)
    assert row.origin == Recusal.Origin.CHAIR
    return Target({"public_id": row.public_id}, {"reason": REASON}, words_of(world.in_review))
