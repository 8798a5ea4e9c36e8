"""The technical administration reads; what changes goes through the verbs and their pages."""

from django.contrib import admin

from programme import models


class ReadOnlyAdmin(admin.ModelAdmin):
    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(models.Programme)
class ProgrammeAdmin(ReadOnlyAdmin):
    list_display = ["name", "origin", "service_name"]


@admin.register(models.Announcement)
class AnnouncementAdmin(ReadOnlyAdmin):
    list_display = ["stated_on", "kind", "statement", "amount_cents", "source"]
    list_filter = ["kind"]


@admin.register(models.Target)
class TargetAdmin(ReadOnlyAdmin):
    list_display = ["number", "segment", "due_on", "stated_on"]


@admin.register(models.Call)
class CallAdmin(ReadOnlyAdmin):
    list_display = ["title", "kind", "state", "published_at"]
    list_filter = ["state", "origin"]


@admin.register(models.Wave)
class WaveAdmin(ReadOnlyAdmin):
    list_display = ["call", "number", "state", "opens_at", "closes_at", "announcement_on"]
    list_select_related = ["call"]


@admin.register(models.WaveAmendment)
class WaveAmendmentAdmin(ReadOnlyAdmin):
    list_display = ["wave", "field", "old", "new", "reason", "amended_at", "amended_by"]
    list_select_related = ["wave", "amended_by"]


@admin.register(models.Commune)
class CommuneAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "departement_name", "region", "population"]
    search_fields = ["code", "folded_name", "postal_codes"]


@admin.register(models.ZoningEdition)
class ZoningEditionAdmin(ReadOnlyAdmin):
    list_display = ["kind", "valid_from", "source", "lists_every_commune", "imported_at"]
