"""The WSGI application of the public site."""

import os

os.environ["KENG_PROCESS"] = "public"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keng.site.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
