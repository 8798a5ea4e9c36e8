from django.urls import path

from applications.views import messages

urlpatterns = [
    path("dossiers/<uuid:public_id>/messages/", messages.own_thread, name="messages"),
    path("dossiers/<uuid:public_id>/messages/fichiers/<uuid:file_id>/", messages.message_file, name="message_file"),
    path("pilotage/dossiers/<uuid:public_id>/messages/", messages.staff_thread, name="staff_messages"),
    path("pilotage/modeles/", messages.templates, name="message_templates"),
    path("pilotage/modeles/<uuid:template_id>/", messages.templates, name="message_template"),
]
