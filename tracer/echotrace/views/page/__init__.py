"""The interactive page: one HTML file that needs no network and plays what the kernel did."""
