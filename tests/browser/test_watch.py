"""The watch on pages sees what it is there to see, and the page's policy stops it."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.harness import Watch


def test_a_picture_from_another_host_is_seen_and_stopped(page: Page, watch: Watch) -> None:
    page.goto("/")
    with page.expect_console_message():
        page.evaluate("() => { new Image().src = 'http://elsewhere.invalid/dot.png' }")
    assert any("elsewhere.invalid" in fault for fault in watch.faults)
    watch.forgive("elsewhere.invalid")


def test_an_inline_script_is_seen_and_stopped(page: Page, watch: Watch) -> None:
    page.goto("/")
    with page.expect_console_message():
        page.evaluate(
            """() => {
                const script = document.createElement("script");
                script.textContent = "document.title = 'changed'";
                document.body.append(script);
            }"""
        )
    assert page.title() != "changed"
    assert any("inline script" in fault for fault in watch.faults)
    watch.forgive("inline script")


def test_a_request_to_another_host_is_noted(page: Page, watch: Watch) -> None:
    with page.expect_event("requestfailed"):
        page.set_content("<img src='http://elsewhere.invalid/dot.png' alt=''>")
    assert "request to another host: http://elsewhere.invalid/dot.png" in watch.faults
    watch.forgive("elsewhere.invalid")
    watch.forgive("ERR_NAME_NOT_RESOLVED")
