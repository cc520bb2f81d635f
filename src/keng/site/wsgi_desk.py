"""The WSGI application of the desk site."""

import os

os.environ["KENG_PROCESS"] = "desk"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keng.site.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
