from django.urls import path

from programme.views import communes, public, staff

app_name = "programme"
urlpatterns = [
    path("appels/", public.calls, name="calls"),
    path("appels/<slug:slug>/", public.call, name="call"),
    path("communes/", communes.commune_search, name="commune_search"),
    path("pilotage/appels/", staff.manage_calls, name="manage_calls"),
    path("pilotage/appels/<slug:slug>/", staff.manage_call, name="manage_call"),
    path("pilotage/appels/<slug:slug>/vagues/nouvelle/", staff.plan_wave, name="plan_wave"),
]
