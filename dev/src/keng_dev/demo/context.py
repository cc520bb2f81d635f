"""What templates may use in a demo, beside what keng.site.context gives them."""

from django.http import HttpRequest

from keng_dev.demo import tour


def beside(request: HttpRequest) -> dict[str, object]:
    """The tour above a page of the desk."""
    officer = getattr(request, "officer", None)
    return {"beside": tour.on_the_desk(request) if officer else None}
