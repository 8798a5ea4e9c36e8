from django.urls import path

from portal.views import home, pages, places

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("chiffres/", home.numbers, name="figures"),
    path("fabriques/", places.places, name="places"),
    path("aide/", pages.help_page, name="help"),
    path("definitions/", pages.definitions, name="definitions"),
    path("accessibilite/", pages.accessibility, name="accessibility"),
    path("mentions-legales/", pages.legal, name="legal"),
    path("donnees-personnelles/", pages.personal_data, name="personal_data"),
]
