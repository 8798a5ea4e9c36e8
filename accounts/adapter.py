"""What django-allauth asks of us: where people go, which role a new account has, how its mail leaves."""

import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.template.loader import render_to_string

from accounts.models import Event, JournalEntry, Role
from accounts.notify import notify
from accounts.roles import grant_role


class AccountAdapter(DefaultAccountAdapter):
    def save_user(self, request, user, form, commit=True):
        """A person who signs up is an applicant; staff roles are given by an administrator."""
        with transaction.atomic():
            user = super().save_user(request, user, form, commit=commit)
            if commit:
                grant_role(user=user, role=Role.APPLICANT, by=None)
                JournalEntry.write(action="sign_up", subject=user, actor=user)
        return user

    def send_mail(self, template_prefix, email, context):
        """Every mail goes through the outbox: it survives a mail server that is down."""
        context = {**context, "request": self.request}
        subject = render_to_string(f"{template_prefix}_subject.txt", context)
        body = render_to_string(f"{template_prefix}_message.txt", context)
        digest = hashlib.sha256(body.encode()).hexdigest()[:24]
        notify(
            Event.ACCOUNT,
            key=f"{template_prefix.rsplit('/', 1)[-1]}:{digest}",
            recipient=email,
            subject=subject,
            body=body,
        )
