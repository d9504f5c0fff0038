"""echotrace records what a network server asks of the kernel and shows it per connection."""

__version__ = "0.1.0"
