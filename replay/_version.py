"""The version of the tool and of its model, in one place."""

__version__ = "0.1.0"
