"""What the server loads for the desk: site_process … keng.site.asgi_desk:application."""

import os

os.environ["KENG_PROCESS"] = "desk"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keng.site.settings")

from django.core.wsgi import get_wsgi_application

from keng.site.change_streams import ChangeStreams
from keng.site.front import Front

application = Front(get_wsgi_application(), streams=ChangeStreams())
