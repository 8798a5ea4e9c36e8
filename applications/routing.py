"""Who follows which dossier: by hand, or by the rule of the region, when it arrives or in bulk."""

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal
from accounts.french import folded
from accounts.models import JournalEntry, Role, User
from accounts.permissions import require
from applications.models import Application, Fabrique, RegionRule
from applications.models.application import INSTRUCT
from programme.models import Commune


def officers():
    """People who may follow a dossier, by name."""
    return User.objects.holding(Role.OFFICER).order_by("last_name", "first_name", "pk")


def assign_officer(*, application, officer, by, version=None):
    """Make `officer` the agent in charge, named on letters (CRPA L111-2).

    Args:
        by: an officer, or None for the system.

    Raises:
        Refusal: she is no officer (field "officer"), or follows it already.
        NotAllowed, StalePage.
    """
    require(by, INSTRUCT)
    refuse_no_officer(officer)
    with transaction.atomic():
        application = Application.objects.select_for_update(of=("self",)).select_related("fabrique").get(
            pk=application.pk
        )  # fmt: skip
        application.expect_version(version)
        if application.officer_id == officer.pk:
            raise Refusal(f"Ce dossier est déjà suivi par {officer}.", field="officer")
        application.officer = officer
        application.save()
        JournalEntry.write(
            action="assign_officer", subject=application, actor=by, details={"officer": str(officer.public_id)}
        )
    return application


def refuse_no_officer(officer):
    if not (officer.is_active and officer.has_role(Role.OFFICER)):
        raise Refusal(f"{officer} n’instruit pas : choisissez une personne qui a ce rôle.", field="officer")


def rules():
    """The `RegionRule`s whose officer still instructs, with her."""
    in_force = RegionRule.objects.filter(officer__in=User.objects.holding(Role.OFFICER).values("pk"))
    return in_force.select_related("officer")


def route(application):
    """On arrival: give the dossier to whoever follows its region, unless somebody follows it already.

    Sets `officer` in memory, for a verb that saves the dossier in the same transaction; one query.
    """
    if application.officer_id or not application.fabrique.region:
        return
    if rule := rules().filter(region=application.fabrique.region).first():
        application.officer = rule.officer
        details = {"officer": str(rule.officer.public_id), "region": rule.region}
        JournalEntry.write(action="route_by_region", subject=application, actor=None, details=details)


def set_rules(*, choices, by):
    """Say who follows each region, from now on.

    Args:
        choices: {region: officer or None}; a region left out keeps its rule.

    Raises:
        Refusal: one of them is no officer.
        NotAllowed.

    Returns:
        How many rules changed.
    """
    require(by, INSTRUCT)
    for officer in filter(None, choices.values()):
        refuse_no_officer(officer)
    with transaction.atomic():
        present = {rule.region: rule for rule in RegionRule.objects.select_for_update().order_by("region")}
        return sum(set_rule(present.get(region), region, officer, by) for region, officer in choices.items())


def set_rule(rule, region, officer, by):
    if (rule.officer_id if rule else None) == (officer.pk if officer else None):
        return False
    if officer is None:
        JournalEntry.write(action="drop_region_rule", subject=rule, actor=by, details={"region": region})
        rule.delete()
        return True
    values = {"officer": officer, "set_by": by, "set_at": timezone.now()}
    rule, _ = RegionRule.objects.update_or_create(region=region, defaults=values)
    details = {"region": region, "officer": str(officer.public_id)}
    JournalEntry.write(action="set_region_rule", subject=rule, actor=by, details=details)
    return True


def regions():
    """The regions of the communes, those of the places, and those that have a rule, by name."""
    named = [rows.exclude(region="").order_by() for rows in (Commune.objects, Fabrique.objects, RegionRule.objects)]
    found = {region for rows in named for region in rows.values_list("region", flat=True).distinct()}
    return sorted(found, key=folded)
