from django.urls import path

from funding.views import agreements, budget, de_minimis, dossiers, instalments

app_name = "funding"
urlpatterns = [
    path("pilotage/budget/", budget.budget, name="budget"),
    path("pilotage/budget/credits/", budget.credits, name="credits"),
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
