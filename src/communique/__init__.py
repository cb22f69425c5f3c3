"""An annotated corpus of diplomatic news and its toolkit."""

__version__ = "0.1.0"
