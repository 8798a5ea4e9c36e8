from django.urls import include, path

from applications.views import dossiers, sections, staff

app_name = "applications"
urlpatterns = [
    path("mes-dossiers/", dossiers.mine, name="mine"),
    path("dossiers/nouveau/", dossiers.start, name="start"),
    path("dossiers/<uuid:public_id>/", dossiers.dossier, name="dossier"),
    path("dossiers/<uuid:public_id>/envoyer/", dossiers.check, name="check"),
    path("dossiers/<uuid:public_id>/envoye/", dossiers.sent_version, name="sent"),
    path("dossiers/<uuid:public_id>/accuse-de-reception/", dossiers.receipt, name="receipt"),
    path("dossiers/<uuid:public_id>/desistement/", dossiers.withdraw, name="withdraw"),
    path("dossiers/<uuid:public_id>/pieces/<uuid:piece_id>/", dossiers.piece, name="piece"),
    path("dossiers/<uuid:public_id>/pieces/<uuid:piece_id>/retirer/", dossiers.remove_piece, name="remove_piece"),
    path("dossiers/<uuid:public_id>/plan-de-financement/totaux/", sections.plan_totals, name="plan_totals"),
    path("pilotage/dossiers/", staff.staff_list, name="staff_list"),
    path("pilotage/dossiers/<uuid:public_id>/", staff.staff_dossier, name="staff_dossier"),
    path("pilotage/dossiers/<uuid:public_id>/prendre-en-charge/", staff.take_charge, name="take_charge"),
    path("pilotage/dossiers/<uuid:public_id>/demander/", staff.request_correction, name="request_correction"),
    path("pilotage/dossiers/<uuid:public_id>/reprendre/", staff.close_correction, name="close_correction"),
    path("pilotage/dossiers/<uuid:public_id>/recevable/", staff.admit, name="admit"),
    path("pilotage/dossiers/<uuid:public_id>/irrecevable/", staff.reject, name="reject"),
    path("", include("applications.review_urls")),
    # Last: any other word after a dossier is one of its sections.
    path("dossiers/<uuid:public_id>/<slug:slug>/", sections.section, name="section"),
]
