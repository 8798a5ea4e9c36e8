from django.urls import path

from applications.views import asking, instruction

DOSSIER = "pilotage/dossiers/<uuid:public_id>/"
urlpatterns = [
    path("pilotage/dossiers/papier/", instruction.paper_deposit, name="paper_deposit"),
    path(f"{DOSSIER}controle/", instruction.answer_checklist, name="answer_checklist"),
    path(f"{DOSSIER}doublons/<uuid:hint_id>/", instruction.dismiss_duplicate, name="dismiss_duplicate"),
    path(f"{DOSSIER}demande-de-pieces/", instruction.staff_pieces_letter, name="staff_pieces_letter"),
    path(f"{DOSSIER}accuse-de-reception/", instruction.staff_receipt, name="staff_receipt"),
    path(f"{DOSSIER}corriger/<slug:slug>/", instruction.correct, name="staff_correct"),
    path("dossiers/<uuid:public_id>/demandes/<uuid:item_id>/", asking.reply, name="reply_to_item"),
]
