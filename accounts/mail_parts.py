"""What a mail is made of: its text, the same text as HTML, and the headers that mail programs read."""

import re
from email.utils import parseaddr

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import mark_safe

from accounts.models import ALWAYS_MAILED, Notification

UNSUBSCRIBE = "accounts.unsubscribe"
ADDRESS = re.compile(r"https?://[^\s<>«»]+[^\s<>«».,;:!?)]")


def message_of(mail):
    """The `EmailMultiAlternatives` of an `OutboxMessage`."""
    way_out = unsubscribe_url(mail)
    built = EmailMultiAlternatives(
        mail.subject, text_of(mail, way_out), to=[mail.recipient], headers=headers_of(mail, way_out)
    )
    built.attach_alternative(html_of(mail, way_out), "text/html")
    return built


def headers_of(mail, way_out):
    headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"}
    if mail.thread:
        # The thread has no first mail of its own: all of them answer the dossier.
        root = f"<{mail.thread}@{mail.message_id.rsplit('@', 1)[-1].rstrip('>')}>"
        headers |= {"In-Reply-To": root, "References": root}
    if way_out:
        # RFC 8058: one click of the mail program, without signing in.
        headers |= {"List-Unsubscribe": f"<{way_out}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return headers


# --- Leaving -------------------------------------------------------------------------------------------------------


def events_of(mail):
    """What the mail tells that its reader may choose not to be mailed."""
    told = Notification.objects.filter(mail=mail).order_by().values_list("event", flat=True)
    return sorted(set(told) - set(ALWAYS_MAILED))


def unsubscribe_url(mail):
    """The signed address that stops mails of this kind; "" for what rights run from, and for who has no account."""
    if mail.event in ALWAYS_MAILED or not events_of(mail):
        return ""
    token = signing.dumps(mail.pk, salt=UNSUBSCRIBE)
    return f"{settings.PUBLIC_URL}{reverse('accounts:unsubscribe', args=[token])}"


# --- The two parts -------------------------------------------------------------------------------------------------


def service():
    """(name, address) of who writes, as the reader sees them."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)


def text_of(mail, way_out=""):
    name, address = service()
    foot = f"{name}\nUne question : {address}\n{settings.PUBLIC_URL}\n"
    if way_out:
        foot += f"Ne plus recevoir ces courriels : {way_out}\n"
    return f"{mail.body.rstrip()}\n\n-- \n{foot}"


def html_of(mail, way_out=""):
    """Nothing but text, headings and links: no picture, nothing fetched, nothing that tells who read it."""
    name, address = service()
    context = {
        "subject": mail.subject, "blocks": blocks_of(mail.body), "service_name": name, "service_email": address,
        "site": settings.PUBLIC_URL, "way_out": way_out,
    }  # fmt: skip
    return render_to_string("accounts/mail/message.html", context)


def blocks_of(text):
    """[(is a list, lines as safe HTML)]: paragraphs apart, and runs of « - » lines as lists."""
    blocks = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        for line in paragraph.splitlines():
            add_line(blocks, line)
        blocks.append(None)
    return [block for block in blocks if block]


def add_line(blocks, line):
    last = blocks[-1] if blocks else None
    is_item, text = line.lstrip().startswith("- "), linked(line.strip().removeprefix("- "))
    if last and last["list"] and not is_item and line.startswith("  "):
        last["lines"][-1] += mark_safe("<br>") + text  # what follows an item is of it
    elif last and last["list"] == is_item:
        last["lines"].append(text)
    else:
        blocks.append({"list": is_item, "lines": [text]})


def linked(line):
    """One line as HTML: what people wrote is escaped, our addresses can be followed."""
    parts, end = [], 0
    for found in ADDRESS.finditer(line):
        url = escape(found[0])
        parts += [escape(line[end : found.start()]), f'<a href="{url}">{url}</a>']
        end = found.end()
    return mark_safe("".join([*parts, escape(line[end:])]))
