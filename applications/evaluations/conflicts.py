"""Who may not judge what, and why: exclusions hold by themselves, alerts are judged by the chair with a reason.

Found in the facts each time they are asked for. What is kept of it (the register) is written by `recusals`.
"""

from collections import defaultdict
from dataclasses import dataclass

from accounts.french import folded
from accounts.models import User
from applications.evaluations.alerts import alerts_from
from applications.evaluations.dossier_facts import facts_of
from applications.evaluations.reason import Reason
from applications.evaluations.ties import JUDGES, MEMBER, PROFILE, SHORTEST_NAME, Body, Ties, ties_of
from applications.models import AlertJudgement, Application, Assignment, Interest, Recusal, ReviewerProfile, TieKind

__all__ = ["Reason", "alerts", "alerts_of", "check_name", "exclusions", "exclusions_of"]
K = Interest.Kind
OWN = (MEMBER, PROFILE, K.EMPLOYER, K.BOARD)
HOW = {
    MEMBER: "Membre de",
    PROFILE: "Son organisme est",
    K.EMPLOYER: "Son employeur est",
    K.BOARD: "Siège dans une instance de",
    K.ADVISER: "Conseil rémunéré de",
    K.FUNDER: "Décide ou instruit pour",
    K.FAMILY: "Un proche travaille pour",
    K.OTHER: "A déclaré un lien avec",
}


def exclusions(wave):
    """Who is kept out of which dossier of a wave: {(application id, user id): [`Reason`]}.

    Own organisation or a partner's (same SIREN), paid adviser, network given access by the applicant, elected
    official or co-funder of the place, declared interest, and what the chair decided. Of all who judge today.
    """
    return exclusions_from(sent(wave), judges())


def exclusions_of(application, *, people=None):
    """The same for one dossier: {user id: [`Reason`]}.

    Args:
        people: `User`s to look at; None for all who judge today.
    """
    found = exclusions_from(one(application), people)
    return {user: reasons for (_, user), reasons in found.items()}


def alerts(wave):
    """Ties that the chair has to judge: same shape as `exclusions`. Those that she has judged are left out.

    Same commune, same e-mail domain, support letter, earlier award or review, same name.
    """
    return unjudged(alerts_from(facts_of(sent(wave)), cards_of(None)))


def alerts_of(application, *, people=None):
    """The same for one dossier: {user id: [`Reason`]}."""
    found = unjudged(alerts_from(facts_of(one(application)), cards_of(people)))
    return {user: reasons for (_, user), reasons in found.items()}


def check_name(subject, *, last_name="", email="", employer="", siren=""):
    """What would tie somebody to a dossier, or to those of a wave, before she is invited.

    Args:
        subject: an `Application` or a `Wave`.
        last_name, email: what is known of the person; an empty one is not looked at. A person who has an account is
            recognised by her address, with all that is known of her.
        employer, siren: of her body, by its name or by its nine digits.

    Returns:
        list of (`Application`, `Reason`), exclusions first, in the order of dossiers.
    """
    dossiers = facts_of(one(subject) if isinstance(subject, Application) else sent(subject))
    known = User.objects.filter(email__iexact=email.strip()).first() if email.strip() else None
    stranger = known or User(pk=0, email=email.strip(), last_name=last_name.strip())
    ties = (ties_of([known.pk])[known.pk] if known else None) or Ties()
    employer, siren = employer.strip(), "".join(siren.split())
    if employer or siren:
        ties.bodies.append(Body(PROFILE, 0, siren, employer))
    found = matches(dossiers, {stranger.pk: ties})
    if known:
        merge(found, kept(dossiers, [known]))
    card = Card(stranger, profile_of(known), ties)
    by_dossier = {facts.pk: facts.application for facts in dossiers}
    warned = alerts_from(dossiers, {stranger.pk: card})
    return [
        (by_dossier[key], reason) for rows in (found, warned) for (key, _), all_ in rows.items() for reason in all_
    ]


def profile_of(user):
    return ReviewerProfile.objects.filter(user=user).first() if user else None


# --- Who and what -------------------------------------------------------------------------------------------------


@dataclass
class Card:
    """A person who judges, as alerts look at her."""

    user: User
    profile: ReviewerProfile | None
    ties: Ties


def judges():
    return User.objects.holding(*JUDGES)


def sent(wave):
    return Application.objects.filter(wave=wave, submitted_at__isnull=False)


def one(application):
    return Application.objects.filter(pk=application.pk)


def cards_of(people):
    """{user id: `Card`}; three queries."""
    users = list(people) if people is not None else list(judges().order_by("pk"))
    ties = ties_of([user.pk for user in users])
    profiles = {profile.user_id: profile for profile in ReviewerProfile.objects.filter(user__in=users)}
    return {user.pk: Card(user, profiles.get(user.pk), ties.get(user.pk) or Ties()) for user in users}


# --- Exclusions ---------------------------------------------------------------------------------------------------


def exclusions_from(applications, people):
    """Exclusions of these dossiers, found in the facts and kept in the register."""
    dossiers = facts_of(applications)
    keys = None if people is None else [person.pk for person in people]
    found = matches(dossiers, ties_of(judges().order_by() if keys is None else keys))
    merge(found, kept(dossiers, keys))
    return found


def merge(found, more):
    """Add reasons, one of a kind: the fact before what the register keeps of it."""
    for pair, reasons in more.items():
        known = found.setdefault(pair, [])
        known += [reason for reason in reasons if reason.kind not in {one.kind for one in known}]


def matches(dossiers, ties):
    """Exclusions that the facts show: {(application id, user id): [`Reason`]}."""
    index = Index(ties)
    found = {}
    for facts in dossiers:
        for user, reason in reasons_in(facts, index):
            known = found.setdefault((facts.pk, user), [])
            if reason.kind not in {one.kind for one in known}:
                known.append(reason)
    return found


class Index:
    """People by what they are tied to, so that a dossier looks up only what it names."""

    def __init__(self, ties):
        self.by_key, self.by_siren, self.by_name = defaultdict(list), defaultdict(list), defaultdict(list)
        self.mandates = []
        for user, one in sorted(ties.items()):
            self.mandates += [(user, mandate) for mandate in one.mandates]
            for body in one.bodies:
                if body.key:
                    self.by_key[body.key].append((user, body))
                if body.siren:
                    self.by_siren[body.siren].append((user, body))
                if len(body.folded_name) >= SHORTEST_NAME:
                    self.by_name[body.folded_name].append((user, body))

    def of(self, party):
        """[(user id, body)] of those who are tied to a party."""
        found = [*self.by_key.get(party.key, ()), *self.by_siren.get(party.siren, ())]
        namesakes = self.by_name.get(folded(party.name), ())
        # Two bodies of the same name with a SIREN each are told apart by it.
        return found + [(user, body) for user, body in namesakes if not (body.siren and party.siren)]

    def funding(self, funder):
        """Those whose body the line of a co-funder names: « Région Bretagne (FEDER) » names « Région Bretagne »."""
        line = folded(funder)
        return [pair for name, pairs in self.by_name.items() if name in line for pair in pairs]


def reasons_in(facts, index):
    """(user id, `Reason`) of one dossier, gravest first."""
    for user, body in index.of(facts.applicant):
        yield user, of_applicant(body, facts.applicant)
    for partner in facts.partners:
        for user, body in index.of(partner):
            yield user, of_other(TieKind.PARTNER, body, f"« {partner.name} », partenaire du projet")
    for network in facts.networks:
        for user, body in index.of(network):
            yield user, of_other(TieKind.NETWORK, body, f"« {network.name} », réseau à qui le dossier est ouvert")
    for user, mandate in index.mandates:
        if where := where_of(mandate, facts):
            yield user, Reason(TieKind.ELECTED, f"Mandat électif : {where}, territoire du projet.")
    for funder in facts.funders:
        for user, body in index.funding(funder):
            yield user, of_other(TieKind.CO_FUNDER, body, f"« {funder} », cofinanceur du lieu")


def of_applicant(body, party):
    kind = TieKind.OWN_ORGANISATION if body.how in OWN else kind_of(TieKind.DECLARED, body)
    return Reason(kind, f"{HOW[body.how]} la structure qui demande, « {party.name} »{proof(body, party)}.")


def of_other(kind, body, what):
    return Reason(kind_of(kind, body), f"{HOW[body.how]} {what}.")


def kind_of(kind, body):
    """A paid adviser is one whatever the part of the body that pays her."""
    return TieKind.ADVISER if body.how == K.ADVISER else kind


def proof(body, party):
    return " (même SIREN)" if body.siren and body.siren == party.siren else ""


def where_of(mandate, facts):
    """The name of the place of a mandate that is one of the dossier's, or ""."""
    for commune in facts.communes:
        if mandate.commune == commune.pk:
            return commune.name
        if mandate.departement and mandate.departement == commune.departement:
            return commune.departement_name
        if mandate.region and mandate.region == commune.region:
            return commune.region
    return ""


def kept(dossiers, people=None):
    """Exclusions of the register, and ties declared on an assignment before the register was kept; two queries."""
    keys = [facts.pk for facts in dossiers]
    found = defaultdict(list)
    recusals = Recusal.objects.filter(application__in=keys, lifted_at=None).order_by("pk")
    left = Assignment.objects.filter(application__in=keys, state=Assignment.State.RECUSED).order_by("pk")
    if people is not None:
        recusals, left = recusals.filter(user__in=people), left.filter(reviewer__in=people)
    for row in recusals:
        found[row.application_id, row.user_id].append(Reason(row.kind, row.text))
    for pair in left.values_list("application", "reviewer"):
        if pair not in found:
            found[pair].append(Reason(TieKind.DECLARED, "A déclaré un lien avec ce dossier."))
    return dict(found)


# --- Alerts -------------------------------------------------------------------------------------------------------


def unjudged(found):
    """Without what the chair has judged; one query."""
    judged = AlertJudgement.objects.filter(application__in={key for key, _ in found}).order_by()
    done = set(judged.values_list("application", "user", "kind"))
    left = {pair: [one for one in reasons if (*pair, one.kind) not in done] for pair, reasons in found.items()}
    return {pair: reasons for pair, reasons in left.items() if reasons}
