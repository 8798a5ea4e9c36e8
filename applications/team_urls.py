from django.urls import path

from applications.views import reusing, signing, team

urlpatterns = [
    path("mes-dossiers/reseau/", team.followed, name="followed"),
    path("dossiers/<uuid:public_id>/qui-fait-quoi/", team.team, name="team"),
    path("dossiers/<uuid:public_id>/signature/", signing.sign, name="sign_off"),
    path("dossiers/<uuid:public_id>/signature/demander/", signing.ask, name="ask_sign_off"),
    path("dossiers/<uuid:public_id>/reponses-precedentes/", reusing.take_up, name="reuse"),
    path("dossiers/<uuid:public_id>/reseaux/", team.open_to_network, name="networks"),
    path("dossiers/<uuid:public_id>/reseaux/<uuid:consent_id>/fermer/", team.close_to_network, name="close_network"),
    path("dossiers/<uuid:public_id>/lecture/", team.shared, name="shared"),
]
