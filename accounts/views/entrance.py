"""The one page of the way in that is ours: the rest is allauth's."""

from allauth.account.views import PasswordResetFromKeyView, password_reset_from_key
from django.shortcuts import render


def open_reset_link(request, uidb36, key):
    """The link of the mail shows a button: reading a page writes nothing, and mail scanners read pages.

    allauth would put the secret in the session on this GET; it does so on the POST instead.
    """
    if request.method in {"GET", "HEAD"} and key != PasswordResetFromKeyView.reset_url_key:
        return render(request, "account/password_reset_open.html")
    return password_reset_from_key(request, uidb36=uidb36, key=key)
