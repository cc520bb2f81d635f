"""Pages for what goes wrong, on both sites and in both languages."""

import pytest


@pytest.mark.parametrize(
    ("language", "words"),
    [("vi", "Không đọc được yêu cầu này"), ("en", "This request could not be read")],
)
@pytest.mark.django_db
def test_a_foreign_host_name_gets_a_page_of_ours(public_client, language, words):
    answer = public_client.get("/", headers={"host": "evil.example", "accept-language": language})
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert "evil.example" not in answer.content.decode()


@pytest.mark.django_db
def test_a_form_with_too_many_fields_gets_a_page_of_ours_on_the_desk(desk_client):
    fields = {f"field{number}": "" for number in range(1500)}
    answer = desk_client.post("/sign-in/", fields)
    assert answer.status_code == 400
    assert "<h1>" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/p/%00/", "/p/?q=a%00b", "/%00"])
def test_an_address_with_a_null_character_gets_a_page_of_ours(public_client, address):
    answer = public_client.get(address)
    assert answer.status_code == 400
    assert "<h1>" in answer.content.decode()
