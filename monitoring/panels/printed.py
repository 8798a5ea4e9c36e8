"""The board on paper: the same panels, in the style of the letters."""

import hashlib

from django.core.cache import cache
from django.template.loader import render_to_string

from documents.rendering import lay_out, no_break_spaces
from monitoring.panels.tables import COLOURS

KEPT_SECONDS = 86_400


def printed(facts, panels):
    """The bytes of a tagged PDF; laid out again only when a figure, or the day, has changed.

    Raises:
        RenderingUnavailable: the libraries that lay out text are absent.
    """
    context = {"programme": facts.programme, "clocks": facts.clocks, "panels": panels, "colours": COLOURS.items()}
    html = no_break_spaces(render_to_string("monitoring/board_print.html", context))
    digest = hashlib.sha256(html.encode()).hexdigest()
    return cache.get_or_set(f"board:{digest}", lambda: lay_out(html, digest), KEPT_SECONDS)
