from django.urls import path

from documents import own_views, views

app_name = "documents"

urlpatterns = [
    path("verifier/", views.verify_page, name="verify"),
    path("organisations/<uuid:public_id>/notifications/", own_views.notifications, name="notifications"),
    path("organisations/<uuid:public_id>/notifications/accord/", own_views.consent, name="consent"),
    path("organisations/<uuid:public_id>/notifications/<uuid:act_id>/ouvrir/", own_views.open_act, name="open_act"),
]
