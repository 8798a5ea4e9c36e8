from django.urls import path

from funding.views import agreements, budget, credits, de_minimis, dossiers, fund, instalments, outside

app_name = "funding"
urlpatterns = [
    path("pilotage/budget/", budget.budget, name="budget"),
    path("pilotage/budget/credits/", credits.credits, name="credits"),
    path("pilotage/budget/credits/<slug:slug>/", credits.operation, name="operation"),
    path("pilotage/budget/actes/", credits.all_acts, name="acts"),
    path("pilotage/budget/actes/<uuid:public_id>/", credits.act, name="act"),
    path("pilotage/budget/actes/<uuid:public_id>/texte/", credits.act_text, name="act_text"),
    path("pilotage/budget/lignes/nouvelle/", credits.new_line, name="new_line"),
    path("pilotage/budget/fonds-de-dotation/", credits.derogations, name="derogations"),
    path("pilotage/budget/autres-financeurs/", outside.outside, name="outside"),
    path(
        "pilotage/budget/autres-financeurs/<uuid:public_id>/<int:fiscal_year>/",
        outside.outside_line,
        name="outside_line",
    ),
    path("pilotage/budget/fonds/", fund.funds, name="funds"),
    path("pilotage/budget/fonds/nouveau/", fund.new_fund, name="new_fund"),
    path("pilotage/budget/fonds/<uuid:public_id>/nouvel-instrument/", fund.new_instrument, name="new_instrument"),
    path("pilotage/budget/instruments/<uuid:public_id>/", fund.instrument, name="instrument"),
    path("pilotage/budget/instruments/<uuid:public_id>/echeancier/", fund.repayments, name="repayments"),
    path(
        "pilotage/budget/instruments/<uuid:public_id>/faits/<uuid:event_id>/corriger/",
        fund.correct,
        name="correct_event",
    ),
    path("pilotage/budget/lignes/<uuid:public_id>/<int:fiscal_year>/", budget.line, name="line"),
    path("pilotage/budget/exercices/<int:fiscal_year>/", budget.year, name="year"),
    path("pilotage/conventions/", agreements.agreements, name="agreements"),
    path("pilotage/conventions/a-preparer/", agreements.uncontracted, name="uncontracted"),
    path("pilotage/conventions/preparer/", agreements.prepare, name="prepare_agreements"),
    path("pilotage/conventions/<uuid:public_id>/", agreements.agreement, name="agreement"),
    path("pilotage/echeances/", instalments.instalments, name="instalments"),
    path("pilotage/echeances/<uuid:public_id>/", instalments.instalment, name="instalment"),
    path("pilotage/aides-de-minimis/", de_minimis.grants, name="de_minimis"),
    path("pilotage/dossiers/<uuid:public_id>/argent/", dossiers.dossier, name="dossier"),
    path("dossiers/<uuid:public_id>/versements/", dossiers.my_payments, name="my_payments"),
]
