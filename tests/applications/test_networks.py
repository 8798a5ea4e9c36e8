"""A support network reads what an applicant opens to it, and its people do not review it."""

import pytest

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import JournalEntry, Membership, Organisation, OutboxMessage, Role, User
from applications import assignments, networks, reviewing
from applications.evaluations import proposing
from applications.evaluations.assignment_problem import Settings
from applications.models import Application, Assignment, NetworkConsent, ReviewerProfile
from tests import factories
from tests.applications import review_steps
from tests.applications.web import post, signed_in, text, url
from tests.built_once import stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def helper():
    """Somebody of the network."""
    return factories.applicant()


@pytest.fixture
def network(helper):
    return factories.organisation(helper, name="Réseau des lieux", kind=Organisation.Kind.NETWORK)


@stage
def draft(db):
    return factories.complete_draft()


def give(application, network):
    return networks.consent(application=application, network=network, by=application.created_by)


def reads(person, application):
    return Application.objects.visible_to(User.objects.get(pk=person.pk)).filter(pk=application.pk).exists()


def test_a_network_reads_only_what_is_opened_to_it_and_until_it_is_taken_back(draft, network, helper):
    assert not reads(helper, draft)
    given = give(draft, network)
    assert reads(helper, draft) and not reads(helper, factories.draft())
    assert OutboxMessage.objects.get(recipient=helper.email).subject.endswith("»")
    with pytest.raises(Refusal, match="lit déjà"):
        give(draft, network)
    networks.revoke(given=given, by=draft.created_by)
    assert not reads(helper, draft)
    with pytest.raises(StalePage):
        networks.revoke(given=given, by=draft.created_by)
    give(draft, network)
    assert reads(helper, draft)
    assert NetworkConsent.objects.count() == 2
    acts = list(JournalEntry.objects.filter(action__contains="_to_network").values_list("action", flat=True))
    assert len(acts) == 3


def test_a_network_that_is_recognised_no_more_reads_nothing(draft, network, helper):
    give(draft, network)
    Organisation.objects.filter(pk=network.pk).update(kind=Organisation.Kind.APPLICANT)
    assert not reads(helper, draft)


def test_only_whoever_answers_for_the_structure_gives_access_and_only_to_a_network(draft, network):
    editor = factories.applicant()
    Membership.objects.create(organisation=draft.organisation, user=editor, role="editor")
    with pytest.raises(NotAllowed):
        networks.consent(application=draft, network=network, by=editor)
    with pytest.raises(Refusal, match="réseau d’appui reconnu"):
        give(draft, factories.organisation())
    Membership.objects.filter(user=editor).update(is_representative=True)
    networks.consent(application=draft, network=network, by=editor)


def test_its_pages_show_the_dossier_and_its_pieces_and_change_nothing(draft, network, helper):
    client, piece = signed_in(helper), draft.attachments.get()
    paths = [url(draft, "lecture/"), url(draft, f"pieces/{piece.public_id}/")]
    assert [client.get(path).status_code for path in paths] == [404, 404]
    give(draft, network)
    page, file = text(client.get(paths[0])), client.get(paths[1])
    assert file.getvalue().startswith(b"%PDF")
    assert draft.fabrique.name in page and "sans pouvoir le changer" in page
    assert draft.fabrique.name in text(client.get("/mes-dossiers/reseau/"))
    assert "1 dossier ouvert à votre réseau" in text(client.get("/mes-dossiers/"))
    for tail in ("", "adresse/", "envoyer/", "equipe/", "qui-fait-quoi/", "reseaux/"):
        assert client.get(url(draft, tail)).status_code == 404
    assert post(client, url(draft, "pieces/"), {"kind": "other", "file": factories.upload()}).status_code == 404


def test_the_applicant_gives_and_takes_back_on_a_page(draft, network, helper):
    client = signed_in(draft.created_by)
    assert "Seuls les membres" in text(client.get(url(draft, "reseaux/")))
    refused = post(client, url(draft, "reseaux/"), {"network": network.public_id})
    assert refused.status_code == 422 and "sans votre accord" in text(refused)
    assert post(client, url(draft, "reseaux/"), {"network": network.public_id, "agreed": "on"}).status_code == 302
    given = NetworkConsent.objects.get()
    assert "Reprendre l’accès" in text(client.get(url(draft, "reseaux/")))
    assert "Lisent ce dossier : Réseau des lieux" in text(client.get(url(draft)))
    assert post(client, url(draft, f"reseaux/{given.public_id}/fermer/")).status_code == 302
    assert "repris le" in text(client.get(url(draft, "reseaux/")))


# --- Its people as reviewers -----------------------------------------------------------------------------------------


def of_network(network):
    """A reviewer who is a member of the network."""
    person = factories.user(Role.REVIEWER, Role.APPLICANT)
    Membership.objects.create(organisation=network, user=person, role="reader")
    return person


def test_the_proposal_leaves_the_people_of_the_network_aside(network):
    wave, (opened, other) = review_steps.wave_under_instruction(dossiers=2)
    tied, employed = of_network(network), factories.reviewer()
    ReviewerProfile.objects.create(user=employed, employer="Le réseau", employer_siren=network.siren)
    give(opened, network)
    free = {factories.reviewer().pk for _ in range(2)}
    proposing.propose(wave=wave, by=None, settings=Settings(partial=True))
    assert set(opened.assignments.values_list("reviewer", flat=True)) == free
    tied_pks = {tied.pk, employed.pk}
    assert tied_pks & set(other.assignments.values_list("reviewer", flat=True))


def test_by_hand_it_is_refused_in_words_even_after_the_access_is_taken_back(network):
    _, (dossier,) = review_steps.wave_under_instruction()
    tied = of_network(network)
    networks.revoke(given=give(dossier, network), by=dossier.created_by)
    with pytest.raises(Refusal, match="Membre de «\u00a0Réseau des lieux\u00a0», réseau à qui le dossier est ouvert"):
        assignments.assign(application=dossier, reviewers=[tied], by=None)
    officer = signed_in(factories.officer())
    give(dossier, network)
    assert "Réseau des lieux depuis le" in text(officer.get(f"/pilotage/dossiers/{dossier.public_id}/"))
    page = text(officer.get(f"/pilotage/dossiers/{dossier.public_id}/evaluations/"))
    assert f"{tied} : Membre de « Réseau des lieux »" in page


def test_opening_the_dossier_takes_it_off_their_desks(network):
    tied = of_network(network)
    dossier, asked = review_steps.sent_dossier(tied, factories.reviewer())
    mine = next(one for one in asked if one.reviewer == tied)
    give(dossier, network)
    assert Assignment.objects.get(pk=mine.pk).state == "recused"
    assert "Constaté par le service" in mine.declarations.get().nature
    others = [one.state for one in Assignment.objects.exclude(pk=mine.pk)]
    assert others == ["proposed"]


def test_whoever_joins_the_network_afterwards_cannot_say_that_she_has_no_tie(network):
    late = factories.user(Role.REVIEWER, Role.APPLICANT)
    dossier, (mine,) = review_steps.sent_dossier(late)
    give(dossier, network)
    Membership.objects.create(organisation=network, user=late, role="reader")
    with pytest.raises(Refusal, match="Dites que vous avez un lien"):
        reviewing.answer(assignment=mine, has_interest=False, accept=True, by=late)
    reviewing.answer(assignment=mine, has_interest=True, nature="Mon réseau", accept=True, by=late)
