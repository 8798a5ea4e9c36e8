"""What fills the URLs of the people of a structure and of a dossier, in the state that each act is for."""

from accounts.models import JoinRequest, Membership, Organisation
from applications import networks, reuse, snapshots
from applications.completeness import PLAN
from tests import factories
from tests.access.rows import Target
from tests.access.targets import cancel_invitation, dossier, organisation

known_invitation = cancel_invitation


def join(world):
    return Target({"public_id": world.organisation.public_id}, {"message": "Je suis la trésorière."})


def join_request(world):
    where = organisation(world)
    asked = JoinRequest.objects.create(organisation=world.organisation, user=world.people["stranger"])
    return Target({**where.kwargs, "request_id": asked.public_id}, {"accepter": "1", "role": "reader"}, where.words)


def right_of_reader(world):
    where = organisation(world)
    return Target({**where.kwargs, "person_id": world.people["reader"].public_id}, {"role": "reader"}, where.words)


def network_to_be(world):
    return Target({"public_id": world.organisation.public_id}, {"kind": "network"}, (world.organisation.name,))


def sections(world):
    return dossier(world.draft, **{PLAN: world.people["owner"].public_id})


def represented_by(actor, world):
    held = Membership.objects.filter(user=world.people[actor], organisation=world.ready.organisation)
    held.update(is_representative=True)


def to_sign(world):
    represented_by("owner", world)
    sha256 = snapshots.digest(snapshots.snapshot(factories.fresh(world.ready)))
    return dossier(world.ready, empreinte=sha256, read="on")


def to_ask_for(world):
    represented_by("reader", world)
    return dossier(world.ready)


def to_take_up(world):
    owner = world.people["owner"]
    draft = factories.draft(by=owner, organisation_=world.ready.organisation, wave_=world.waves[3])
    line = reuse.offer_of(draft, world.ready).lines[0]
    return dossier(draft, depuis=world.ready.public_id, **{f"r{line.question.pk}": "on"})


def a_network(world):
    """The structure of the stranger, recognised."""
    Organisation.objects.filter(pk=world.stranger_organisation.pk).update(kind=Organisation.Kind.NETWORK)
    return factories.fresh(world.stranger_organisation)


def to_open(world):
    return dossier(world.draft, network=a_network(world).public_id, agreed="on")


def opened(world):
    return networks.consent(application=world.draft, network=a_network(world), by=world.people["owner"])


def to_close(world):
    given, where = opened(world), dossier(world.draft)
    return Target({**where.kwargs, "consent_id": given.public_id}, {}, where.words)


def shared(world):
    opened(world)
    return dossier(world.draft)


def shared_piece(world):
    networks.consent(application=world.ready, network=a_network(world), by=world.people["owner"])
    where = dossier(world.ready)
    return Target({**where.kwargs, "piece_id": world.piece_of(world.ready).public_id}, {}, where.words)
