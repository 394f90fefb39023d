"""A picture by the camera: Chromium's own make-believe one, a green field with a clock."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import FLAGS, Watch, chromium_on_path


@pytest.fixture
def page(browser: Browser, watch: Watch, server: str) -> Iterator[Page]:
    """A page in a Chromium that has a camera, and asks nobody whether it may."""
    flags = [*FLAGS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    executable = chromium_on_path()
    with browser.browser_type.launch(executable_path=executable, args=flags) as with_camera:
        context = with_camera.new_context(base_url=server, viewport={"width": 1280, "height": 900})
        watch.follow(context)
        yield context.new_page()
        watch.leave()


def test_a_picture_is_taken_by_the_camera(page: Page, watch: Watch) -> None:
    page.goto("/?size=64&k=1")
    page.get_by_role("button", name=re.compile("Use your own")).click()
    button = page.locator("[data-camera]")
    expect(page.locator("#own video")).to_be_hidden()
    button.click()
    expect(button).to_have_text("Take the picture")
    expect(page.locator("#own video")).to_be_visible()
    page.keyboard.press("Escape")  # switches it off
    page.get_by_role("button", name=re.compile("Use your own")).click()
    expect(button).to_have_text("Use the camera")
    assert page.evaluate("() => document.querySelector('#own video').srcObject") is None

    page.evaluate(
        """() => {
          const devices = navigator.mediaDevices, real = devices.getUserMedia.bind(devices);
          window.asked = 0;
          devices.getUserMedia = (wish) => (window.asked += 1, real(wish));
        }"""
    )
    button.evaluate("button => (button.click(), button.click())")
    expect(button).to_have_text("Take the picture")
    assert page.evaluate("() => window.asked") == 1
    button.click()
    page.wait_for_url(re.compile("image=[0-9a-f]{64}"))
    assert "k=1" in page.url
    name = re.findall("image=([0-9a-f]{64})", page.url)[0]
    taken = page.request.get(f"/maps/input.png?image={name}&size=full").body()
    colours = np.asarray(Image.open(io.BytesIO(taken)).convert("RGB"), float).mean((0, 1))
    assert colours.argmax() == 1  # green
    page.get_by_role("button", name=re.compile("Use your own")).click()
    expect(button).to_have_text("Use the camera")

    # The way on leads to a page without the panel: a generator's.
    page.evaluate("() => history.pushState(null, '', '/?network=emoji&layer=1')")
    page.evaluate("() => history.back()")
    page.wait_for_url(re.compile("image="))
    button.click()
    expect(button).to_have_text("Take the picture")
    page.evaluate("() => (window.sent = document.querySelector('#own video').srcObject)")
    page.evaluate("() => history.forward()")
    expect(page.locator("#own")).to_have_count(0)
    page.wait_for_function("() => window.sent.getTracks()[0].readyState === 'ended'")
    # The picture is not asked of a generator, and still known.
    assert name in page.evaluate("() => localStorage.getItem('multiconv-pictures')")
    page.evaluate("() => history.back()")
    page.get_by_role("button", name=re.compile("Use your own")).click()
    expect(button).to_have_text("Use the camera")

    watch.forgive("NotAllowedError")
    page.evaluate(
        """() => (navigator.mediaDevices.getUserMedia = () =>
          Promise.reject(new DOMException("no", "NotAllowedError")))"""
    )
    button.click()
    expect(page.locator("#own .mistake")).to_contain_text("The camera is not allowed here.")
