"""Views: what a story looks like. A view returns text; one function elsewhere writes it."""
