"""Owns loading the embedding runtime: without the reports that it would otherwise keep for its maker."""

import os

# Set, not read: the library looks at it once, when it is loaded.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # noqa: TID251

import onnxruntime

onnxruntime.disable_telemetry_events()

__all__ = ["onnxruntime"]
