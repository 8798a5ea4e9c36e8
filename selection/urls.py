from django.urls import include, path

from selection.views import decisions, delegations, dossier, funding_line, letters, meetings, panel, sittings, waves

app_name = "selection"
urlpatterns = [
    path("pilotage/vagues/", waves.waves, name="waves"),
    path("pilotage/vagues/<uuid:public_id>/", waves.wave, name="wave"),
    path("pilotage/vagues/<uuid:public_id>/etape/", waves.advance, name="advance"),
    path("pilotage/vagues/<uuid:public_id>/modifier/", waves.amend, name="amend"),
    path("pilotage/vagues/<uuid:public_id>/comite/", panel.panel, name="panel"),
    path("pilotage/vagues/<uuid:public_id>/ligne/", funding_line.funding_line, name="funding_line"),
    path("pilotage/vagues/<uuid:public_id>/ligne/comparer/", funding_line.comparison, name="compare_scenarios"),
    path("pilotage/vagues/<uuid:public_id>/seances/", meetings.wave_meetings, name="meetings"),
    path("pilotage/seances/<uuid:public_id>/", meetings.meeting, name="meeting"),
    path("pilotage/seances/<uuid:public_id>/points/<uuid:item_id>/", sittings.sitting, name="sitting"),
    path("pilotage/seances/<uuid:public_id>/proces-verbal/", meetings.minutes, name="minutes"),
    path("pilotage/seances/<uuid:public_id>/proces-verbal/pdf/", meetings.minutes_pdf, name="minutes_pdf"),
    path("pilotage/vagues/<uuid:public_id>/decisions/", decisions.decisions, name="decisions"),
    path("pilotage/vagues/<uuid:public_id>/decisions/courriers/", decisions.progress, name="progress"),
    path("pilotage/vagues/<uuid:public_id>/decisions/signer/", decisions.sign, name="sign"),
    path("pilotage/vagues/<uuid:public_id>/decisions/annoncer/", decisions.announce_wave, name="announce"),
    path("pilotage/courriers/", letters.letters, name="letters"),
    path("pilotage/courriers/relancer/", letters.retry_all, name="retry_letters"),
    path("pilotage/courriers/<uuid:public_id>/", letters.letter, name="letter"),
    path("pilotage/courriers/<uuid:public_id>/relancer/", letters.retry, name="retry_letter"),
    path("pilotage/delegations/", delegations.delegations, name="delegations"),
    path("pilotage/delegations/nouvelle/", delegations.delegate, name="delegate"),
    path("pilotage/dossiers/<uuid:public_id>/decision/", dossier.dossier, name="dossier"),
    path("dossiers/<uuid:public_id>/decision/", dossier.my_decision, name="my_decision"),
    path("dossiers/<uuid:public_id>/decision/ouvrir/", dossier.open_my_letter, name="open_letter"),
    path("dossiers/<uuid:public_id>/decision/courrier/", dossier.my_letter, name="my_letter"),
    path("", include("selection.after_urls")),
]
