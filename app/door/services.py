"""Owns the way from a request to the services that answer it."""

from typing import Annotated

from fastapi import Depends, Request

from app.bootstrap.services import Services


def _find_services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


CurrentServices = Annotated[Services, Depends(_find_services)]
"""The services of the running application."""
