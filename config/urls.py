from django.contrib import admin
from django.urls import include, path

from config.health import health

urlpatterns = [
    path("sante/", health, name="health"),
    path("", include("portal.urls")),
    path("", include("monitoring.urls")),
    path("", include("selection.urls")),
    path("", include("funding.urls")),
    path("", include("applications.urls")),
    path("", include("programme.urls")),
    path("", include("documents.urls")),
    path("", include("accounts.urls")),
    path("compte/", include("allauth.account.urls")),
    path("administration/", admin.site.urls),
]
handler403 = "accounts.views.errors.forbidden"
handler404 = "accounts.views.errors.not_found"
handler500 = "accounts.views.errors.server_error"
