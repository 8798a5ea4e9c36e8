from django.urls import path

from documents import views

app_name = "documents"

urlpatterns = [path("verifier/", views.verify_page, name="verify")]
