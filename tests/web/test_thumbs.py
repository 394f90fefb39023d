"""Many outputs have a strip of small pictures, few have none."""

import re

import pytest


@pytest.mark.parametrize(
    ("outputs", "expected"), [(1, 0), (5, 0), (8, 0), (9, 9), (16, 16), (64, 64)]
)
def test_the_strip_numbers_every_output_of_many(client, outputs, expected):
    page = client.get(f"/?outputs={outputs}&size=40").text
    strip = re.search(r'<nav class="thumbs".*?</nav>', page, re.DOTALL)
    found = re.findall(r'<a href="([^"]*)"[^>]*>\s*<img[^>]*>(\d+)</a>', strip[0] if strip else "")
    assert [int(k) for _, k in found] == list(range(expected))
    if found:
        assert 'aria-current="true"><img' in strip[0]
        chosen = client.get(found[-1][0].replace("&amp;", "&"))
        assert chosen.status_code == 200
        assert f"output[·,·,{expected - 1}]" in chosen.text


def test_small_pictures_are_those_of_the_slabs(client):
    page = client.get("/?outputs=16&size=40").text
    address = re.search(r'<nav class="thumbs".*?<img src="([^"]*)"', page, re.DOTALL)[1]
    assert page.count(address) >= 2
    assert client.get(address.replace("&amp;", "&")).content_type == "image/png"
