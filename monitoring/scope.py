"""Which programme and which day a page is about, as its address says."""

from urllib.parse import urlencode

from django.http import Http404

from accounts.errors import Refusal
from accounts.filters import asked_day
from monitoring.clocks import Clocks
from monitoring.figures import programmes


class Scope:
    """`?dispositif=slug&au=AAAA-MM-JJ&connu_au=AAAA-MM-JJ`; one query.

    Raises:
        Http404: no programme has that name.
        Refusal: what is typed is not a day, or is to come.
    """

    def __init__(self, request):
        self.request = request
        self.programmes = list(programmes())
        self.programme = self.chosen()
        self.clocks = Clocks.at(self.day("au"), self.day("connu_au"))

    def chosen(self):
        slug = self.request.GET.get("dispositif", "")
        if not slug:
            return next(iter(self.programmes), None)
        found = next((one for one in self.programmes if one.slug == slug), None)
        if found is None:
            raise Http404("Ce dispositif n’existe pas.")
        return found

    def day(self, key):
        day = asked_day(self.request, key)
        if day is not None and day > Clocks.at().as_of:
            raise Refusal("Cette date est à venir : les chiffres s’arrêtent à aujourd’hui.", field=key)
        return day

    @property
    def parameters(self):
        """What links of the page carry along."""
        return {key: value for key in ("dispositif", "au", "connu_au") if (value := self.request.GET.get(key))}

    def address(self, path):
        return f"{path}?{urlencode(self.parameters)}" if self.parameters else path
