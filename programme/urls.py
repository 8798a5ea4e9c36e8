from django.urls import include, path

from programme.views import brochure, communes, eligibility, invitations, public, public_questions, staff

app_name = "programme"
urlpatterns = [
    path("appels/", public.calls, name="calls"),
    path("appels/<slug:slug>/", public.call, name="call"),
    path("appels/<slug:slug>/eligibilite/", eligibility.self_test, name="self_test"),
    path("appels/<slug:slug>/questions/", public_questions.questions, name="questions"),
    path("appels/<slug:slug>/imprimer/", brochure.pdf, name="call_pdf"),
    path("pilotage/questions/", public_questions.manage_questions, name="manage_questions"),
    path("pilotage/questions/<uuid:public_id>/", public_questions.manage_question, name="manage_question"),
    path("communes/", communes.commune_search, name="commune_search"),
    path("pilotage/appels/", staff.manage_calls, name="manage_calls"),
    path("pilotage/appels/", include("programme.builder_urls")),
    path("pilotage/appels/<slug:slug>/", staff.manage_call, name="manage_call"),
    path("pilotage/appels/<slug:slug>/invitations/", invitations.invitations, name="invitations"),
    path("pilotage/appels/<slug:slug>/vagues/nouvelle/", staff.plan_wave, name="plan_wave"),
]
