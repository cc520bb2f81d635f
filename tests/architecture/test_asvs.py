"""The page beside OWASP ASVS 5.0.0: whole, with tests and files that exist, and honest counts."""

import ast
import re
from functools import cache

import pytest

from tests.architecture.source import KENG, ROOT, is_test, python_files

PAGE = ROOT / "docs" / "privacy" / "asvs.md"
# Every published id with its level, of all three levels.
PUBLISHED = ROOT / "tests" / "architecture" / "asvs_5_0_0.txt"
ROW = re.compile(r"^\| (V[\d.]+) \| (\d) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
NAMED = re.compile(
    r"`((?:keng|tests|docs|deploy|requirements)/[\w./-]+|pyproject\.toml)(?:::(test_\w+))?`"
)
MOST_THAT_DO_NOT_APPLY = 0.15
# What is not met today. It may become fewer, never more.
MOST_NOT_MET = 10


def rows():
    return ROW.findall(PAGE.read_text())


@cache
def functions_of(path):
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if hasattr(node, "name")}


def test_the_ids_and_levels_are_the_published_ones():
    published = [line.split() for line in PUBLISHED.read_text().splitlines()]
    assert len(published) == 345
    wanted = [(row_id, level) for row_id, level in published if level in "12"]
    assert [(row_id, level) for row_id, level, _asked, _how in rows()] == wanted
    assert len(wanted) == 253


def test_every_test_and_file_that_is_named_exists():
    for row_id, _level, _asked, how in rows():
        named = NAMED.findall(how)
        assert named or how.startswith(("does not apply: ", "**not met**: ")), row_id
        for file, test in named:
            path = (KENG.parent if file.startswith("keng/") else ROOT) / file
            assert path.exists(), (row_id, file)
            assert not test or test in functions_of(path), (row_id, test)


def test_few_rows_do_not_apply_and_no_more_are_unmet_than_today():
    ways = [how for _id, _level, _asked, how in rows()]
    exempt = sum(how.startswith("does not apply: ") for how in ways)
    unmet = sum(how.startswith("**not met**: ") for how in ways)
    absent = sum("test_what_is_not_here_is_not_brought_in" in how for how in ways)
    assert exempt / len(ways) <= MOST_THAT_DO_NOT_APPLY
    assert unmet <= MOST_NOT_MET
    told = [
        int(count)
        for count in re.findall(r"^\| [a-z ,]+ \| (\d+) \|$", PAGE.read_text(), re.MULTILINE)
    ]
    assert told == [len(ways) - exempt - unmet, absent, exempt, unmet]


# Libraries of what rows call "not there": whoever brings one in answers these rows anew.
NOT_HERE = {
    "ldap",
    "ldap3",
    "jinja2",
    "mako",
    "memcache",
    "pymemcache",
    "pylibmc",
    "py4j",
    "jpype",
    "graphene",
    "strawberry",
    "ariadne",
    "graphql",
    "websockets",
    "wsproto",
    "socketio",
    "channels",
    "saml2",
    "onelogin",
    "authlib",
    "oauthlib",
    "allauth",
    "social_core",
    "mozilla_django_oidc",
    "jwt",
    "twilio",
    "vonage",
    "aiortc",
}
_LATEX = re.compile(r"\b(pdf|xe|lua)?latex\b")
_XPATH = re.compile(r"\.xpath\(|\.findall\(f\"|etree\.XPath")


def imported_by_the_product():
    for file in python_files(KENG):
        if is_test(file):
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]


def product_text():
    for file in python_files(KENG):
        if not is_test(file):
            yield file, file.read_text()


def test_what_is_not_here_is_not_brought_in():
    locked = (ROOT / "requirements" / "runtime.lock").read_text()
    names = set(re.findall(r"^([\w-]+)==", locked, re.MULTILINE))
    assert not NOT_HERE & {name.replace("-", "_").lower() for name in names}
    assert not NOT_HERE & set(imported_by_the_product())
    for file, text in product_text():
        assert not _LATEX.search(text), file
        assert not _XPATH.search(text), file
        assert 'scope["type"] == "websocket"' not in text, file
    for script in (KENG / "static").rglob("*.js"):
        if "vendor" not in script.parts and "htmx" not in script.name:
            words = script.read_text()
            assert "new WebSocket" not in words, script
            assert 'window.addEventListener("message"' not in words, script


@pytest.mark.parametrize(
    "weak",
    [
        r"hashlib\.(md5|sha1|new)\b",
        r"modes\.(ECB|CBC|CTR|CFB|OFB)",
        r"PKCS1v15",
        r"\bARC4\b|TripleDES",
    ],
)
def test_no_weak_cryptography_is_named(weak):
    assert [str(file) for file, text in product_text() if re.search(weak, text)] == []


def test_our_own_requests_follow_no_redirect():
    calls = re.compile(r"session\.(?:get|post|request)\((?:[^()]|\([^()]*\))*\)", re.DOTALL)
    found = [
        (file, call)
        for file, text in product_text()
        if "aiohttp" in text and "fake" not in file.parts
        for call in calls.findall(text)
    ]
    assert found
    assert [file for file, call in found if "allow_redirects=False" not in call] == []


# By these a name that came in from outside becomes a property: put it into a Map, or make a whole
# object of it (Object.fromEntries, {...}), which writes to the object alone and to no prototype.
BY_A_NAME_FROM_OUTSIDE = {
    "a property that is assigned by a name": (
        r"[\w)\]]\[(?!\d+\])[^\][]*\]\s*(?:[-+*|&?]{0,2})=(?!=)"
    ),
    "a table of our own that is asked by a name": r"\b(?!AEADS)[A-Z][A-Z_]+\[[a-z]",
    "properties of one object copied into another": (
        r"Object\.(?:assign|define\w+)\((?!script\b|document\.)"
    ),
    "inherited properties": (
        r"for \((?:const|let|var) \w+ in |__proto__|setPrototypeOf|\w in [a-z]\w*\)"
    ),
}


def our_scripts():
    for root in (KENG, ROOT / "dev" / "src"):
        for script in root.rglob("static/**/*.js"):
            if "htmx" not in script.name and "vendor" not in script.parts:
                yield script


@pytest.mark.parametrize("way", BY_A_NAME_FROM_OUTSIDE)
def test_no_script_writes_a_property_by_a_name_from_outside(way):
    scripts = list(our_scripts())
    assert len(scripts) > 30
    pattern = re.compile(BY_A_NAME_FROM_OUTSIDE[way])
    found = [
        f"{script.name}: {line.strip()}"
        for script in scripts
        for line in script.read_text().splitlines()
        if not line.lstrip().startswith("//") and pattern.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("way", "line"),
    [
        ("a property that is assigned by a name", "sent[name] = text(given[name]);"),
        ("a property that is assigned by a name", "all[keyOf(box)] ??= 1;"),
        ("a table of our own that is asked by a name", "const does = DOES[form.dataset.holder];"),
        ("properties of one object copied into another", "Object.assign(kept, JSON.parse(words));"),
        ("inherited properties", "for (const name in given) {"),
        ("inherited properties", "if (each.id in salts) {"),
    ],
)
def test_a_write_by_a_name_is_seen(way, line):
    assert re.search(BY_A_NAME_FROM_OUTSIDE[way], line)
