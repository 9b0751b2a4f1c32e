"""Owns the app of the site that is tried."""

from django.apps import AppConfig


class BlogConfig(AppConfig):
    """Articles that Scopenote is told of."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "blog"

    def ready(self) -> None:
        """Connect the signals, which needs the models to be there."""
        from blog.scopenote_webhooks import connect  # noqa: PLC0415 - not before the apps are ready

        connect()
