"""Lists of others: read line by line, imported whole or not at all, named by their source."""

import datetime as dt
import io

import pytest

from keng.audit.models import Entry as AuditEntry
from keng.cli.__main__ import main
from keng.language.lookup_terms import listing_hash
from keng.lookup.block_lists import importing
from keng.lookup.block_lists.reading import ListEntry, ListFault, NotThisFormat, read_block_list
from keng.lookup.models import BlockList, Dispute, Indicator, Listing
from tests import make
from tests.shared_data import shared_data

SOON = dt.date.today() + dt.timedelta(days=90)  # noqa: DTZ011 -- any day within the year


def read_text(text, form="hosts"):
    return list(read_block_list(io.StringIO(text), form))


def bring(text, *, source="A list", form="hosts", expires_on=SOON, **options):
    return importing.import_block_list(
        read_block_list(io.StringIO(text), form),
        source=source,
        licence="free to use",
        origin="",
        expires_on=expires_on,
        **options,
    )


def listed(source="A list"):
    rows = Listing.objects.public().filter(block_list__name=source)
    return sorted(rows.values_list("indicator__value", flat=True))


def test_a_hosts_file_lists_its_domains_and_not_the_machine_itself():
    text = (
        "# hosts of a list\n! another remark\n127.0.0.1 localhost\n::1 ip6-localhost\n\n"
        "0.0.0.0 www.Bad-One.com bad-two.vn  # why\nbad-three.top\n0.0.0.0 0.0.0.0\n"
    )
    assert read_text(text) == [
        ListEntry("url", "bad-one.com"),
        ListEntry("url", "bad-two.vn"),
        ListEntry("url", "bad-three.top"),
    ]


def test_a_csv_lists_phones_and_links_by_its_columns():
    text = "note,Type,VALUE\nx,phone,+84 912 345 678\n,domain,hxxps://bad-one[.]com/login\n,,\n"
    assert read_text(text, "csv") == [
        ListEntry("phone", "+84912345678"),
        ListEntry("url", "bad-one.com"),
    ]


@pytest.mark.parametrize(
    ("text", "form", "why"),
    [
        ("bad-one.com bad-two.com\n", "hosts", "one domain a line"),
        ("not a domain\n", "hosts", "one domain a line"),
        ("nonsense\n", "hosts", "no domain and no link"),
        ("facebook.com\n", "hosts", "that everybody uses"),
        ("dichvucong.gov.vn\n", "hosts", "belongs to the state"),
        ("type,value\nphone,12\n", "csv", "no phone number"),
        ("type,value\nbank_account,19036789012345\n", "csv", "only when a desk has confirmed"),
        ("type,value\nplate,98A12345\n", "csv", "never public"),
        ("type,value\nperson,Somebody\n", "csv", "unknown"),
        ("type,value\nphone,\n", "csv", "no value"),
    ],
)
def test_a_line_that_cannot_be_taken_says_why(text, form, why):
    (fault,) = read_text(text, form)
    assert isinstance(fault, ListFault)
    assert fault.line == len(text.splitlines())
    assert why in fault.why


def test_a_table_without_the_two_columns_is_another_format():
    with pytest.raises(NotThisFormat, match="type and value"):
        read_text("domain\nbad-one.com\n", "csv")


@pytest.mark.django_db
def test_an_import_replaces_what_its_source_listed_and_nothing_of_others():
    bring("bad-one.com\nbad-two.com\nbad-two.com\n")
    bring("bad-one.com\n", source="Another")
    assert listed() == ["bad-one.com", "bad-two.com"]
    result = bring("bad-two.com\nbad-three.com\n")
    assert (result.listed, listed()) == (2, ["bad-three.com", "bad-two.com"])
    assert listed("Another") == ["bad-one.com"]
    row = Listing.objects.get(indicator__value="bad-three.com")
    assert bytes(row.lookup_hash) == listing_hash("url", "bad-three.com")
    assert AuditEntry.objects.filter(action="block_list.imported").count() == 3


@pytest.mark.django_db
def test_a_list_again_with_a_later_day_is_shown_until_then():
    bring("bad-one.com\n")
    bring("bad-one.com\n", expires_on=SOON + dt.timedelta(days=30))
    assert Listing.objects.get().expires_on == SOON + dt.timedelta(days=30)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["bad-two.com\nnonsense\n", "# nothing\n"])
def test_a_faulty_or_empty_list_leaves_everything_as_it_was(text):
    bring("bad-one.com\n")
    with pytest.raises((importing.FaultyList, importing.NothingListed)):
        bring(text)
    with pytest.raises((importing.FaultyList, importing.NothingListed)):
        bring(text, source="Another")
    assert listed() == ["bad-one.com"]
    assert not BlockList.objects.filter(name="Another").exists()
    assert not Indicator.objects.filter(value="bad-two.com").exists()


@pytest.mark.django_db
def test_faulty_lines_can_be_left_out_and_are_counted():
    result = bring("bad-one.com\n" + "nonsense\n" * 30, leave_out_faulty=True)
    assert (result.listed, result.left_out_count, len(result.left_out)) == (1, 30, 20)
    assert result.left_out[0].line == 2


@pytest.mark.django_db
def test_what_a_dispute_took_off_is_not_listed_again_and_keeps_its_row():
    bring("bad-one.com\nbad-two.com\n")
    struck = Listing.objects.get(indicator__value="bad-one.com")
    now = dt.datetime.now(dt.UTC)
    Listing.objects.filter(pk=struck.pk).update(
        status="ended", end_reason=Listing.End.MISTAKE, ended_at=now
    )
    for source in ("A list", "Another"):
        assert bring("bad-one.com\nbad-two.com\n", source=source).struck == 1
        assert listed(source) == ["bad-two.com"]
    assert Listing.objects.taken_off().get() == struck


@pytest.mark.django_db
def test_a_removed_list_leaves_no_value_behind_but_those_in_tips():
    seen = make.indicator("bad-one.com", type="url")
    make.sighting(make.tip(unit=make.unit()), indicator=seen)
    bring("bad-one.com\nbad-two.com\n")
    assert importing.remove_block_list(BlockList.objects.get()) is True
    assert list(Indicator.objects.all()) == [seen]
    assert not Listing.objects.exists()


@pytest.mark.django_db
def test_the_row_that_somebody_objected_to_stays_with_its_answer():
    bring("bad-one.com\nbad-two.com\n")
    row = Listing.objects.get(indicator__value="bad-one.com")
    Dispute.objects.create(
        listing=row, unit=make.unit(), code_hash=b"x" * 32, reason="mistake", text="", due_on=SOON
    )
    assert importing.remove_block_list(BlockList.objects.get()) is False
    assert listed() == []
    assert Listing.objects.get() == row


@pytest.mark.django_db
def test_the_operator_imports_lists_and_removes_by_command(tmp_path, capsys):
    def keng(*words):
        code = main(["lookup", *words])
        said = capsys.readouterr()
        return code, said.out + said.err

    file = tmp_path / "list.txt"
    file.write_text("bad-one.com\nnonsense\n")
    options = ["--source", "A list", "--licence", "MIT", "--format", "hosts", "--expires"]
    code, said = keng("import", str(file), *options, SOON.isoformat())
    assert (code, "line 2: 'nonsense' is no domain" in said) == (1, True)
    assert "within the next year" in keng("import", str(file), *options, "2020-01-01")[1]
    assert "is no day" in keng("import", str(file), *options, "soon")[1]
    code, said = keng("import", str(file), *options, SOON.isoformat(), "--leave-out-faulty")
    assert (code, f"1 listed by 'A list' until {SOON}" in said) == (0, True)
    assert f"A list: 1 listed, until {SOON}\n  MIT" in keng("list")[1]
    assert keng("remove", "Another")[0] == 1
    assert keng("remove", "A list")[0] == 0
    assert "No list of others yet" in keng("list")[1]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["threat", "gambling"])
def test_a_list_as_it_is_published_can_be_imported(name):
    file = shared_data(f"blocklists/hostsVN_{name}_domain_VN.txt")
    with file.open() as lines:
        result = importing.import_block_list(
            read_block_list(lines, "hosts"),
            source=name,
            licence="MIT",
            origin="",
            expires_on=SOON,
            leave_out_faulty=True,
        )
    assert result.listed > 3000
    assert result.left_out_count < result.listed / 100
