"""What the server loads for residents: site_process … keng.site.asgi_public:application."""

import os

os.environ["KENG_PROCESS"] = "public"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keng.site.settings")

from django.core.wsgi import get_wsgi_application

from keng.site.front import Front

application = Front(get_wsgi_application())
