"""What was typed and arrived after the sign-in had ended: kept for its author, given back, forgotten.

A form says who opened it (`page_author`, signed): what it carries is kept only with that signature, and read by that
person alone. Works without JavaScript.
"""

import datetime
import hashlib
import json

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.utils import timezone

from accounts.models import KeptPost, User

AUTHOR = "page_author"
# What a page adds anew when a form is sent again.
RENEWED = {"csrfmiddlewaretoken", "idempotency_key", AUTHOR, "kept_post"}
KEPT = datetime.timedelta(days=7)
MOST_A_PERSON, MOST_SIGNS = 20, 500_000
signer = Signer(salt="accounts.page_author")


def signature_of(user):
    """Public id of whoever opens a form, signed."""
    return signer.sign(user.public_id.hex)


def author_of(request):
    """Public id (hex) of whoever opened the form that is sent, or None: no such field, or not our signature."""
    try:
        return signer.unsign(request.POST.get(AUTHOR, ""))
    except BadSignature:
        return None


def keep_post(request):
    """Keep the fields of a form whose sign-in has ended, for its author.

    The same form sent twice is kept once; a person has at most twenty, the oldest go first.

    Returns:
        the `KeptPost`, or None: nobody signed this form, or it is too long.
    """
    author = User.objects.filter(public_id=author_of(request), is_active=True).first() if author_of(request) else None
    fields = [[name, value] for name, values in request.POST.lists() if name not in RENEWED for value in values]
    text = json.dumps([request.path, fields])
    if author is None or len(text) > MOST_SIGNS:
        return None
    with transaction.atomic():
        kept, _ = KeptPost.objects.get_or_create(
            author=author,
            fingerprint=hashlib.sha256(text.encode()).hexdigest(),
            defaults={
                "path": request.get_full_path()[:500],
                "fields": fields,
                "files": [upload.name[:200] for _, uploads in request.FILES.lists() for upload in uploads],
            },
        )
        oldest = KeptPost.objects.filter(author=author).order_by("-pk").values_list("pk", flat=True)[MOST_A_PERSON:]
        KeptPost.objects.filter(pk__in=list(oldest)).delete()
    return kept


def forget_kept_post(*, public_id, by):
    """The text has arrived, or its author wants it gone; somebody else's is left alone."""
    KeptPost.objects.filter(public_id=public_id, author=by).delete()


def forget_old_posts():
    """Delete what was kept for more than a week; returns how many."""
    count, _ = KeptPost.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    return count
