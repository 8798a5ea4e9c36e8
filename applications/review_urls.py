"""Addresses of reviewing, included by `applications.urls` (namespace "applications")."""

from django.urls import path

from applications.views import assigning, autosaving, reviewing, staff_reviews

urlpatterns = [
    path("evaluations/", reviewing.desk, name="desk"),
    path("evaluations/suivante/", reviewing.following, name="next_review"),
    path("evaluations/<uuid:public_id>/", reviewing.review, name="review"),
    path("evaluations/<uuid:public_id>/garder/", autosaving.sheet, name="autosave_review"),
    path("evaluations/<uuid:public_id>/reponse/", reviewing.answer, name="answer"),
    path("evaluations/<uuid:public_id>/lien/", reviewing.interest, name="interest"),
    path("evaluations/<uuid:public_id>/pieces/<uuid:piece_id>/", reviewing.piece, name="review_piece"),
    path("pilotage/vagues/<uuid:public_id>/affectation/", assigning.assignment, name="assignment"),
    path("pilotage/vagues/<uuid:public_id>/affectation/proposer/", assigning.propose, name="propose_reviewers"),
    path("pilotage/vagues/<uuid:public_id>/affectation/envoyer/", assigning.send, name="send_to_review"),
    path("pilotage/evaluateurs/<uuid:public_id>/", assigning.profile, name="reviewer_profile"),
    path("pilotage/dossiers/<uuid:public_id>/evaluations/", staff_reviews.reviews, name="staff_reviews"),
    path("pilotage/dossiers/<uuid:public_id>/evaluations/confier/", staff_reviews.assign, name="assign_reviewer"),
    path("pilotage/dossiers/<uuid:public_id>/evaluations/clore/", staff_reviews.settle, name="settle_reviews"),
    path("pilotage/affectations/<uuid:public_id>/retirer/", staff_reviews.take_back, name="take_back"),
    path("pilotage/affectations/<uuid:public_id>/rouvrir/", staff_reviews.reopen, name="reopen_review"),
]
