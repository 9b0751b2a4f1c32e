"""Owns `GET /metrics`: all figures, for whoever collects them."""

import asyncio

from fastapi import APIRouter, Response

from app.door.monitor import CurrentMonitor
from app.watching.meters import MEDIA_TYPE

router = APIRouter(tags=["health"])


class Figures(Response):
    """Figures in Prometheus' text form."""

    media_type = MEDIA_TYPE


@router.get("/metrics", response_class=Figures)
async def give_metrics(monitor: CurrentMonitor) -> Figures:
    """What is counted in this process, and what stands in the store, in Prometheus' text form."""
    return Figures(await asyncio.to_thread(monitor.witness.meters.render))
