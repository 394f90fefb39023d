"""One's own stack under the hand: a layer added, its weights edited, another opened, one gone."""

from playwright.sync_api import expect

from tests.browser.test_live_main import at_rest


def test_a_stack_is_built_edited_and_taken_apart(page):
    page.goto("/?size=64")
    page.locator("details.more", has=page.locator('select[name="add"]')).locator("summary").click()
    page.select_option('select[name="add"]', "each")
    page.wait_for_url("**/?size=64&2.filters=each&layer=2")
    expect(page.locator('select[name="add"]')).to_have_value("")
    expect(page.locator('select[name="layer"]')).to_have_value("2")

    weight = page.locator('input[name="w.0.0"]').nth(4)
    expect(weight).to_have_value("1")
    weight.fill("0.5")
    page.wait_for_url("**2.w.0.0.1.1=0.5**")
    at_rest(page)
    weight.fill("0.25")
    page.wait_for_url("**2.w.0.0.1.1=0.25**")
    at_rest(page)
    page.locator('input[name="bias.0"]').fill("2")
    page.wait_for_url("**2.bias=2,0,0,0,0**")
    at_rest(page)
    assert "2.w.0.0.1.1=0.25" in page.url

    page.select_option('select[name="add"]', "max_pool")
    page.wait_for_url("**3.kind=max_pool**layer=3**")
    page.select_option('select[name="layer"]', "1")
    page.wait_for_url(lambda url: "3.kind=max_pool" in url and "layer=" not in url)
    first = page.locator('input[name="w.0.0"]').nth(0)
    first.fill("3")
    page.wait_for_url("**&w.0.0.0.0=3&**")
    at_rest(page)
    assert "2.w.0.0.1.1=0.25" in page.url

    page.select_option('select[name="layer"]', "3")
    page.wait_for_url("**layer=3**")
    page.locator('button[value="remove"]').click()
    page.wait_for_url(lambda url: "3.kind" not in url and "layer=2" in url)
    page.go_back()
    page.wait_for_url("**layer=3**")
