import uuid

from django import template
from django.middleware.csrf import get_token
from django.utils.html import format_html

register = template.Library()


@register.simple_tag(takes_context=True)
def form_guard(context, version=None):
    """What every POST form carries: the CSRF token, a key that makes a double send harmless, the version read."""
    token = get_token(context["request"])
    html = format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<input type="hidden" name="idempotency_key" value="{}">',
        token,
        uuid.uuid4().hex,
    )
    if version is None:
        return html
    return html + format_html('<input type="hidden" name="version" value="{}">', version)
