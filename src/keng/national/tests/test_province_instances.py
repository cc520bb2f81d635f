"""The list of instances: a province, an address and a key each, none of them twice."""

import pytest
from nacl.signing import SigningKey

from keng.merkle.notes import NoteKey, NoteKeyKind
from keng.national.province_instances import WrongInstances, read_instances


def key(name: str = "keng.example/log", kind: NoteKeyKind = NoteKeyKind.LOG) -> str:
    public = bytes(SigningKey(name.encode().ljust(32, b".")[:32]).verify_key)
    return NoteKey(name, kind, public).written


def test_a_list_with_remarks_is_read() -> None:
    found = read_instances(
        [
            "# provinces",
            "",
            f"24 https://keng.bacninh.example/ {key()}  # the first",
            f"79 http://10.20.30.40:8000 {key('other.example/log')} private",
        ]
    )
    assert list(found) == ["24", "79"]
    assert found["24"].address == "https://keng.bacninh.example"
    assert found["24"].host == "keng.bacninh.example"
    assert not found["24"].is_private
    assert found["79"].is_private


def test_the_key_of_after_a_restore_is_the_one_of_before() -> None:
    restored = key("keng.example/log/restored-20261130T010000Z-300-0a1b2c3d")
    found = read_instances([f"24 https://keng.example {restored}"])
    assert found["24"].key.name == "keng.example/log"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("24 https://keng.example", "a code, an address and a key"),
        (f"24 https://keng.example {key()} open", "a code, an address and a key"),
        (f"98 https://keng.example {key()}", "no code of a province"),
        (f"24 http://keng.example {key()}", "begins with https://"),
        (f"24 https://127.0.0.1 {key()}", "a name on the usual port"),
        (f"24 https://[::1] {key()}", "a name on the usual port"),
        (f"24 https://keng.example:8443 {key()}", "a name on the usual port"),
        (f"24 https://a@keng.example {key()}", "begins with https://"),
        (f"24 https://keng.example?a=b {key()}", "ends with its path"),
        (f"24 ftp://keng.example {key()} private", "begins with https or http://"),
        (f"24 https://keng.example {key()[:-4]}", "base64|no key"),
        (f"24 https://keng.example {key('w.example', NoteKeyKind.COSIGNER)}", "of a witness"),
    ],
)
def test_a_line_that_cannot_be_taken_says_why(line: str, why: str) -> None:
    with pytest.raises(WrongInstances, match=f"line 1: .*(?:{why})"):
        read_instances([line])


def test_no_province_and_no_key_stands_there_twice() -> None:
    first = f"24 https://keng.example {key()}"
    with pytest.raises(WrongInstances, match="line 2: province 24 stands there twice"):
        read_instances([first, f"24 https://other.example {key('other.example/log')}"])
    with pytest.raises(WrongInstances, match="line 2: another province has the same key"):
        read_instances([first, f"79 https://other.example {key()}"])
