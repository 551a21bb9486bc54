"""Felles: one shared health record for a region."""

from importlib.metadata import version

__version__ = version("felles")
