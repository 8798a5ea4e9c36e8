"""Addresses of reviewing, included by `applications.urls` (namespace "applications")."""

from django.urls import path

from applications.views import (
    assigning,
    autosaving,
    beside_sheet,
    calibrating,
    exercise,
    offline,
    optimising,
    reviewing,
    staff_reviews,
    worked_examples,
)
from applications.views.assignment_matrix import matrix

urlpatterns = [
    path("evaluations/", reviewing.desk, name="desk"),
    path("evaluations/suivante/", reviewing.following, name="next_review"),
    path("evaluations/vagues/<uuid:public_id>/retour/", calibrating.feedback, name="review_feedback"),
    path("evaluations/tableur/", offline.spreadsheet, name="spreadsheet"),
    path("evaluations/tableur/fichier/", offline.spreadsheet_file, name="spreadsheet_file"),
    path("evaluations/exercice/", exercise.exercise, name="exercise"),
    path("evaluations/exercice/<uuid:public_id>/", exercise.example, name="worked_example"),
    path("evaluations/<uuid:public_id>/", reviewing.review, name="review"),
    path("evaluations/<uuid:public_id>/garder/", autosaving.sheet, name="autosave_review"),
    path("evaluations/<uuid:public_id>/reponse/", reviewing.answer, name="answer"),
    path("evaluations/<uuid:public_id>/lien/", reviewing.interest, name="interest"),
    path("evaluations/<uuid:public_id>/abstention/", beside_sheet.abstain, name="abstain"),
    path("evaluations/<uuid:public_id>/versions/", beside_sheet.versions, name="review_versions"),
    path("evaluations/<uuid:public_id>/versions/<int:number>/reprendre/", beside_sheet.restore, name="restore_review"),
    path("evaluations/<uuid:public_id>/pieces/<uuid:piece_id>/", reviewing.piece, name="review_piece"),
    path("pilotage/appels/<slug:slug>/exemples/", worked_examples.examples, name="worked_examples"),
    path("pilotage/appels/<slug:slug>/exemples/nouveau/", worked_examples.new, name="new_worked_example"),
    path("pilotage/exemples/<uuid:public_id>/", worked_examples.example, name="edit_worked_example"),
    path("pilotage/exemples/<uuid:public_id>/retirer/", worked_examples.withdraw, name="withdraw_worked_example"),
    path("pilotage/vagues/<uuid:public_id>/calibration/", calibrating.calibration, name="calibration"),
    path("pilotage/vagues/<uuid:public_id>/affectation/", assigning.assignment, name="assignment"),
    path("pilotage/vagues/<uuid:public_id>/affectation/matrice/", matrix, name="assignment_matrix"),
    path("pilotage/vagues/<uuid:public_id>/affectation/proposer/", optimising.propose, name="propose_reviewers"),
    path("pilotage/vagues/<uuid:public_id>/affectation/prix/", optimising.price, name="price_rules"),
    path("pilotage/vagues/<uuid:public_id>/affectation/verrous/", optimising.lock, name="lock_choice"),
    path("pilotage/vagues/<uuid:public_id>/affectation/paires/", optimising.keep_apart, name="keep_apart"),
    path("pilotage/vagues/<uuid:public_id>/affectation/paires/<uuid:pair_id>/", optimising.let_meet, name="let_meet"),
    path("pilotage/vagues/<uuid:public_id>/affectation/envoyer/", assigning.send, name="send_to_review"),
    path("pilotage/evaluateurs/<uuid:public_id>/", assigning.profile, name="reviewer_profile"),
    path("pilotage/dossiers/<uuid:public_id>/evaluations/", staff_reviews.reviews, name="staff_reviews"),
    path("pilotage/dossiers/<uuid:public_id>/evaluations/confier/", staff_reviews.assign, name="assign_reviewer"),
    path("pilotage/dossiers/<uuid:public_id>/evaluations/clore/", staff_reviews.settle, name="settle_reviews"),
    path("pilotage/affectations/<uuid:public_id>/retirer/", staff_reviews.take_back, name="take_back"),
    path("pilotage/affectations/<uuid:public_id>/rouvrir/", staff_reviews.reopen, name="reopen_review"),
]
