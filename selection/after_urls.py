from django.urls import path

from selection.views import after_appeal, appeals, derogations, embargo, my_appeals, waitlist

urlpatterns = [
    path("pilotage/recours/", appeals.register, name="appeals"),
    path("pilotage/recours/<uuid:public_id>/", appeals.appeal, name="appeal"),
    path("pilotage/recours/<uuid:public_id>/accuse-de-reception/", appeals.receipt, name="appeal_receipt"),
    path("pilotage/recours/<uuid:public_id>/reponse/", appeals.answer_letter, name="appeal_answer"),
    path("pilotage/recours/<uuid:public_id>/attribuer/", after_appeal.grant, name="grant_after_appeal"),
    path("pilotage/recours/<uuid:public_id>/pieces/<uuid:piece_id>/", appeals.piece, name="appeal_piece"),
    path("pilotage/decisions/<uuid:public_id>/recours/", appeals.record, name="record_appeal"),
    path("pilotage/decisions/<uuid:public_id>/appeler/", waitlist.call, name="call"),
    path("pilotage/decisions/<uuid:public_id>/abandonner/", waitlist.drop, name="drop"),
    path("pilotage/vagues/<uuid:public_id>/liste-complementaire/", waitlist.waitlist, name="waitlist"),
    path("pilotage/vagues/<uuid:public_id>/liste-complementaire/signer/", waitlist.sign, name="sign_late"),
    path("pilotage/vagues/<uuid:public_id>/embargo/", embargo.register, name="embargo"),
    path("pilotage/embargo/<uuid:public_id>/telecharger/", embargo.download, name="embargo_file"),
    path("pilotage/embargo/<uuid:public_id>/fermer/", embargo.close, name="close_embargo"),
    path("embargo/<str:secret>/", embargo.by_link, name="embargo_link"),
    path("pilotage/derogations/", derogations.derogations, name="derogations"),
    path("pilotage/derogations/nouvelle/", derogations.record, name="record_derogation"),
    path("pilotage/dossiers/<uuid:public_id>/decision/report/", derogations.defer_to, name="defer_to"),
    path("dossiers/<uuid:public_id>/decision/recours/", my_appeals.lodge, name="my_appeals"),
    path("dossiers/<uuid:public_id>/decision/recours/<uuid:appeal_id>/", my_appeals.my_receipt, name="my_receipt"),
    path(
        "dossiers/<uuid:public_id>/decision/recours/<uuid:appeal_id>/pieces/<uuid:piece_id>/",
        my_appeals.my_piece,
        name="my_appeal_piece",
    ),
    path(
        "dossiers/<uuid:public_id>/decision/recours/<uuid:appeal_id>/reponse/", my_appeals.my_answer, name="my_answer"
    ),
    path(
        "dossiers/<uuid:public_id>/decision/recours/<uuid:appeal_id>/reponse/ouvrir/",
        my_appeals.open_my_answer,
        name="open_my_answer",
    ),
    path(
        "dossiers/<uuid:public_id>/decision/recours/<uuid:appeal_id>/desistement/",
        my_appeals.my_withdrawal,
        name="my_withdrawal",
    ),
]
