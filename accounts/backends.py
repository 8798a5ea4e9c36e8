from allauth.account.auth_backends import AuthenticationBackend


class SignInBackend(AuthenticationBackend):
    """Signs in by e-mail and password, and grants nothing.

    Rights come from roles, through the predicates of `rules`: Django's tables of permissions are not used, and
    asking them would cost two queries each time a right is refused.
    """

    def has_perm(self, user, perm, obj=None):
        return False

    def has_module_perms(self, user, app_label):
        return False

    def get_all_permissions(self, user, obj=None):
        return set()
