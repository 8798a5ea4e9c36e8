"""Forms of the officer's desk."""

from django import forms

from accounts.forms import DsfrForm
from applications import routing
from applications.models import RegionRule


class RegionRulesForm(DsfrForm):
    """One list of people a region."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {str(one.public_id): one for one in routing.officers()}
        people = [(key, str(one)) for key, one in self.people.items()]
        self.present = {rule.region: rule.officer for rule in RegionRule.objects.select_related("officer")}
        self.regions = routing.regions()
        for rank, region in enumerate(self.regions):
            self.fields[f"region_{rank}"] = self.field_of(region, people, self.present.get(region))

    def field_of(self, region, people, officer):
        choices = [("", "Personne"), *people]
        key = str(officer.public_id) if officer else ""
        if key not in dict(choices):
            # She instructs no more: the rule is kept, without effect, until another one is chosen.
            choices.append((key, f"{officer} (n’instruit plus)"))
            self.people[key] = officer
        return forms.ChoiceField(label=region, choices=choices, required=False, initial=key)

    def choices(self):
        """{region: officer or None} of the regions whose choice changed."""
        return {
            region: self.people.get(self.cleaned_data[f"region_{rank}"])
            for rank, region in enumerate(self.regions)
            if f"region_{rank}" in self.changed_data
        }
