"""Kernels changed as a whole, channels off, undo and redo, pasting and copying."""

from playwright.sync_api import expect

from tests.browser.harness import Held, due
from tests.browser.test_live_main import at_rest


def opened(page, address="/?size=80"):
    page.goto(address)
    page.wait_for_selector("html.js")
    page.wait_for_load_state("networkidle")


def weights(page, q):
    fields = page.locator(f"#row-{q} .weight")
    return [float(field.get_attribute("data-exact")) for field in fields.all()]


def pasted(page, q, text):
    page.locator(f"#row-{q} .weight").nth(4).evaluate(
        """(field, text) => {
            field.focus();
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            field.dispatchEvent(
                new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }""",
        text,
    )


def test_a_kernels_list_changes_it(page):
    opened(page, "/?size=80&w.1.0=1,2,3,4,5,6,7,8,9")
    names = page.locator('[name="preset.1"]')
    names.select_option("turn")
    page.wait_for_url("**w.1.0=9,8,7,6,5,4,3,2,1*")
    names.select_option("negate")
    page.wait_for_url("**w.1.0=-9,-8,-7,-6,-5,-4,-3,-2,-1*")
    names.select_option("sum-to-1")
    page.wait_for_function("() => location.search.includes('w.1.0=0.2,')")
    assert abs(sum(weights(page, 1)) - 1) < 1e-9
    names.select_option("copy")
    page.wait_for_function("() => location.search.includes('w.0.0=0.2,')")
    assert weights(page, 0) == weights(page, 2) == weights(page, 1)
    names.select_option("reset")
    page.wait_for_function("() => !location.search.includes('w.1.0')")
    assert weights(page, 1) == [-0.05] * 4 + [-0.1] + [-0.05] * 4


def test_what_cannot_be_scaled_is_said_beside_the_list(page, watch):
    watch.forgive("422")
    watch.forgive("400")
    opened(page, "/?size=80&w.1.0=1,0,-1,1,0,-1,1,0,-1")
    page.locator('[name="preset.1"]').select_option("sum-to-1")
    said = page.get_by_role("alert")
    expect(said).to_contain_text("add up to 0, so no factor makes that 1")
    assert "w.1.0=1,0,-1" in page.url


def test_changes_without_scripts(plain_page):
    plain_page.goto("/?size=80")
    plain_page.locator('[name="preset.0"]').select_option("negate")
    plain_page.locator('[name=on][value="1"]').uncheck()
    plain_page.get_by_role("button", name="Apply").click()
    assert "w.0.0=-0.1,-0.1,-0.1,-0.1,-0.2" in plain_page.url
    assert plain_page.url.endswith("off=1&range=1")
    expect(plain_page.locator("#row-1")).to_have_class("row green off")


def test_a_channel_off_leaves_the_sum_and_comes_back(page):
    opened(page, "/?size=80&i=40&j=40")
    before = page.text_content(".total")
    green = page.locator('[name=on][value="1"]')
    green.uncheck()
    page.wait_for_url("**off=1*")
    expect(page.locator("#row-1 .partial figcaption")).to_contain_text("off: adds nothing")
    expect(page.locator(".curve.green")).to_have_class("curve green off")
    at_rest(page)
    red, blue = page.locator(".subtotal .value").all_text_contents()
    expect(page.locator(".total .terms")).to_have_text(f"{red} {blue}")
    expect(page.locator('.channel[data-q="1"]')).to_have_count(0)
    page.locator("#row-1 .weight").first.press("ArrowUp")  # its kernel can still be changed
    page.wait_for_url("**w.1.0=0.05,*")
    at_rest(page)
    green.focus()
    page.keyboard.press("Space")
    page.wait_for_function("() => !location.search.includes('off')")
    expect(page.locator(".subtotal .value")).to_have_count(3)
    expect(page.locator(".total")).not_to_have_text(before)
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url("**off=1*")


def test_undo_and_redo_step_through_settled_changes(page):
    opened(page)
    undo, redo = page.locator("[data-undo='-1']"), page.locator("[data-undo='1']")
    expect(undo).to_be_disabled()
    expect(redo).to_be_disabled()
    middle = page.locator("#row-0 .weight").nth(4)
    middle.focus()
    for value in ("0.3", "0.4"):
        page.keyboard.press("ArrowUp")
        page.wait_for_url(f"**0.1,{value},0.1*")
        at_rest(page)
    page.keyboard.press("Control+z")
    page.wait_for_url("**0.1,0.3,0.1*")
    expect(middle).to_have_value("0.3")
    undo.click()
    page.wait_for_function("() => !location.search.includes('w.0.0')")
    expect(middle).to_have_value("0.2")
    expect(undo).to_be_disabled()
    page.keyboard.press("Control+Shift+z")  # at once, while the page is still on its way
    page.wait_for_url("**0.1,0.3,0.1*")
    redo.click()
    page.wait_for_url("**0.1,0.4,0.1*")
    expect(redo).to_be_disabled()
    page.keyboard.press("Control+z")
    page.wait_for_url("**0.1,0.3,0.1*")
    page.locator("#row-2 .weight").first.press("ArrowUp")
    page.wait_for_url("**w.2.0=0.1*")
    at_rest(page)
    expect(redo).to_be_disabled()


SLOW = """() => {
    const quick = window.fetch;
    const late = (address) => /^.(PLACES)[?]/.test(address);
    window.fetch = async (address, how) => {
        if (late(String(address))) await new Promise((done) => setTimeout(done, 400));
        return quick(address, how);
    };
}"""


def test_undo_holds_where_the_page_before_is_slow_to_come(page):
    opened(page)
    before = page.url
    page.evaluate(SLOW.replace("PLACES", "edit|"))
    page.locator("#row-0 .weight").nth(4).focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Control+z")
    due(page, 1500)
    assert page.url == before
    assert weights(page, 0)[4] == 0.2


def test_an_edit_comes_into_line_though_what_follows_is_refused(page, watch):
    watch.forgive("422")
    watch.forgive("400")
    opened(page, "/?size=80&w.1.0=1,0,-1,1,0,-1,1,0,-1&i=40&j=40")
    page.evaluate(SLOW.replace("PLACES", "edit|"))
    page.locator("#row-0 .weight").nth(4).focus()
    page.keyboard.press("ArrowUp")
    due(page, 400)  # its page is on its way
    page.locator('[name="preset.1"]').select_option("sum-to-1")
    expect(page.get_by_role("alert")).to_contain_text("add up to 0")
    page.wait_for_function("() => document.getElementById('facts').textContent.includes('w.0.0')")


def test_an_edit_while_a_slow_page_comes_is_brought_into_line_once(page):
    opened(page)
    held = Held(page, "**/?*w.0.0=*")
    page.locator("#row-0 .weight").nth(4).focus()
    with page.expect_request("**/?*w.0.0=*"):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    due(page, 400)  # this one comes to rest before the first one's page comes
    held.let_go()
    page.wait_for_function("() => document.getElementById('facts').textContent.includes('0.4,')")
    at_rest(page)
    due(page, 1500)
    assert held.asked == 2


def test_a_picture_that_comes_after_its_page_is_not_laid_over_it(page):
    opened(page)
    page.evaluate(SLOW.replace("PLACES", "api.planes").replace("400", "1200"))
    page.locator("#row-0 .weight").nth(4).focus()
    page.keyboard.press("Shift+ArrowUp")  # other ends of the colours
    page.wait_for_function("() => document.getElementById('facts').textContent.includes('w.0.0')")
    due(page, 1500)
    expect(page.locator("mc-map canvas")).to_have_count(0)


def test_a_field_being_typed_in_keeps_its_own_undo(page):
    opened(page)
    page.locator("#row-1 .weight").first.press("ArrowUp")
    page.wait_for_url("**w.1.0*")
    at_rest(page)
    middle = page.locator("#row-0 .weight").nth(4)
    middle.click()
    page.keyboard.type("5")
    page.wait_for_url("**w.0.0*")
    page.keyboard.press("Control+z")
    expect(middle).to_have_value("0.2")
    assert "w.1.0" in page.url


def test_pasted_numbers_fill_the_kernel(page):
    opened(page)
    pasted(page, 1, "0\t1\t0\r\n1\t-4\t1\r\n0\t1\t0")
    page.wait_for_url("**w.1.0=0,1,0,1,-4,1,0,1,0*")
    assert weights(page, 1) == [0, 1, 0, 1, -4, 1, 0, 1, 0]
    assert weights(page, 0) == [0.1] * 4 + [0.2] + [0.1] * 4


def test_a_pasted_matrix_of_another_size_resizes_and_says_so(page):
    opened(page)
    pasted(page, 0, "np.array([[1., 2.], [3., 4.]])")
    page.wait_for_url("**kernel=2x2*")
    expect(page.locator("#told-pasted")).to_be_visible()


def test_what_is_no_matrix_is_said_beside_the_kernel(page, watch):
    watch.forgive("422")
    watch.forgive("400")
    opened(page)
    pasted(page, 0, "1 2 3\n4 5")
    expect(page.get_by_role("alert")).to_contain_text(
        "Row 1 of the matrix has 3 numbers, row 2 has 2"
    )
    assert "w.0.0" not in page.url


def test_a_kernels_numbers_are_copied_or_shown_to_be_copied(page):
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    opened(page)
    page.locator('[name="preset.2"]').select_option("copy-numbers")
    shown = page.get_by_label("To copy")
    expect(shown).to_have_value("[[0, -0.1, 0],\n [-0.1, -0.1, -0.1],\n [0, -0.1, 0]]")
    assert page.evaluate(
        "() => getSelection().toString() || document.activeElement.value.length > 30"
    )
    expect(page.locator('[name="preset.2"]')).to_have_value("")


def test_ranges_of_each_map_come_with_a_warning(page):
    opened(page)
    page.locator(".more summary").first.click()
    page.locator("[name=ranges]").select_option("each")
    page.wait_for_url("**ranges=each*")
    expect(page.locator(".warning")).to_contain_text("colours do not compare")
    expect(page.locator("#row-1 .partial figcaption")).to_contain_text("±0.5")
    page.locator("[name=inputs]").select_option("tinted")
    page.wait_for_url("**inputs=tinted*")


def test_edited_filters_are_said_to_be_ones_own(page, plain_page):
    opened(page)
    filters = page.locator('select[name="filters"]')
    expect(filters.locator("option:checked")).to_have_text("Redness")
    page.locator("#row-0 .weight").nth(4).press("ArrowUp")
    expect(filters.locator("option:checked")).to_have_text("own, from Redness")
    at_rest(page)
    page.reload()
    expect(filters.locator("option:checked")).to_have_text("own, from Redness")
    plain_page.goto(page.url)
    plain = plain_page.locator('select[name="filters"]')
    expect(plain.locator("option:checked")).to_have_text("own, from Redness")
    plain_page.get_by_role("button", name="Apply").click()
    assert "w.0.0" in plain_page.url
    plain.select_option("redness")
    plain_page.get_by_role("button", name="Apply").click()
    assert "w.0.0" not in plain_page.url
    filters.select_option("redness")
    page.wait_for_function("() => !location.search.includes('w.0.0')")
    expect(filters.locator("option:checked")).to_have_text("Redness")
