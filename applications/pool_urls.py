"""Addresses of the pool of reviewers and of the register, included by `applications.urls`."""

from django.urls import path

from applications.views import joining, pool, register

urlpatterns = [
    path("evaluateurs/invitation/<str:token>/", joining.invitation, name="reviewer_invitation"),
    path("evaluations/regles/", joining.review_terms, name="review_terms"),
    path("evaluations/profil/", joining.own_profile, name="own_profile"),
    path("pilotage/evaluateurs/", pool.people, name="pool"),
    path("pilotage/evaluateurs/inviter/", pool.invite, name="invite_reviewer"),
    path("pilotage/evaluateurs/invitations/<uuid:public_id>/annuler/", pool.cancel, name="cancel_reviewer_invitation"),
    path("pilotage/interets/<uuid:public_id>/retirer/", pool.withdraw_interest, name="withdraw_interest"),
    path("pilotage/vagues/<uuid:public_id>/deports/", register.register, name="register"),
    path("pilotage/vagues/<uuid:public_id>/deports/inscrire/", register.keep_out, name="keep_out"),
    path(
        "pilotage/vagues/<uuid:public_id>/deports/<uuid:dossier_id>/<uuid:person_id>/<slug:kind>/",
        register.judge,
        name="judge_alert",
    ),
    path("pilotage/deports/<uuid:public_id>/lever/", register.lift, name="lift_recusal"),
]
