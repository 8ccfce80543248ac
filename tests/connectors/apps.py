"""The app as `laban serve` makes it."""

from fastapi import FastAPI

from connectors.app import Shared, create_app
from connectors.settings import Settings


def app_of(settings: Settings) -> FastAPI:
    """Returns the public app of these settings."""
    return create_app(settings, Shared.load(settings))
