"""The people and objects that the walk of the URLs uses: the demonstration, and people outside it."""

from http.cookies import SimpleCookie

from django.conf import settings
from django.test import Client

from accounts.models import Invitation, Membership, Organisation, Role, User
from applications import submission
from applications.models import Application, Assignment, Attachment
from documents import production
from documents.models import Document
from funding.models import Agreement, Award, Instalment, Line
from portal import demonstration
from portal.demonstration import places
from portal.demonstration.people import DOMAIN
from programme.models import Call, Wave
from selection.models import Decision
from tests import factories
from tests.access.actors import ACTORS, ANONYMOUS

# Actor → the demonstration's account. The others are made here: each holds the role, and none of the objects.
ACCOUNTS = {
    "owner": "porteuse",
    "officer": "instruction",
    "panel_member": "comite",
    "panel_chair": "presidence",
    "decision_maker": "decision",
    "finance_officer": "finances1",
    "auditor": "audit",
    "administrator": "administration",
}
SENT = places.Place("Le Grenier des savoirs", "63430", places.RURAL, "90000021", (3_000_000,) * 3)
READY = places.Place("La Forge du bocage", "63430", places.RURAL, "90000022", (3_000_000,) * 3)


class Browser(Client):
    """A client that keeps nothing of what it is answered: neither cookies nor the contexts of templates."""

    def request(self, **request):
        return self.handler(self._base_environ(**request))


class World:
    """Actors signed in, and objects of each kind: those of `owner`, those on the desk of `reviewer`.

    `recused_reviewer` and `recused_officer` (who reviews too) declared a tie with every dossier that is shown here.
    """

    def __init__(self):
        factories.communes()
        demonstration.load()
        self.people = {actor: User.objects.get(email=f"{name}@{DOMAIN}") for actor, name in ACCOUNTS.items()}
        self.assignment = Assignment.objects.filter(state="accepted").earliest("pk")
        self.people["reviewer"] = self.assignment.reviewer
        self.add_people()
        self.find_objects()
        self.add_dossiers()
        self.add_members()
        self.add_recusals()
        self.clients = {actor: self.client(actor) for actor in ACTORS}

    def add_people(self):
        roles = {
            "newcomer": (),
            "stranger": (Role.APPLICANT,),
            "reader": (Role.APPLICANT,),
            "other_reviewer": (Role.REVIEWER,),
            "recused_reviewer": (Role.REVIEWER,),
            "recused_officer": (Role.OFFICER, Role.REVIEWER),
        }
        for actor, held in roles.items():
            person = self.people[actor] = factories.user(*held, password=factories.PASSWORD)
            person.emailaddress_set.create(email=person.email, verified=True, primary=True)
        self.stranger_organisation = factories.organisation(self.people["stranger"])

    def find_objects(self):
        mine = Application.objects.filter(organisation__members=self.people["owner"])
        self.awarded = mine.get(state="awarded")
        self.draft = mine.get(state="draft")
        self.correcting = mine.get(state="correction_requested")
        self.in_review = self.assignment.application
        on_desk = Assignment.objects.filter(reviewer=self.people["reviewer"], application__state="in_review")
        self.proposed = on_desk.filter(state="proposed").earliest("pk")
        self.given = Assignment.objects.filter(state="submitted", application__state="in_review").earliest("pk")
        self.award = Award.objects.get(application=self.awarded)
        self.decision = Decision.objects.get(application=self.awarded)
        self.letter = Document.objects.about(self.decision).get()
        self.line = Line.objects.earliest("pk")
        self.call = Call.objects.get(slug="ami-fabriques")
        self.next_call = Call.objects.get(slug="ami-suivant")
        # Announced, in review, open; the one whose panel is called stands by itself.
        lived = Wave.objects.filter(call=self.call).exclude(state=Wave.State.DELIBERATION).order_by("number")
        self.waves = dict(enumerate(lived, start=1))

    def add_dossiers(self):
        """Two more of the owner's: one just sent, with its receipt, and one that may be sent."""
        owner = self.people["owner"]
        self.sent, self.ready = (places.write_dossier(place, self.waves[3], owner) for place in (SENT, READY))
        submission.submit(application=self.sent, by=owner)
        self.sent = factories.fresh(self.sent)
        for receipt in Document.objects.filter(kind=Document.Kind.RECEIPT):
            production._store(receipt.pk, factories.pdf_bytes())

    def add_members(self):
        """A member who may only read, and somebody invited who has not answered."""
        Membership.objects.bulk_create(
            Membership(user=self.people["reader"], organisation=organisation, role=Membership.Role.READER)
            for organisation in Organisation.objects.filter(members=self.people["owner"])
        )
        self.organisation = self.awarded.organisation
        self.invitation = Invitation.objects.create(
            organisation=self.draft.organisation,
            email=self.people["stranger"].email,
            role=Membership.Role.EDITOR,
            invited_by=self.people["owner"],
        )

    def add_recusals(self):
        shown = (self.awarded, self.in_review, self.correcting, self.sent, self.proposed.application)
        shown += (self.given.application, *Application.objects.filter(state="awarded"))
        self.recusals = {
            actor: [
                Assignment.objects.create(application=dossier, reviewer=self.people[actor], state="recused")
                for dossier in {one.pk: one for one in shown}.values()
            ]
            for actor in ("recused_reviewer", "recused_officer")
        }

    def piece_of(self, application):
        return Attachment.objects.filter(application=application).earliest("pk")

    def instalment(self, state):
        return Instalment.objects.filter(state=state, award__wave=self.waves[1]).earliest("pk")

    def agreement(self, state):
        return Agreement.objects.filter(state=state).earliest("pk")

    def client(self, actor):
        # Each at her own address: throttles count by address, and one person is not sixteen.
        client = Browser(headers={"host": "localhost"}, REMOTE_ADDR=f"192.0.2.{ACTORS.index(actor) + 1}")
        if actor != ANONYMOUS:
            client.force_login(self.people[actor])
            client.own_session = client.session.session_key
        return client

    def as_fresh(self, actor):
        """The client of an actor, with her session and nothing else that an earlier request left."""
        client = self.clients[actor]
        client.cookies = SimpleCookie()
        if actor != ANONYMOUS:
            client.cookies[settings.SESSION_COOKIE_NAME] = client.own_session
        return client
