"""What input pixels stamp, one after another."""


def test_a_convolution_stamps_nothing_and_has_its_window(client):
    answer = client.get("/maps/stamps.npy", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert "not a transposed one" in answer.json["detail"]
    page = client.get("/").text
    assert "<mc-slide" in page
    assert "<mc-stamps" not in page
