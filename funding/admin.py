"""Public money is read here; it moves by its verbs alone."""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin, ReadOnlyInline
from funding import models


class MovementInline(ReadOnlyInline):
    model = models.Movement
    fields = ["rank", "from_account", "to_account", "amount_cents"]


class DrawInline(ReadOnlyInline):
    model = models.Draw


class InstalmentInline(ReadOnlyInline):
    model = models.Instalment
    fields = ["number", "kind", "cents", "state", "expected_on", "paid_on"]


@admin.register(models.Line)
class LineAdmin(ReadOnlyAdmin):
    list_display = ["code", "label", "source", "lolf_programme", "origin"]
    list_select_related = ["source"]


@admin.register(models.Act)
class ActAdmin(ReadOnlyAdmin):
    list_display = ["kind", "number", "dated_on", "title", "origin"]
    list_filter = ["kind"]
    search_fields = ["number", "title"]


@admin.register(models.Contribution)
class ContributionAdmin(ReadOnlyAdmin):
    list_display = ["purpose", "line", "fiscal_year", "cents"]
    list_select_related = ["line"]


@admin.register(models.Derogation)
class DerogationAdmin(ReadOnlyAdmin):
    list_display = ["organisation", "act", "max_cents"]
    list_select_related = ["organisation", "act"]


class InstrumentEventInline(ReadOnlyInline):
    model = models.InstrumentEvent
    fields = ["kind", "happened_on", "cents", "act"]


@admin.register(models.Fund)
class FundAdmin(ReadOnlyAdmin):
    list_display = ["name", "manager", "size_cents", "engaged_cents"]


@admin.register(models.Instrument)
class InstrumentAdmin(ReadOnlyAdmin):
    list_display = ["label", "kind", "fund", "engaged_cents", "called_cents", "repaid_cents", "lost_cents"]
    list_select_related = ["fund"]
    inlines = [InstrumentEventInline]


@admin.register(models.Account)
class AccountAdmin(ReadOnlyAdmin):
    list_display = ["kind", "line", "fiscal_year", "award", "balance_cents"]
    list_filter = ["kind", "fiscal_year"]
    list_select_related = ["line", "award__fabrique"]


@admin.register(models.Posting)
class PostingAdmin(ReadOnlyAdmin):
    list_display = ["kind", "effective_on", "booked_at", "actor", "act"]
    list_filter = ["kind"]
    list_select_related = ["actor"]
    search_fields = ["key", "act"]
    inlines = [MovementInline]


@admin.register(models.Award)
class AwardAdmin(ReadOnlyAdmin):
    list_display = ["fabrique", "wave", "state", "total_cents", "reserved_on", "committed_on", "notified_on"]
    list_filter = ["state", "origin"]
    list_select_related = ["fabrique", "wave"]
    inlines = [DrawInline, InstalmentInline]


@admin.register(models.Agreement)
class AgreementAdmin(ReadOnlyAdmin):
    list_display = ["number", "award", "state", "sent_on", "beneficiary_signed_on", "state_signed_on"]
    list_filter = ["state"]
    list_select_related = ["award__fabrique"]
    search_fields = ["number"]


@admin.register(models.Instalment)
class InstalmentAdmin(ReadOnlyAdmin):
    list_display = ["award", "number", "kind", "cents", "state", "due_on", "paid_on", "chorus_reference"]
    list_filter = ["state", "kind"]
    list_select_related = ["award__fabrique"]
    search_fields = ["chorus_reference"]
