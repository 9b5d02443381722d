"""Pages in a real Chromium: silent, without a request, for everybody, on any width and on paper."""

import pytest

MIXED, EMPTY, LOSES, INDEX = (
    *("1-mixed-ns-snap96.pcap.html", "2-lengths.html"),
    *("loses.html", "index.html"),
)
GROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(21, 24, 28)"}
OPEN = "document.querySelectorAll('details').forEach(each => each.open = true)"

every_page = pytest.mark.parametrize("name", [MIXED, EMPTY, LOSES, INDEX])


@every_page
@pytest.mark.parametrize("scheme", GROUNDS)
def test_a_page_is_silent_and_axe_finds_nothing(shown, complaints, pictures, name, scheme):
    page, heard = shown(name, scheme=scheme)
    page.screenshot(path=pictures / f"{name}-{scheme}.png", full_page=True)
    assert heard == []
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert ground == GROUNDS[scheme]
    if name == LOSES:  # the tables of few strategies: those of many are alike, and take long
        page.evaluate(OPEN)
    if scheme == "light":
        assert complaints(page) == []
    else:  # only colours differ; of many strategies there is the mark of the best besides
        part = "#comparison" if name == MIXED else "html"
        assert complaints(page, "color-contrast", part=part) == []


@every_page
@pytest.mark.parametrize("width", [320, 400])
def test_a_page_never_scrolls_sideways(shown, pictures, name, width):
    page, heard = shown(name, width=width)
    page.screenshot(path=pictures / f"{name}-{width}.png", full_page=True)
    assert heard == []
    page.evaluate(OPEN)
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(("name", "scheme"), [(MIXED, "dark"), (LOSES, "light"), (INDEX, "dark")])
def test_a_page_prints_black_on_white(shown, pictures, name, scheme):
    page, _ = shown(name, scheme=scheme, media="print", width=794)  # A4 at 96 dots an inch
    page.screenshot(path=pictures / f"{name}-print.png", full_page=True)
    ground, ink = page.evaluate(
        "['backgroundColor', 'color'].map(n => getComputedStyle(document.documentElement)[n])"
    )
    assert (ground, ink) == ("rgb(255, 255, 255)", "rgb(0, 0, 0)")
    pdf = page.pdf(prefer_css_page_size=True)
    (pictures / f"{name}.pdf").write_bytes(pdf)
    assert pdf.startswith(b"%PDF")
    assert 1 <= pdf.count(b"/Type /Page\n") <= 6


def test_every_number_is_reached_by_the_keyboard(shown):
    page, _ = shown(LOSES)
    wanted = page.evaluate("document.querySelectorAll('a, summary').length")
    met = []
    while "BODY" not in met:
        page.keyboard.press("Tab")
        met.append(page.evaluate("document.activeElement.tagName"))
        if met[-1] == "SUMMARY":
            page.keyboard.press("Enter")
    assert met.count("A") + met.count("SUMMARY") == wanted
    assert page.evaluate("document.querySelectorAll('details:not([open])').length") == 0
    assert met.count("DIV") == page.evaluate("document.querySelectorAll('.wide').length")


def test_the_index_leads_to_the_pages(shown):
    page, _ = shown(INDEX)
    page.click(f"a[href='{MIXED}']")
    assert page.url.endswith(MIXED)
    page.click("text=all captures")
    assert page.url.endswith(INDEX)
