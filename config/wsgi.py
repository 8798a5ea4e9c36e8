import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
# Loaded before the workers are forked: one that is born again answers at once.
get_resolver().url_patterns  # noqa: B018
