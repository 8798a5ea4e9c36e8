from django.urls import path

from applications.views import comparing, deadlines, taking_up

urlpatterns = [
    path("dossiers/<uuid:public_id>/envoye/<int:number>/", comparing.revision, name="revision"),
    path("dossiers/<uuid:public_id>/envoye/comparaison/", comparing.compare, name="compare"),
    path("dossiers/<uuid:public_id>/reprise/vague/", taking_up.take_up, name="take_up"),
    path("pilotage/dossiers/<uuid:public_id>/versions/", comparing.staff_compare, name="staff_compare"),
    path("pilotage/vagues/<uuid:public_id>/delais/", deadlines.deadlines, name="deadlines"),
]
