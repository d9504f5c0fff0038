"""Views as pictures: SVG that stands alone, with real text."""
