"""The technical administration reads. What changes something is a verb, called from its own page."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.db.models import URLField

from accounts import models

# One door: the technical administration has no sign-in page of its own, without throttling.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class ReadOnlyAdmin(admin.ModelAdmin):
    """Looks at rows, never writes: the verbs are the only writers."""

    formfield_overrides = {URLField: {"assume_scheme": "https"}}

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class ReadOnlyInline(admin.TabularInline):
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class RoleGrantInline(ReadOnlyInline):
    model = models.RoleGrant
    fk_name = "user"


class MembershipInline(ReadOnlyInline):
    model = models.Membership


@admin.register(models.User)
class UserAdmin(ReadOnlyAdmin):
    list_display = ["email", "last_name", "first_name", "is_active", "is_staff"]
    search_fields = ["search_text"]
    exclude = ["password"]
    inlines = [RoleGrantInline]


@admin.register(models.Organisation)
class OrganisationAdmin(ReadOnlyAdmin):
    list_display = ["name", "legal_form", "siret", "city"]
    search_fields = ["name", "siret"]
    inlines = [MembershipInline]


@admin.register(models.JournalEntry)
class JournalEntryAdmin(ReadOnlyAdmin):
    list_display = ["at", "actor", "action", "subject_type", "subject_label", "from_state", "to_state"]
    list_filter = ["action"]
    list_select_related = ["actor"]
    search_fields = ["search_text"]


@admin.register(models.OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    """Without the text: it may carry a personal link."""

    list_display = ["created_at", "recipient", "subject", "sent_at", "attempts", "last_error"]
    exclude = ["body"]


@admin.register(models.Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "kind", "scope", "status", "done", "total"]
