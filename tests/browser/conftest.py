"""A real Chromium, and pages of reports for it to open."""

import os
import shutil

import pytest
import rxreplay
from axe_playwright_python.sync_playwright import Axe
from helpers.samples import SAMPLES
from helpers.shared_data import CHECKOUT
from playwright.sync_api import sync_playwright
from rxreplay.report.as_html import pages

QUIET = (
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
PICTURES = CHECKOUT / "build" / "screenshots"


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    if not path:
        pytest.fail("there is no chromium: install it, or name one by CHROMIUM=...")
    with sync_playwright() as playwright:
        how = {"headless": True, "chromium_sandbox": False, "args": list(QUIET)}
        browser = playwright.chromium.launch(executable_path=path, **how)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Write pages: a bundled capture under the default strategies, one whose rings lose, others."""
    path = tmp_path_factory.mktemp("report")
    [mixed] = [str(sample) for sample in SAMPLES if sample.name.startswith("mixed-")]
    timing = rxreplay.timing.Timing("scale:50", stall="2ms/100ms", backend_queue=16)
    report = rxreplay.make_report([mixed, []])
    loses = rxreplay.make_report([mixed], ["5.10/small", "7.2/mergeable"], timing=timing)
    files = pages(report) | {"loses.html": pages(loses)["1-mixed-ns-snap96.pcap.html"]}
    for name, text in files.items():
        (path / name).write_text(text)
    return path


@pytest.fixture
def shown(chromium, folder):
    """Open a page as somebody sees it; give it and all that it asked for or complained about."""
    contexts = []

    def show(name, *, scheme="light", width=1280, media="screen"):
        view = {"width": width, "height": 900}
        contexts.append(chromium.new_context(color_scheme=scheme, viewport=view))
        page, heard = contexts[-1].new_page(), []
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("request", lambda request: heard.append(request.url))
        page.emulate_media(media=media, color_scheme=scheme)
        page.goto(f"file://{folder / name}")
        return page, [each for each in heard if each != f"file://{folder / name}"]

    yield show
    for context in contexts:
        context.close()


@pytest.fixture
def complaints():
    """Let axe-core look at a page; give what it finds, a line each."""

    def look(page, *rules, part="html"):
        only = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
        found = Axe().run(page, part, {"resultTypes": ["violations"]} | only).response
        assert found["passes"]
        return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found["violations"]]

    return look


@pytest.fixture(scope="session")
def pictures():
    """The folder in which screenshots are kept to be looked at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES
