from django.urls import path, re_path

from accounts.views import details, entrance, home, journal, members, organisations, outbox, people

app_name = "accounts"
urlpatterns = [
    path("accueil/", home.home, name="home"),
    path("role/", home.switch_role, name="switch_role"),
    path("compte/", details.details, name="details"),
    re_path(
        r"^compte/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        entrance.open_reset_link,
        name="account_reset_link",
    ),
    re_path(r"^compte/confirm-email/(?P<key>[-:\w]+)/$", entrance.confirm_address, name="account_confirm_link"),
    path("organisations/", organisations.mine, name="organisations"),
    path("organisations/nouvelle/", organisations.new, name="organisation_new"),
    path("organisations/<uuid:public_id>/", organisations.detail, name="organisation"),
    path("organisations/<uuid:public_id>/modifier/", organisations.edit, name="organisation_edit"),
    path("organisations/<uuid:public_id>/reseau/", organisations.recognise_network, name="organisation_network"),
    path("organisations/rejoindre/", members.find, name="organisation_find"),
    path("organisations/<uuid:public_id>/rejoindre/", members.join, name="organisation_join"),
    path("organisations/<uuid:public_id>/demandes/<uuid:request_id>/", members.answer_request, name="join_answer"),
    path("organisations/<uuid:public_id>/inviter/", members.invite, name="organisation_invite"),
    path(
        "organisations/<uuid:public_id>/invitations/<uuid:invitation_id>/annuler/",
        members.cancel_invitation,
        name="invitation_cancel",
    ),
    path(
        "organisations/<uuid:public_id>/invitations/<uuid:invitation_id>/renvoyer/",
        members.resend_invitation,
        name="invitation_resend",
    ),
    path("organisations/<uuid:public_id>/membres/<uuid:person_id>/droit/", members.change, name="member_change"),
    path("organisations/<uuid:public_id>/membres/<uuid:person_id>/retirer/", members.remove, name="member_remove"),
    path("invitations/<uuid:invitation_id>/accepter/", members.accept_invitation, name="invitation_accept"),
    path("pilotage/structures/", organisations.known, name="organisations_known"),
    path("pilotage/journal/", journal.journal, name="journal"),
    path("pilotage/comptes/", people.people, name="people"),
    path("pilotage/comptes/<uuid:public_id>/", people.person, name="person"),
    path("pilotage/comptes/<uuid:public_id>/donner/", people.grant, name="grant_role"),
    path("pilotage/comptes/<uuid:public_id>/retirer/", people.revoke, name="revoke_role"),
    path("pilotage/courriels/", outbox.followed, name="mail"),
    path("pilotage/courriels/reessayer/", outbox.retry, name="mail_retry"),
    path("courriels/", outbox.outbox, name="outbox"),
    path("courriels/<uuid:public_id>/", outbox.message, name="outbox_message"),
]
