"""The bench: what was typed stays, and it is open where that could not be used."""

import re


def test_the_bench_is_open_where_its_text_could_not_be_used(client):
    def bench(page):
        return re.search(r'<details class="bench"[^>]*>', page)[0]

    assert " open" not in bench(client.get("/?size=40").text)
    answer = client.get("/edit", query_string={"from": "size=40", "name.1": "gabour(1)"})
    assert " open" in bench(answer.text)
    assert 'name="name.1" value="gabour(1)"' in answer.text
    other = client.get("/edit", query_string={"from": "size=40", "strides.other": "99"})
    assert " open" not in bench(other.text)
