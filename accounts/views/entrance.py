"""The pages of the way in that are ours, because reading them must write nothing: the rest is allauth's."""

from allauth.account.views import ConfirmEmailView, PasswordResetFromKeyView, password_reset_from_key
from django.shortcuts import render


def open_reset_link(request, uidb36, key):
    """The link of the mail shows a button: reading a page writes nothing, and mail scanners read pages.

    allauth would put the secret in the session on this GET; it does so on the POST instead.
    """
    if request.method in {"GET", "HEAD"} and key != PasswordResetFromKeyView.reset_url_key:
        return render(request, "account/password_reset_open.html")
    return password_reset_from_key(request, uidb36=uidb36, key=key)


class ConfirmAddress(ConfirmEmailView):
    """The link of the mail shows a button. allauth would sign out, on this GET, whoever reads another's link."""

    def logout_other_user(self, confirmation):
        if self.request.method == "POST":
            super().logout_other_user(confirmation)


confirm_address = ConfirmAddress.as_view()
