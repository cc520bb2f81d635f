"""A ward's desk whose groups and leads are kept, and the addresses of its pages."""

from django.urls import reverse

from tests import make


class WardDesk:
    """A ward with one officer, and a neighbour."""

    def __init__(self):
        self.province = make.province_unit()
        self.place = make.place("Phường Nếnh")
        self.hamlet = make.place("Ninh Khánh", kind="hamlet", parent=self.place)
        self.unit = make.unit(parent=self.province, serves=self.place)
        self.officer = make.officer(unit=self.unit)
        self.neighbour = make.unit(parent=self.province, serves=make.place())

    def school(self, name, teachers):
        """A head and teachers with a class group each."""
        head = make.lead(unit=self.unit, name=f"Hiệu trưởng {name}")
        for number in range(teachers):
            group = make.group(unit=self.unit, place=self.place, name=f"Lớp {name}-{number}")
            make.lead(unit=self.unit, name=f"Cô {name}-{number}", above=head, groups=(group,))
        return head


def url(name, *args):
    return reverse(name, args=args, urlconf="keng.site.desk_urls")
