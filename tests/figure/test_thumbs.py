"""Many outputs have a strip of small pictures, few have none."""

import re

import pytest


@pytest.mark.parametrize(
    ("outputs", "expected"), [(1, 0), (5, 0), (8, 0), (9, 9), (16, 16), (64, 64)]
)
def test_the_strip_numbers_every_output_of_many(client, outputs, expected):
    page = client.get(f"/?outputs={outputs}&size=40").text
    strip = re.findall(r'(?s)<nav class="thumbs".*?</nav>', page) or [""]
    found = re.findall(
        r'(?s)<a href="([^"]*)"[^>]*>\s*<svg.*?</svg>(\d+)</a>', strip[0] if strip else ""
    )
    assert [int(k) for _, k in found] == list(range(expected))
    if found:
        assert strip[0].count('aria-current="true"') == 1
        chosen = client.get(found[-1][0].replace("&amp;", "&"))
        assert chosen.status_code == 200
        assert f"output[·,·,{expected - 1}]" in chosen.text
