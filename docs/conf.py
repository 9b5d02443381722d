"""How Sphinx makes the site of these pages: `make docs`."""

project = "rxreplay"
extensions = ["myst_parser"]
myst_heading_anchors = 3
exclude_patterns = ["images"]
html_theme = "furo"
html_title = "rxreplay"
html_show_sphinx = False
html_copy_source = False
html_show_copyright = False
