"""A channel is one folder: nothing outside of it asks for the channel by its name."""

import ast
import re

import pytest

from keng import channels
from tests.architecture.source import KENG, imports, is_test, name, python_files, templates

FOLDER = KENG / "channels"
CODES = channels.channel_codes()
IN_A_STRING = re.compile(rf"(?:^|')({'|'.join(CODES)})(?:'|$)")
IN_A_TAG = re.compile(rf"[\"']({'|'.join(CODES)})[\"']")
# The same word for something else: a field of a form, a detail of a person, a way to an authority.
A_WORD_OF_ITS_OWN = {
    "email": {
        "src/keng/community/models/announcements.py",
        "src/keng/delivery/public/subscribe.py",
        "src/keng/duty/duty_forms.py",
        "src/keng/duty/pager_desk.py",
        "src/keng/intake/by_staff/from_chat_page.py",
        "src/keng/language/masking.py",
        "src/keng/language/reporters_own.py",
        "src/keng/network/forms/subscriptions.py",
        "src/keng/network/sheets/columns.py",
        "src/keng/openings/opening_pages.py",
        "src/keng/partners/forms.py",
        "src/keng/partners/public/member_pages.py",
        "src/keng/tips/origins.py",
    },
    # A link that opens the phone's own program.
    "sms": {"src/keng/claims/public/checks.py"},
    # Where something was seen that is reported, or claimed.
    "messenger": {"src/keng/language/same_incident.py"},
    "telegram": {"src/keng/community/models/announcements.py"},
}
# What is about one channel by itself takes its code and its values from the folder. Whether a
# person has to carry something, by hand, is asked wherever something is sent to groups.
ABOUT_ONE_CHANNEL = {
    "by_hand": {"cli", "delivery", "network", "relay", "tips"},
    # Subscribing by e-mail, how officers are called, and where somebody types that leads are told.
    "email": {"delivery", "duty", "network"},
    # And whose call the desk may say is taken on by its link.
    "sms": {"delivery", "network", "relay", "site", "warnings"},
    "voice": {"delivery"},
    "web_push": {"delivery", "duty"},
}


def codes_in(source):
    """The codes that stand as a string, or in quotes within one as SQL has them."""
    return {
        found
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for found in IN_A_STRING.findall(node.value)
    }


def folders_in(source):
    """The folders of channels that are imported from."""
    found = re.findall(r"(?m)^keng\.channels\.(\w+)", "\n".join(imports(ast.parse(source))))
    return set(found) & set(CODES)


def elsewhere():
    """What is neither in a channel's folder nor a test nor a migration."""
    return [
        file
        for file in python_files(KENG)
        if not is_test(file) and not (FOLDER in file.parents and file.parent != FOLDER)
    ]


def test_no_module_asks_for_a_channel_by_its_name():
    files = elsewhere()
    assert len(files) > 500
    asked = {(code, name(file)) for file in files for code in codes_in(file.read_text())}
    assert asked == {(code, file) for code, those in A_WORD_OF_ITS_OWN.items() for file in those}


def test_no_template_asks_for_a_channel_by_its_name():
    tags = re.compile(r"{%.*?%}|{{.*?}}")
    pages = {name(file): file.read_text() for file in templates(KENG) if file.suffix == ".html"}
    asked = {
        (page, code)
        for page, text in pages.items()
        for tag in tags.findall(text)
        for code in IN_A_TAG.findall(tag)
    }
    assert pages
    assert asked == set()


def test_only_what_is_about_one_channel_takes_something_from_its_folder():
    taken = {}
    for file in elsewhere():
        area = file.relative_to(KENG).parts[0]
        for folder in folders_in(file.read_text()) if area != "channels" else ():
            taken.setdefault(folder, set()).add(area)
    assert taken == ABOUT_ONE_CHANNEL


@pytest.mark.parametrize(
    "line",
    [
        'if account.channel == "zalo_oa": pass',
        "SQL = \"SELECT 1 FROM t WHERE channel <> 'by_hand'\"",
        'rows.filter(channel="email")',
    ],
)
def test_asking_for_a_channel_would_be_noticed(line):
    assert codes_in(line)


def test_taking_from_a_folder_would_be_noticed():
    assert folders_in("from keng.channels.zalo_oa import tokens") == {"zalo_oa"}
    assert folders_in("from keng.channels.upkeep import RECONNECT") == set()


def test_each_folder_is_a_channel_of_that_code():
    folders = {file.parent.name for file in FOLDER.glob("*/__init__.py")} - {"tests", "fake"}
    assert folders == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_page_for_operators_lies_in_each_folder_and_names_each_setting(code):
    page = (FOLDER / code / "operator.md").read_text()
    assert page.startswith(f"# `{code}`: ")
    settings = channels.get_channel(code).facts.settings
    assert [key for key in settings if f"`{key}`" not in page] == []
