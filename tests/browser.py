"""A browser without a window: Debian's Chromium, driven by Playwright. Tests skip, with the reason, where it is not."""

import json
import re
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

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


def _chromium(*flags):
    """What Chromium, without a window, a network or a driver, writes to its output."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *flags]
    done = subprocess.run(command, capture_output=True, check=True, timeout=120)
    return done.stdout.decode()


def evaluated(path, script, size):
    """What a script returns in a page that is live; the page is a copy whose policy allows the script.

    It takes no driver, where `launched` does. The page stands in a frame, for a window has a least width.
    """
    text, copy, frame = (
        Path(path).read_text("utf-8"),
        Path(path).with_suffix(".a.html"),
        Path(path).with_suffix(".b.html"),
    )
    asks = "document.body.classList.contains('live') ? tell() : setTimeout(wait, 20)"
    tells = f"const tell = () => parent.postMessage(JSON.stringify(({script})()), '*'), wait = () => {asks}; wait()"
    copy.write_text(f"{re.sub('<meta http-equiv[^>]*>', '', text)}<script>{tells}</script>", encoding="utf-8")
    hears = "onmessage = ({ data }) => document.body.dataset.told = encodeURIComponent(data)"
    shows = f'<iframe src="{copy.name}" width="{size[0]}" height="{size[1]}"></iframe>'
    frame.write_text(f"<!doctype html><body><script>{hears}</script>{shows}", encoding="utf-8")
    found = re.search(r'data-told="([^"]*)"', _chromium("--virtual-time-budget=20000", "--dump-dom", frame.as_uri()))
    assert found, "the script has told nothing"
    return json.loads(unquote(found[1]))


def printed(path, pdf):
    """The texts of a page as it is printed, as they stand on the pages of a PDF; skips where nothing reads that."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    _chromium(f"--print-to-pdf={pdf}", "--virtual-time-budget=20000", Path(path).as_uri())
    return subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True).stdout.decode()
