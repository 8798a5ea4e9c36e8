"""The whole call on paper: what anybody reads on its page, as one PDF to print."""

import hashlib

from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils import timezone

from documents.rendering import lay_out, no_break_spaces
from programme.models import PublicQuestion

KEPT_SECONDS = 86_400


def brochure_of(call, content):
    """The bytes of the PDF; laid out again only when a word of it, or the day, has changed.

    Args:
        call: a `Call`, from `for_list()`.
        content: its version and what `views.public.content_of` gives of it.

    Raises:
        RenderingUnavailable: the libraries that lay out text are absent.
    """
    html = no_break_spaces(render_to_string("programme/brochure.html", facts_of(call, content)))
    digest = hashlib.sha256(html.encode()).hexdigest()
    return cache.get_or_set(f"brochure:{digest}", lambda: lay_out(html, digest), KEPT_SECONDS)


def facts_of(call, content):
    answers = PublicQuestion.objects.answered(call).select_related("criterion", "question")
    return {"call": call, "answers": list(answers), "today": timezone.localdate(), **content}
