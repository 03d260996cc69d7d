"""Middleware that is there already."""

from . import middleware

__all__ = ["middleware"]
