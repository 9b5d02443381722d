"""The traffic by size, and what each size costs: two pictures over the same lengths."""

from .parts import Page, Section
from .traffic_picture import traffic_picture
from .truesize_picture import truesize_picture


def sizes_section(page: Page) -> Section:
    """Show how long frames are, and what a frame of each length is charged."""
    pictures = [each for each in (traffic_picture(page), truesize_picture(page)) if each]
    return Section("by-size", "The traffic by size, and truesize against length", [], pictures)
