"""The doors: a condition on dossiers that are closed to a person, in every role but that of applicant.

It is asked of the facts at each read, so that nothing has to be refreshed when a fact changes: every list, search,
count, file and page goes through `visible_to`, and `visible_to` comes here.
"""

from django.db.models import Q

from accounts.models import STAFF_ROLES, Role
from applications.evaluations.ties import JUDGES, model, ties_of


def kept_out(user, path="", *, judging=False):
    """Condition: `user` is kept out of the dossier at `path`; no row matches it for somebody who has no tie.

    What is in the register holds for everybody; what is found by the service, for those who judge.

    Args:
        path: how to go from the row to its dossier: "" from a dossier, "application" from an assignment.
        judging: the rows say by themselves that she judges; her roles need not be read.
    """
    closed = registered(user, path)
    if judging or user.has_role(*JUDGES):
        ties = ties_of([user.pk]).get(user.pk)
        if ties:
            closed |= of_bodies(ties, path) | of_places(ties, path)
    return closed


def registered(user, path):
    """What the register says, and the assignments that she left for a tie."""
    recusals = model("Recusal").objects.filter(user=user, lifted_at=None).order_by().values("application")
    left = model("Assignment").objects.filter(reviewer=user, state="recused").order_by().values("application")
    return keyed(path, recusals) | keyed(path, left)


def keyed(path, applications):
    return Q(**{f"{path or 'pk'}__in": applications})


def at(path, name):
    return f"{path}__{name}" if path else name


def of_bodies(ties, path):
    """The applicant, a partner, a network that reads or read it, a co-funder: the same key, SIREN or name."""
    nobody = Q(pk__in=[])
    applicant, partner, network, funder = Q(**{at(path, "organisation__in"): ties.keys}), nobody, nobody, nobody
    network |= Q(network__in=ties.keys)
    for siren in sorted(ties.sirens):
        applicant |= Q(**{at(path, "organisation__siret__startswith"): siren})
        partner |= Q(siret__startswith=siren)
        network |= Q(network__siret__startswith=siren)
    for name, has_siren in sorted(ties.names.items()):
        applicant |= named(at(path, "organisation__"), name, has_siren)
        partner |= named("", name, has_siren)
        network |= named("network__", name, has_siren)
        funder |= Q(folded_funder__contains=name)
    rows = (("Partner", partner), ("NetworkConsent", network), ("CoFunding", funder))
    for one, condition in rows:
        applicant |= keyed(path, model(one).objects.filter(condition).order_by().values("application"))
    return applicant


def named(prefix, name, has_siren):
    """A body of this folded name; two that have a SIREN each are told apart by it."""
    same = Q(**{f"{prefix}folded_name": name})
    if has_siren:
        same &= Q(**{f"{prefix}siret__isnull": True}) | Q(**{f"{prefix}siret": ""})
    return same


def of_places(ties, path):
    """The places of her mandates: that of the dossier, and its other sites."""
    place, site = Q(pk__in=[]), Q(pk__in=[])
    for mandate in ties.mandates:
        for name, value in (("", mandate.commune), ("departement", mandate.departement), ("region", mandate.region)):
            if value:
                wanted = f"commune__{name}" if name else "commune"
                place |= Q(**{at(path, f"fabrique__{wanted}"): value})
                site |= Q(**{wanted: value})
    return place | keyed(path, model("Site").objects.filter(site).order_by().values("application"))


def is_kept_out(user, application):
    """Whether a dossier is closed to somebody: she is told nothing of it, by mail either."""
    return type(application).objects.filter(kept_out(user), pk=application.pk).exists()


def closed_dossiers(user):
    """Keys of the dossiers that are closed to somebody, for counts that leave them out; one query or two.

    None: the service itself, to which nothing is closed.
    """
    if user is None or not user.is_authenticated:
        return ()
    return tuple(model("Application").objects.filter(kept_out(user)).order_by("pk").values_list("pk", flat=True))


def but(rows, closed, path="pk"):
    """The rows whose dossier is not one of these keys; `path` goes from the row to it."""
    return rows.exclude(**{f"{path}__in": closed}) if closed else rows


def names_closed_to(user):
    """What names the dossiers that are closed to somebody: their numbers, places and structures; one query or two."""
    if not user.is_authenticated or not user.has_role(*STAFF_ROLES, Role.REVIEWER):
        return []
    rows = model("Application").objects.filter(kept_out(user)).order_by()
    # Her own structure's dossiers are hers to read, as an applicant.
    return names_in(rows.exclude(organisation__memberships__user=user))


def names_in(dossiers):
    """What names these dossiers; one query."""
    found = dossiers.order_by().values_list("reference", "fabrique__name", "organisation__name")
    return [name for row in found for name in row if name]


def dossiers_at(closed):
    """The dossiers of these keys, for what is tied to them by another way than a path: a structure, a name."""
    return model("Application").objects.filter(pk__in=closed)
