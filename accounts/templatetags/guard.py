import uuid

from django import template
from django.middleware.csrf import get_token
from django.utils.html import format_html

from accounts.keeping import signature_of

register = template.Library()


@register.simple_tag(takes_context=True)
def form_guard(context, version=None, read=None):
    """What every POST form carries: the CSRF token, a key that makes a double send harmless, who wrote, the version.

    Args:
        version: of the object that the page edits.
        read: marks of the texts that the page shows (`applications.autosave.marks_of`).
    """
    request = context["request"]
    html = format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<input type="hidden" name="idempotency_key" value="{}">',
        get_token(request),
        uuid.uuid4().hex,
    )
    if request.user.is_authenticated:
        html += format_html('<input type="hidden" name="page_author" value="{}">', signature_of(request.user))
    # A browser that fills a reloaded page with what it held before must leave these two alone.
    if version is not None:
        html += format_html('<input type="hidden" name="version" value="{}" autocomplete="off">', version)
    if read is not None:
        html += format_html('<input type="hidden" name="page_read" value="{}" autocomplete="off">', read)
    return html
