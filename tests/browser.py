"""A browser without a window: Debian's Chromium, driven by Playwright. Tests skip, with the reason, where it is not."""

import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def require_browser():
    """Playwright's interface; skips the test where there is no browser or nothing that drives it."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium")
    return playwright


@contextmanager
def launched():
    """A browser that may reach nothing."""
    with require_browser().sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """A page that is open, and what it has complained of or asked for since."""

    def __init__(self, page, path):
        self.page, self.complaints, self.requests = page, [], []
        page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        page.goto(Path(path).as_uri())
        page.wait_for_selector("body.live")

    def where(self):
        """What the page says of the step that it is at."""
        return self.page.locator("#where").text_content()

    def shown(self, css):
        """The texts of what is seen."""
        return [each.text_content() for each in self.page.locator(css).all() if each.is_visible()]

    def answer(self, symbol, text):
        """What the page tells of an answer."""
        self.page.select_option("select", label=symbol)
        self.page.fill("input[name=text]", text)
        self.page.press("input[name=text]", "Enter")
        return self.page.locator("form output").text_content()

    @property
    def is_quiet(self):
        """Whether nothing went wrong, and nothing was asked for but the page itself."""
        assert not self.complaints, self.complaints
        assert len(self.requests) == 1, self.requests
        return True
