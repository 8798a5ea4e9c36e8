from django.urls import include, path

from applications.views import autosaving, bulk, dossiers, morning, pieces, sections, staff, versions

app_name = "applications"
urlpatterns = [
    path("mes-dossiers/", dossiers.mine, name="mine"),
    path("dossiers/nouveau/", dossiers.start, name="start"),
    path("dossiers/<uuid:public_id>/", dossiers.dossier, name="dossier"),
    path("dossiers/<uuid:public_id>/envoyer/", dossiers.check, name="check"),
    path("dossiers/<uuid:public_id>/envoye/", dossiers.sent_version, name="sent"),
    path("dossiers/<uuid:public_id>/pieces/demande/", dossiers.pieces_letter, name="pieces_letter"),
    path("dossiers/<uuid:public_id>/accuse-de-reception/", dossiers.receipt, name="receipt"),
    path("dossiers/<uuid:public_id>/desistement/", dossiers.withdraw, name="withdraw"),
    path("dossiers/<uuid:public_id>/pieces/<uuid:piece_id>/", pieces.piece, name="piece"),
    path("dossiers/<uuid:public_id>/pieces/<uuid:piece_id>/lire/", pieces.read_piece, name="read_piece"),
    path(
        "dossiers/<uuid:public_id>/pieces/<uuid:piece_id>/pages/<int:number>.png",
        pieces.piece_picture,
        name="piece_picture",
    ),
    path("dossiers/<uuid:public_id>/pieces/<uuid:piece_id>/retirer/", pieces.remove_piece, name="remove_piece"),
    path("dossiers/<uuid:public_id>/formulaire/changements/", versions.form_changes, name="form_changes"),
    path("pilotage/appels/<slug:slug>/brouillons/", versions.drafts, name="form_drafts"),
    path("dossiers/<uuid:public_id>/plan-de-financement/totaux/", sections.plan_totals, name="plan_totals"),
    path("pilotage/dossiers/", staff.staff_list, name="staff_list"),
    path("pilotage/dossiers/selection/", bulk.select, name="select"),
    path("pilotage/dossiers/lot/<slug:key>/", bulk.confirm, name="bulk"),
    path("pilotage/matin/", morning.morning, name="morning"),
    path("pilotage/repartition/", morning.region_rules, name="region_rules"),
    path("pilotage/dossiers/<uuid:public_id>/", staff.staff_dossier, name="staff_dossier"),
    path("pilotage/dossiers/<uuid:public_id>/prendre-en-charge/", staff.take_charge, name="take_charge"),
    path("pilotage/dossiers/<uuid:public_id>/demander/", staff.request_correction, name="request_correction"),
    path("pilotage/dossiers/<uuid:public_id>/reprendre/", staff.close_correction, name="close_correction"),
    path("pilotage/dossiers/<uuid:public_id>/recevable/", staff.admit, name="admit"),
    path("pilotage/dossiers/<uuid:public_id>/irrecevable/", staff.reject, name="reject"),
    path("", include("applications.instruction_urls")),
    path("", include("applications.message_urls")),
    path("", include("applications.pool_urls")),
    path("", include("applications.review_urls")),
    path("", include("applications.team_urls")),
    path("", include("applications.sending_urls")),
    path("dossiers/<uuid:public_id>/<slug:slug>/garder/", autosaving.section, name="autosave"),
    # Last: any other word after a dossier is one of its sections.
    path("dossiers/<uuid:public_id>/<slug:slug>/", sections.section, name="section"),
]
