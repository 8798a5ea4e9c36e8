from django.urls import path

from monitoring.views import places, statements, steering

app_name = "monitoring"
urlpatterns = [
    path("pilotage/", steering.steering, name="steering"),
    path("pilotage/fabriques/", places.places, name="places"),
    path("pilotage/fabriques/<uuid:public_id>/", places.place, name="place"),
    path("pilotage/annonces/", statements.statements, name="statements"),
]
