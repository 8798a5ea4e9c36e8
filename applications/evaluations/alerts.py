"""Ties that may be nothing: same commune, same e-mail domain, support letter, earlier award or review, same name."""

from collections import defaultdict

from django.db.models import Q

from accounts.french import folded, plural
from applications.evaluations.dossier_facts import own_domains
from applications.evaluations.reason import Reason
from applications.evaluations.ties import SHORTEST_NAME
from applications.models import Application, Assignment, Partner, TieKind
from documents.models import PagePicture


def alerts_from(dossiers, cards):
    """{(application id, user id): [`Reason`]}; five queries whatever the numbers.

    Args:
        dossiers: `DossierFacts`. cards: {user id: `conflicts.Card`}.
    """
    found = defaultdict(list)
    finders = [finder(cards) for finder in (Communes, Domains, Names, Awards)]
    finders += [finder(cards, dossiers) for finder in (Letters, Reviews)]
    for facts in dossiers:
        for finder in finders:
            told = set()
            for user, reason in finder.reasons(facts):
                if user not in told:
                    told.add(user)
                    found[facts.pk, user].append(reason)
    return dict(found)


class Communes:
    """She lives or works where the project is."""

    def __init__(self, cards):
        self.people = defaultdict(list)
        for user, card in cards.items():
            if card.profile and card.profile.commune_id:
                self.people[card.profile.commune_id].append(user)

    def reasons(self, facts):
        for commune in facts.communes:
            for user in self.people.get(commune.pk, ()):
                yield user, Reason(TieKind.SAME_COMMUNE, f"Même commune que le projet : {commune.name}.")


class Domains:
    """Her address ends as theirs do."""

    def __init__(self, cards):
        self.people = defaultdict(list)
        for user, card in cards.items():
            for domain in own_domains([card.user.email]):
                self.people[domain].append(user)

    def reasons(self, facts):
        for domain in sorted(facts.domains):
            for user in self.people.get(domain, ()):
                yield user, Reason(TieKind.SAME_DOMAIN, f"Même domaine de messagerie que la structure : {domain}.")


class Letters:
    """A support letter bears her name, or that of a body of hers: in its file's name, or on its pages; one query."""

    def __init__(self, cards, dossiers):
        self.names = defaultdict(list)
        for user, card in cards.items():
            names = {body.folded_name for body in card.ties.bodies} | {folded(card.user.last_name)}
            for name in sorted(names):
                if len(name) >= SHORTEST_NAME:
                    self.names[spaced(name)].append(user)
        self.pages = pages_of({key for facts in dossiers for key, _ in facts.letters})

    def reasons(self, facts):
        for key, letter in facts.letters:
            read = spaced(" ".join([letter, *self.pages[key]]))
            for name, people in self.names.items():
                if name in read:
                    for user in people:
                        yield user, Reason(TieKind.SUPPORT_LETTER, f"Nommée par une lettre de soutien : {letter}.")


def pages_of(files):
    """{file: [text of each of its pages]}, of those that have some; one query."""
    pages = defaultdict(list)
    rows = PagePicture.objects.filter(stored_file__in=files).exclude(text="").order_by("stored_file", "number")
    for key, text in rows.values_list("stored_file", "text"):
        pages[key].append(text)
    return pages


def spaced(text):
    """The words of a text or of a file's name, between single spaces."""
    words = "".join(sign if sign.isalnum() else " " for sign in folded(text)).split()
    return f" {' '.join(words)} "


class Names:
    """She has the name of somebody of the structure."""

    def __init__(self, cards):
        self.people = defaultdict(list)
        for user, card in cards.items():
            if card.user.last_name:
                self.people[spaced(card.user.last_name)].append(user)

    def reasons(self, facts):
        for name in sorted(facts.people):
            for known, people in self.people.items():
                if known in spaced(name):
                    for user in people:
                        yield user, Reason(TieKind.SAME_NAME, f"Même nom qu’une personne de la structure : {name}.")


class Awards:
    """A body of hers and one of the dossier's had an award together."""

    def __init__(self, cards):
        self.groups = {}
        self.people = defaultdict(set)
        for user, card in cards.items():
            for siren in card.ties.sirens:
                self.people[siren].add(user)
        if self.people:
            self.read()

    def read(self):
        """SIRENs of each award in which a body of somebody who judges had a part; two queries."""
        ours = asked = Q(pk__in=[])
        for siren in sorted(self.people):
            ours |= Q(siret__startswith=siren)
            asked |= Q(organisation__siret__startswith=siren)
        with_us = Partner.objects.filter(ours).order_by().values("application")
        awarded = Application.objects.filter(asked | Q(pk__in=with_us), state=Application.State.AWARDED)
        parties = defaultdict(set)
        rows = awarded.order_by("pk").values_list("pk", "submitted_at__year", "organisation__siret")
        for key, year, siret in rows:
            self.groups[key] = (year, parties[key])
            parties[key].add((siret or "")[:9])
        for key, siret in Partner.objects.filter(application__in=self.groups).values_list("application", "siret"):
            parties[key].add(siret[:9])

    def reasons(self, facts):
        theirs = {party.siren for party in facts.parties} - {""}
        for key, (year, sirens) in self.groups.items():
            if key == facts.pk or not theirs & sirens:
                continue
            for siren in sorted(sirens - theirs):
                for user in sorted(self.people.get(siren, ())):
                    # Without its number: whoever reads this may be kept out of that dossier.
                    when = f", demandée en {year}" if year else ""
                    text = f"Son organisme et un porteur du projet ont eu une aide ensemble{when}."
                    yield user, Reason(TieKind.EARLIER_AWARD, text)


class Reviews:
    """She gave a sheet on an earlier dossier of the same structure or place; one query."""

    def __init__(self, cards, dossiers):
        self.by_structure, self.by_place = defaultdict(lambda: defaultdict(set)), defaultdict(lambda: defaultdict(set))
        structures = {facts.application.organisation_id for facts in dossiers}
        places = {facts.application.fabrique_id for facts in dossiers}
        near = Q(application__organisation__in=structures) | Q(application__fabrique__in=places)
        given = Assignment.objects.filter(near, reviewer__in=cards, state=Assignment.State.SUBMITTED).order_by("pk")
        rows = given.values_list("application", "application__organisation", "application__fabrique", "reviewer")
        for dossier, structure, place, user in rows:
            self.by_structure[structure][user].add(dossier)
            self.by_place[place][user].add(dossier)

    def reasons(self, facts):
        people = defaultdict(set)
        dossier = facts.application
        for known in (self.by_structure[dossier.organisation_id], self.by_place[dossier.fabrique_id]):
            for user, keys in known.items():
                people[user] |= keys - {facts.pk}
        for user, keys in sorted(people.items()):
            if keys:
                before = plural(len(keys), "dossier antérieur", "dossiers antérieurs")
                yield user, Reason(TieKind.EARLIER_REVIEW, f"A évalué {before} de cette structure ou de ce lieu.")
