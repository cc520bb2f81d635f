"""The product's settings and the demo's tables beside its own: for tests, types and migrations.

No process runs with them: in a demo keng.site.settings takes everything in by the hook.
"""

from keng.site.settings import *  # noqa: F403
from keng.site.settings import INSTALLED_APPS
from keng_dev.demo import hook

if hook.APP not in INSTALLED_APPS:
    INSTALLED_APPS = [*INSTALLED_APPS, hook.APP]
