"""People of the tests of this floor."""

from allauth.account.models import EmailAddress


def confirmed(user):
    """The same person, whose address is confirmed."""
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user
